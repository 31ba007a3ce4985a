// Makes a screen of rows: filter, sort, cursor, columns by width, two-line rows on narrow
// terminals. Only the rows that are visible are drawn, however many there are.
import type { TextKey } from '../../src/base/texts/text.ts';
import type { ListPlace } from '../../state/view.ts';
import type { ScreenId } from '../../src/contracts/screen-ids.ts';
import { cursorAmong } from '../../state/view.ts';
import { matches } from './filter.ts';
import { cells, fit, segment, type Align, type Line, type Segment, type Tone } from './line.ts';
import type { Model } from './model.ts';
import type { Copy, DetailView, Screen, Sortable } from './screen.ts';

export type Column<R> = {
  readonly id: string;
  readonly title: TextKey;
  readonly width: number;
  /** Takes what is left over. */
  readonly grows?: boolean;
  readonly align?: Align;
  /** 1 stays longest when the terminal is narrow. */
  readonly rank: number;
  readonly cell: (row: R, model: Model) => Segment;
  /** What the column sorts by; missing values come last. */
  readonly sortBy?: (row: R) => string | number | null;
};

export type ListDefinition<R> = {
  readonly id: ScreenId;
  readonly title: TextKey;
  readonly badge: Screen['badge'];
  /** What `rows` depends on; rows are made anew only when one of these changes. */
  readonly inputs: (model: Model) => readonly unknown[];
  readonly rows: (model: Model) => readonly R[];
  readonly rowId: (row: R) => string;
  readonly columns: readonly Column<R>[];
  /** Columns of the first and second line where rows take two. */
  readonly twoLines: readonly [readonly string[], readonly string[]];
  /** Whether the row counts as worth attention; gives it a tone as a whole. */
  readonly tone?: (row: R) => Tone;
  readonly detail: (row: R, model: Model) => DetailView;
  readonly copies: (row: R) => readonly Copy[];
  readonly raw: (row: R) => unknown;
  /** Why the list is empty and how to get something there. */
  readonly empty: (model: Model, width: number) => readonly Line[];
  /** A line above the rows: an old or failed source. */
  readonly notice: (model: Model) => Line | undefined;
};

const TWO_LINES_BELOW = 80;
const STATUS_ONLY_BELOW = 60;
const GAP = 2;

type Cache<R> = {
  inputs: readonly unknown[];
  filter: string;
  sort: ListPlace['sort'];
  rows: readonly R[];
  ids: readonly string[];
  byId: ReadonlyMap<string, R>;
};

export function defineList<R>(definition: ListDefinition<R>): Screen {
  let cache: Cache<R> | undefined;
  const columnOf = new Map(definition.columns.map((column) => [column.id, column]));

  const rowsOf = (model: Model, place: ListPlace): Cache<R> => {
    const inputs = [...definition.inputs(model), model.text.language];
    const hit =
      cache !== undefined &&
      cache.filter === place.filter &&
      cache.sort === place.sort &&
      cache.inputs.length === inputs.length &&
      cache.inputs.every((input, index) => input === inputs[index]);
    if (hit && cache !== undefined) return cache;
    const all = definition.rows(model);
    const searched = (row: R) => definition.columns.map((column) => column.cell(row, model).text).join(' ');
    const filtered = place.filter === '' ? all : all.filter((row) => matches(place.filter, searched(row)));
    const rows = sorted(filtered, place.sort, columnOf);
    cache = {
      inputs,
      filter: place.filter,
      sort: place.sort,
      rows,
      ids: rows.map(definition.rowId),
      byId: new Map(all.map((row) => [definition.rowId(row), row])),
    };
    return cache;
  };
  const rowById = (model: Model, id: string): R | undefined => {
    const found = cache?.byId.get(id);
    return found ?? definition.rows(model).find((row) => definition.rowId(row) === id);
  };

  return {
    id: definition.id,
    title: definition.title,
    place: 'list',
    badge: definition.badge,
    panels: [],
    ids: (model, place) => rowsOf(model, place).ids,
    body: (model, place, box) => {
      const { rows, ids } = rowsOf(model, place);
      const notice = definition.notice(model);
      const above = notice === undefined ? [] : [notice];
      if (rows.length === 0) {
        const why =
          place.filter === ''
            ? definition.empty(model, box.width)
            : [[segment(model.text('list.no-match', { filter: place.filter }), 'dim')]];
        return [...above, ...why].slice(0, box.height);
      }
      const cursor = cursorAmong(place, ids);
      const drawing = {
        model,
        place,
        cursor,
        ids,
        rows,
        width: box.width,
        height: box.height - above.length,
      };
      return [
        ...above,
        ...(box.width < TWO_LINES_BELOW && box.width >= STATUS_ONLY_BELOW
          ? drawTwoLines(definition, columnOf, drawing)
          : drawTable(definition, drawing)),
      ];
    },
    sortable: sortableOf(definition.columns),
    detail: (model, id) => {
      const row = rowById(model, id);
      return row === undefined ? undefined : definition.detail(row, model);
    },
    copies: (model, id) => {
      const row = rowById(model, id);
      return row === undefined ? [] : definition.copies(row);
    },
    raw: (model, id) => {
      const row = rowById(model, id);
      return row === undefined ? undefined : definition.raw(row);
    },
  };
}

