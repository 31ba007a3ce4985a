// What keys do while something lies on top of a screen: a line being typed, a menu, help.
import { settingRows } from '../setting-rows.ts';
import {
  changeList,
  isOverlay,
  listOf,
  type Overlay,
  type OverlayOf,
  type ViewState,
} from '../../state/view.ts';
import { paletteEntries } from '../palette.ts';
import type { Session } from '../session.ts';
import { whereIs } from '../where.ts';
import { pasteInSign, pressInSign, takesPaste } from '../sign/press.ts';
import { pasteInField, pressInDialog, pressInMenu, takesField } from './action-keys.ts';
import { sortBy } from './commands.ts';
import { toast } from './toast.ts';
import { MAX_TYPED, typeLine as typed } from './type-line.ts';
import { pasteInLogs, pressInLogs, takesLogPaste } from '../logs/press.ts';

type Keys = {
  /** `alone` is false for a key that arrived together with others. */
  readonly press: (session: Session, name: string, alone: boolean) => void;
  /** Takes pasted text into the line that is being typed. */
  readonly paste?: (session: Session, text: string) => void;
  /** Takes it whole, with its ends of lines, where there is a field for it; gives whether there is one. */
  readonly pasteWhole?: (session: Session, text: string) => boolean;
  /** Whether such a field is there now. */
  readonly takesWhole?: (session: Session) => boolean;
};

const PAGE = 8;

const close = (session: Session) => session.console.view.setState({ overlay: null });
const open = <K extends Overlay['kind']>(session: Session, kind: K): OverlayOf<K> | undefined => {
  const { overlay } = session.console.view.getState();
  return isOverlay(overlay, kind) ? overlay : undefined;
};
const show = (session: Session, overlay: ViewState['overlay']) => session.console.view.setState({ overlay });

const pasted = (line: string, text: string): string => (line + text).slice(0, MAX_TYPED);

function scrolledBy(name: string): number | undefined {
  if (name === 'Down') return 1;
  if (name === 'Up') return -1;
  if (name === 'PgDn' || name === 'Ctrl+d') return PAGE;
  if (name === 'PgUp' || name === 'Ctrl+u') return -PAGE;
  return undefined;
}

/** Overlays that only scroll: j and k move too, Esc, q and the key that opened them close. */
const scrolling = (kind: 'findings' | 'describe', opener: string): Keys => ({
  press: (session, name) => {
    const overlay = open(session, kind);
    if (overlay === undefined) return;
    if (name === 'Esc' || name === 'q' || name === opener) return close(session);
    if (name === 'g' || name === 'Home') return show(session, { ...overlay, scroll: 0 });
    const by = scrolledBy(name === 'j' ? 'Down' : name === 'k' ? 'Up' : name);
    if (by !== undefined) show(session, { ...overlay, scroll: Math.max(0, overlay.scroll + by) });
  },
});

