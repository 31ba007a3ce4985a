// Makes a screen of rows: filter, sort, cursor, columns by width, two-line rows on narrow
// terminals. Only the rows that are visible are drawn, however many there are.
import type { TextKey } from '../../src/base/texts/text.ts';
import type { ScreenId } from '../../src/contracts/screen-ids.ts';
import { cursorAmong, type ListPlace } from '../../state/view.ts';
import type { Action } from '../actions/action.ts';
import { matches } from './filter.ts';
import { segment, type Line, type Tone } from './line.ts';
import { sortableOf, sorted, type Column } from './list-columns.ts';
import { drawTable, drawTwoLines } from './list-rows.ts';
import type { Model } from './model.ts';
import type { Copy, DetailView, Screen } from './screen.ts';

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
  /** Safe ones first, those that destroy last; always all of them, so that each keeps its place. */
  readonly actions?: (row: R, model: Model) => readonly Action[];
  /** Why the list is empty and how to get something there. */
  readonly empty: (model: Model, width: number) => readonly Line[];
  /** A line above the rows, and above a row's detail: an old or failed source. */
  readonly notice: (model: Model) => Line | undefined;
};

const TWO_LINES_BELOW = 80;
const STATUS_ONLY_BELOW = 60;

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

  const named = (ids: readonly string[]) =>
    ids.map((id) => columnOf.get(id)).filter((column) => column !== undefined);

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
      const drawing = {
        model,
        place,
        rows,
        ids,
        cursor: cursorAmong(place, ids),
        width: box.width,
        height: box.height - above.length,
        toneOf: definition.tone ?? (() => 'plain' as const),
      };
      const twoLines = box.width < TWO_LINES_BELOW && box.width >= STATUS_ONLY_BELOW;
      return [
        ...above,
        ...(twoLines
          ? drawTwoLines(named(definition.twoLines[0]), named(definition.twoLines[1]), drawing)
          : drawTable(definition.columns, drawing)),
      ];
    },
    sortable: sortableOf(definition.columns),
    detail: (model, id) => {
      const row = rowById(model, id);
      return row === undefined
        ? undefined
        : { ...definition.detail(row, model), notice: definition.notice(model) };
    },
    copies: (model, id) => {
      const row = rowById(model, id);
      return row === undefined ? [] : definition.copies(row);
    },
    raw: (model, id) => {
      const row = rowById(model, id);
      return row === undefined ? undefined : definition.raw(row);
    },
    actions: (model, id) => {
      const row = rowById(model, id);
      return row === undefined ? [] : (definition.actions?.(row, model) ?? []);
    },
  };
}