type LaidOut<R> = { readonly column: Column<R>; readonly width: number };

type Drawing<R> = {
  readonly model: Model;
  readonly place: ListPlace;
  readonly cursor: number;
  readonly ids: readonly string[];
  readonly rows: readonly R[];
  readonly width: number;
  readonly height: number;
};

function drawTable<R>(definition: ListDefinition<R>, drawing: Drawing<R>): Line[] {
  const { model, place, rows, width } = drawing;
  const columns = layOut(definition.columns, width - GAP);
  const header: Line = [
    segment(' '.repeat(GAP)),
    ...spaced(
      columns.map(({ column, width: columnWidth }) =>
        segment(fit(titleOf(model, column, place.sort), columnWidth, column.align), 'dim'),
      ),
    ),
  ];
  const visible = windowOf(rows.length, drawing.cursor, drawing.height - 1);
  const lines: Line[] = [header];
  for (let index = visible.from; index < visible.to; index += 1) {
    const row = rows[index];
    if (row === undefined) continue;
    const parts = cellsOf(row, columns, model);
    lines.push(rowLine(definition, drawing, index, row, parts));
  }
  return lines;
}

function drawTwoLines<R>(
  definition: ListDefinition<R>,
  columnOf: ReadonlyMap<string, Column<R>>,
  drawing: Drawing<R>,
): Line[] {
  const { model, rows, width } = drawing;
  const visible = windowOf(rows.length, drawing.cursor, Math.max(1, Math.floor(drawing.height / 2)));
  const lines: Line[] = [];
  const partsOf = (row: R, ids: readonly string[]): Segment[] => {
    const columns = layOut(
      ids.map((id) => columnOf.get(id)).filter((column) => column !== undefined),
      width - GAP,
    );
    return cellsOf(row, columns, model);
  };
  for (let index = visible.from; index < visible.to; index += 1) {
    const row = rows[index];
    if (row === undefined) continue;
    lines.push(rowLine(definition, drawing, index, row, partsOf(row, definition.twoLines[0])));
    const second = partsOf(row, definition.twoLines[1]).map(({ text, tone }) => ({
      text,
      tone: tone === 'plain' ? ('dim' as const) : tone,
    }));
    lines.push(
      index === drawing.cursor ? highlight([segment('  '), ...second], width) : [segment('  '), ...second],
    );
  }
  return lines;
}

const cellsOf = <R>(row: R, columns: readonly LaidOut<R>[], model: Model): Segment[] =>
  spaced(
    columns.map(({ column, width }) => {
      const cell = column.cell(row, model);
      return { text: fit(cell.text, width, column.align), tone: cell.tone };
    }),
  );

/** Space between cells, none after the last. */
const spaced = (parts: readonly Segment[]): Segment[] =>
  parts.map(({ text, tone }, index) => ({
    text: index < parts.length - 1 ? text + ' '.repeat(GAP) : text,
    tone,
  }));

