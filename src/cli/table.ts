// A table in plain text that never grows wider than it may: columns shrink, then the least
// important ones go, and no line wraps.
import { cells, cut, fit, type Align } from '../base/cells.ts';
import { makeHarmless } from '../contracts/harmless.ts';

export type Column = {
  readonly title: string;
  readonly align?: Align;
  /** It is not cut below this many cells; without it, it is never cut. */
  readonly minWidth?: number;
  /** The highest goes first when there is no room; columns without it stay. */
  readonly dispensable?: number;
};

const GAP = '  ';

/** The title line, then one for each row; cells are made harmless. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  maxWidth: number,
): readonly string[] {
  const all = [
    columns.map(({ title }) => title),
    ...rows.map((row) => row.map((cell) => makeHarmless(cell))),
  ];
  const natural = columns.map((_, index) => Math.max(...all.map((row) => cells(row[index] ?? ''))));
  let kept = columns.map((_, index) => index);
  let widths = shrink(columns, kept, natural, maxWidth);
  while (widths === undefined) {
    const shorter = dropOne(columns, kept);
    // Nothing more can go: the lines are cut.
    if (shorter === undefined) break;
    kept = shorter;
    widths = shrink(columns, kept, natural, maxWidth);
  }
  const final = widths ?? natural;
  return all.map((row) => {
    const parts = kept.map((index) => fit(row[index] ?? '', final[index] ?? 0, columns[index]?.align));
    return cut(parts.join(GAP).trimEnd(), maxWidth);
  });
}

/** The widths in which all kept columns have room, the widest cut first; nothing when they have none. */
function shrink(
  columns: readonly Column[],
  kept: readonly number[],
  natural: readonly number[],
  maxWidth: number,
): readonly number[] | undefined {
  const widths = [...natural];
  const total = () =>
    kept.reduce((sum, index) => sum + (widths[index] ?? 0), 0) + GAP.length * (kept.length - 1);
  while (total() > maxWidth) {
    let widest: number | undefined;
    for (const index of kept) {
      const width = widths[index] ?? 0;
      const least = columns[index]?.minWidth ?? width;
      if (width > least && (widest === undefined || width > (widths[widest] ?? 0))) widest = index;
    }
    if (widest === undefined) return undefined;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function dropOne(columns: readonly Column[], kept: readonly number[]): number[] | undefined {
  const first = kept
    .filter((index) => columns[index]?.dispensable !== undefined)
    .toSorted((one, other) => (columns[other]?.dispensable ?? 0) - (columns[one]?.dispensable ?? 0))[0];
  return first === undefined ? undefined : kept.filter((index) => index !== first);
}
