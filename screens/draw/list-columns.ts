// The columns of a list: which of them fit, how wide they are, and the order of rows by one of them.
import type { TextKey } from '../../src/base/texts/text.ts';
import type { ListPlace } from '../../state/view.ts';
import type { Align } from '../../src/base/cells.ts';
import type { Segment } from './line.ts';
import type { Model } from './model.ts';
import type { Sortable } from './screen.ts';

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

/** Cells between two columns, and before the first for cursor and mark. */
export const GAP = 2;

export type LaidOut<R> = { readonly column: Column<R>; readonly width: number };

/** The columns that fit, lowest ranks first, in their own order; what is left over goes to those that grow. */
export function layOut<R>(columns: readonly Column<R>[], width: number): LaidOut<R>[] {
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

export function titleOf<R>(model: Model, column: Column<R>, sort: ListPlace['sort']): string {
  const title = model.text(column.title);
  if (sort?.column !== column.id) return title;
  return `${sort.reverse ? model.glyphs.down : model.glyphs.up}${title}`;
}

export function sorted<R>(
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

export function sortableOf<R>(columns: readonly Column<R>[]): Sortable[] {
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