/** One row with its cursor and mark; the row under the cursor is one segment, so that it is one colour. */
function rowLine<R>(
  definition: ListDefinition<R>,
  drawing: Drawing<R>,
  index: number,
  row: R,
  parts: readonly Segment[],
): Line {
  const { model, place, cursor } = drawing;
  const id = drawing.ids[index] ?? '';
  const sign = index === cursor ? model.glyphs.cursor : ' ';
  const mark = place.marks.has(id) ? model.glyphs.mark : ' ';
  const whole: Line = [{ text: sign + mark, tone: place.marks.has(id) ? 'marked' : 'plain' }, ...parts];
  if (index === cursor) return highlight(whole, drawing.width);
  const tone = definition.tone?.(row) ?? 'plain';
  return tone === 'plain'
    ? whole
    : whole.map((part) => (part.tone === 'plain' ? { text: part.text, tone } : part));
}

function highlight(parts: Line, width: number): Line {
  return [{ text: fit(parts.map((part) => part.text).join(''), width), tone: 'selected' }];
}

/** The columns that fit, lowest ranks first, in their own order; what is left over goes to those that grow. */
function layOut<R>(columns: readonly Column<R>[], width: number): LaidOut<R>[] {
  const byRank = [...columns].toSorted((a, b) => a.rank - b.rank);
  const kept = new Set<Column<R>>();
  let used = 0;
  for (const column of byRank) {
    const needs = column.width + (kept.size === 0 ? 0 : GAP);
    if (used + needs > width && kept.size > 0) break;
    kept.add(column);
    used += Math.min(needs, width);
  }
  const shown = columns.filter((column) => kept.has(column));
  const growing = shown.filter((column) => column.grows === true).length;
  const spare = Math.max(0, width - used);
  return shown.map((column, index) => {
    const share = column.grows === true ? Math.floor(spare / growing) : 0;
    const alone = index === 0 && shown.length === 1;
    return { column, width: alone ? Math.min(width, column.width + share) : column.width + share };
  });
}

function titleOf<R>(model: Model, column: Column<R>, sort: ListPlace['sort']): string {
  const title = model.text(column.title);
  if (sort?.column !== column.id) return title;
  return `${sort.reverse ? model.glyphs.down : model.glyphs.up}${title}`;
}

/** Which rows are visible so that the cursor's row is among them, near the middle when scrolled. */
export function windowOf(count: number, cursor: number, height: number): { from: number; to: number } {
  const room = Math.max(0, height);
  if (count <= room) return { from: 0, to: count };
  const from = Math.min(Math.max(0, cursor - Math.floor(room / 2)), count - room);
  return { from, to: from + room };
}

function sorted<R>(
  rows: readonly R[],
  sort: ListPlace['sort'],
  columnOf: ReadonlyMap<string, Column<R>>,
): readonly R[] {
  const by = sort === null ? undefined : columnOf.get(sort.column)?.sortBy;
  if (sort === null || by === undefined) return rows;
  const direction = sort.reverse ? -1 : 1;
  const keyed = rows.map((row) => ({ row, key: by(row) }));
  keyed.sort((a, b) => {
    if (a.key === null) return b.key === null ? 0 : 1;
    if (b.key === null) return -1;
    if (typeof a.key === 'number' && typeof b.key === 'number') return (a.key - b.key) * direction;
    return String(a.key).localeCompare(String(b.key)) * direction;
  });
  return keyed.map(({ row }) => row);
}

function sortableOf<R>(columns: readonly Column<R>[]): Sortable[] {
  const taken = new Set<string>();
  const sortable: Sortable[] = [];
  for (const column of columns) {
    if (column.sortBy === undefined) continue;
    const letter = [...column.id].find((each) => /[a-z]/.test(each) && !taken.has(each));
    if (letter === undefined) continue;
    taken.add(letter);
    sortable.push({ letter, column: column.id, title: column.title });
  }
  return sortable;
}

/** A label and its value, for detail views. */
export function field(label: string, value: Segment | string, labelWidth = 16): Line {
  const shown = cells(label) >= labelWidth ? `${label} ` : fit(label, labelWidth);
  return [segment(shown, 'dim'), typeof value === 'string' ? segment(value) : value];
}
