// Where the person is: screen, cursor, filter, sort, marks and what lies open above it. Pure
// transitions on one store; no fact lives here.
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ScreenId } from '../src/contracts/screen-ids.ts';

/** One list's place. The cursor is the row's id, so that it stays on its row while rows come and go. */
export type ListPlace = {
  readonly cursorId: string | null;
  /** Where the cursor was, for when its row has gone. */
  readonly cursorIndex: number;
  readonly filter: string;
  readonly sort: { readonly column: string; readonly reverse: boolean } | null;
  readonly marks: ReadonlySet<string>;
  /** Where a range began; null when none is being drawn. */
  readonly rangeFrom: string | null;
};

export type Overlay =
  | { readonly kind: 'help'; readonly query: string; readonly scroll: number }
  | { readonly kind: 'palette'; readonly query: string; readonly choice: number }
  | { readonly kind: 'filter'; readonly before: string }
  | { readonly kind: 'sort' }
  | { readonly kind: 'copy' }
  | { readonly kind: 'findings'; readonly scroll: number }
  | { readonly kind: 'settings'; readonly choice: number }
  | { readonly kind: 'describe'; readonly rowId: string; readonly scroll: number }
  /** An operation is signed and run; what is known of it is in `state/signing.ts`. */
  | { readonly kind: 'sign' }
  /** A container's log; what is known of it is in `state/log-view.ts`. */
  | { readonly kind: 'logs' }
  /** What can be done with these rows; `held` is who they were when the key was pressed. */
  | {
      readonly kind: 'actions';
      readonly rowIds: readonly string[];
      readonly held: string;
      readonly choice: number;
    }
  /** The question before something is done; `held` is all that was asked about at the key-press. */
  | {
      readonly kind: 'confirm';
      readonly rowIds: readonly string[];
      readonly action: string;
      readonly title: string;
      readonly held: string;
      /** The key that opened it never confirms. */
      readonly opener: string;
      readonly openedAt: number;
      /** What was filled in so far, one for each field of the action that is done with. */
      readonly answers: readonly string[];
      /** The field that is being filled in, or the word. */
      readonly typed: string;
      readonly scroll: number;
    };

export type OverlayOf<K extends Overlay['kind']> = Extract<Overlay, { kind: K }>;

export const isOverlay = <K extends Overlay['kind']>(
  overlay: Overlay | null,
  kind: K,
): overlay is OverlayOf<K> => overlay?.kind === kind;

export type Detail = { readonly rowId: string; readonly tab: number; readonly scroll: number };

/** What came of an action, and what is announced, stays longer than the answer to a key. */
export type Toast = {
  readonly text: string;
  readonly at: number;
  readonly kind?: 'outcome' | 'announced';
};

export type ViewState = {
  readonly screen: ScreenId;
  readonly lists: Readonly<Record<ScreenId, ListPlace>>;
  readonly detail: Detail | null;
  readonly overlay: Overlay | null;
  /** Which panel of the overview has the focus. */
  readonly panel: number;
  /** Facts as they were when the display was frozen are kept by the console; this is since when. */
  readonly frozenAt: number | null;
  readonly toast: Toast | null;
  /** First key of a two-key command (`g g`, `o` + letter), or of leaving with Ctrl+c twice. */
  readonly pendingKey: string | null;
  readonly paletteHistory: readonly string[];
};

export type View = StoreApi<ViewState>;

const emptyList: ListPlace = {
  cursorId: null,
  cursorIndex: 0,
  filter: '',
  sort: null,
  marks: new Set(),
  rangeFrom: null,
};

export function createView(screen: ScreenId = 'overview'): View {
  return createStore<ViewState>(() => ({
    screen,
    lists: {
      overview: emptyList,
      disks: emptyList,
      containers: emptyList,
      health: emptyList,
      pending: emptyList,
      stacks: emptyList,
      guests: emptyList,
      ledger: emptyList,
    },
    detail: null,
    overlay: null,
    panel: 0,
    frozenAt: null,
    toast: null,
    pendingKey: null,
    paletteHistory: [],
  }));
}

export const listOf = (state: ViewState): ListPlace => state.lists[state.screen];

/** Changes the list of the screen that is shown. */
export function changeList(view: View, change: Partial<ListPlace>): void {
  const state = view.getState();
  view.setState({ lists: { ...state.lists, [state.screen]: { ...listOf(state), ...change } } });
}

/** Opens another screen; what lay open above the old one closes. */
export function goTo(view: View, screen: ScreenId): void {
  view.setState({ screen, detail: null, overlay: null, pendingKey: null });
}

/** Opens a row's detail on its screen; a filter that hides it there is dropped. */
export function goToRow(view: View, screen: ScreenId, rowId: string): void {
  goTo(view, screen);
  changeList(view, { cursorId: rowId, filter: '' });
  view.setState({ detail: { rowId, tab: 0, scroll: 0 } });
}

/** Where the cursor stands among `ids`: on its row, or where it was when that has gone. */
export function cursorAmong(place: ListPlace, ids: readonly string[]): number {
  if (ids.length === 0) return -1;
  const found = place.cursorId === null ? -1 : ids.indexOf(place.cursorId);
  return found >= 0 ? found : Math.min(Math.max(0, place.cursorIndex), ids.length - 1);
}

export function moveCursor(view: View, ids: readonly string[], to: (index: number) => number): void {
  if (ids.length === 0) return;
  const place = listOf(view.getState());
  const index = Math.min(ids.length - 1, Math.max(0, to(cursorAmong(place, ids))));
  changeList(view, { cursorId: ids[index] ?? null, cursorIndex: index });
}

/** Marks or unmarks the row under the cursor, or the whole range when one is being drawn. */
export function toggleMark(view: View, ids: readonly string[]): void {
  const place = listOf(view.getState());
  const index = cursorAmong(place, ids);
  const id = ids[index];
  if (id === undefined) return;
  const marks = new Set(place.marks);
  const from = place.rangeFrom === null ? -1 : ids.indexOf(place.rangeFrom);
  if (from >= 0) {
    for (const each of ids.slice(Math.min(from, index), Math.max(from, index) + 1)) marks.add(each);
  } else if (marks.has(id)) marks.delete(id);
  else marks.add(id);
  changeList(view, { marks, rangeFrom: null });
}