export const overlayKeys: { readonly [K in Overlay['kind']]: Keys } = {
  help: {
    press: (session, name) => {
      const overlay = open(session, 'help');
      if (overlay === undefined) return;
      if (name === 'Esc' || (name === '?' && overlay.query === '')) return close(session);
      const by = scrolledBy(name);
      if (by !== undefined) return show(session, { ...overlay, scroll: Math.max(0, overlay.scroll + by) });
      const query = typed(overlay.query, name);
      if (query !== undefined) show(session, { ...overlay, query, scroll: 0 });
    },
    paste: (session, text) => {
      const overlay = open(session, 'help');
      if (overlay !== undefined) show(session, { ...overlay, query: pasted(overlay.query, text) });
    },
  },
  palette: {
    press: (session, name) => {
      const overlay = open(session, 'palette');
      if (overlay === undefined) return;
      const entries = paletteEntries(session, overlay.query);
      const chosen = entries[Math.min(overlay.choice, entries.length - 1)];
      if (name === 'Esc') return close(session);
      if (name === 'Enter') {
        close(session);
        if (chosen === undefined) return toast(session, 'toast.no-command', { query: overlay.query });
        const { view } = session.console;
        view.setState({
          paletteHistory: [
            chosen.words,
            ...view.getState().paletteHistory.filter((each) => each !== chosen.words),
          ].slice(0, 20),
        });
        return chosen.run();
      }
      if (name === 'Tab')
        return show(session, {
          ...overlay,
          query: chosen === undefined ? overlay.query : `${chosen.words} `,
          choice: 0,
        });
      const by = scrolledBy(name);
      if (by !== undefined && name !== 'Ctrl+u') {
        return show(session, {
          ...overlay,
          choice: Math.min(Math.max(0, entries.length - 1), Math.max(0, overlay.choice + by)),
        });
      }
      if (name === 'Backspace' && overlay.query === '') return close(session);
      const query = typed(overlay.query, name);
      if (query !== undefined) show(session, { ...overlay, query, choice: 0 });
    },
    paste: (session, text) => {
      const overlay = open(session, 'palette');
      if (overlay !== undefined) show(session, { ...overlay, query: pasted(overlay.query, text), choice: 0 });
    },
  },
  filter: {
    press: (session, name) => {
      const overlay = open(session, 'filter');
      if (overlay === undefined) return;
      const { view } = session.console;
      if (name === 'Enter') return close(session);
      if (name === 'Esc') {
        changeList(view, { filter: overlay.before });
        return close(session);
      }
      const filter = typed(listOf(view.getState()).filter, name);
      if (filter !== undefined) changeList(view, { filter });
    },
    paste: (session, text) => {
      const { view } = session.console;
      changeList(view, { filter: pasted(listOf(view.getState()).filter, text) });
    },
  },
  sort: {
    press: (session, name) => {
      const { screen } = whereIs(session.console.view.getState(), session.model());
      const column = screen.sortable.find((each) => each.letter === name.toLowerCase());
      close(session);
      if (column !== undefined) sortBy(session, column.column);
    },
  },
  copy: {
    press: (session, name) => {
      const { screen, rowId } = whereIs(session.console.view.getState(), session.model());
      const copies = rowId === undefined ? [] : screen.copies(session.model(), rowId);
      close(session);
      const copy = copies[Number(name) - 1];
      if (copy === undefined) return;
      session.copy(copy.value);
      toast(session, 'toast.copied', { what: session.text()(copy.label) });
    },
  },
  findings: scrolling('findings', '!'),
  describe: scrolling('describe', 'd'),
  actions: { press: pressInMenu },
  // What is pasted never confirms; it may be what is filled in before.
  confirm: { press: pressInDialog, pasteWhole: pasteInField, takesWhole: takesField },
  // Only a signature is pasted, into its own field: a word is typed.
  sign: { press: pressInSign, pasteWhole: pasteInSign, takesWhole: takesPaste },
  logs: { press: pressInLogs, pasteWhole: pasteInLogs, takesWhole: takesLogPaste },
  settings: {
    press: (session, name) => {
      const overlay = open(session, 'settings');
      if (overlay === undefined) return;
      const { settings } = session.console;
      if (name === 'Esc' || name === 'q' || name === ',' || name === 'Enter') {
        close(session);
        return session.saveSettings();
      }
      if (name === 'Down' || name === 'j')
        return show(session, { ...overlay, choice: Math.min(settingRows.length - 1, overlay.choice + 1) });
      if (name === 'Up' || name === 'k')
        return show(session, { ...overlay, choice: Math.max(0, overlay.choice - 1) });
      const step =
        name === 'Right' || name === 'l' || name === 'Space' ? 1 : name === 'Left' || name === 'h' ? -1 : 0;
      const row = settingRows[overlay.choice];
      if (step !== 0 && row !== undefined) settings.setState(row.change(settings.getState(), step));
    },
  },
};
