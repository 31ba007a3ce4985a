// The columns of a list: which fit, how wide they are, and the order by one of them.
import { describe, expect, test } from 'vitest';
import { GAP, layOut, sortableOf, sorted, type Column } from '../../screens/draw/list-columns.ts';
import { segment } from '../../screens/draw/line.ts';
import { scrolledTo, windowOf } from '../../screens/draw/window.ts';
import { pseudoRandom } from '../contracts/pseudo-random.ts';

type Row = { readonly name: string; readonly size: number | null };
const column = (id: string, rank: number, width: number, grows = false): Column<Row> => ({
  id,
  title: 'column.size',
  width,
  rank,
  grows,
  cell: () => segment(''),
  sortBy: (row) => (id === 'name' ? row.name : row.size),
});
const COLUMNS = [
  column('name', 1, 10, true),
  column('size', 3, 5),
  column('model', 2, 8),
  column('note', 4, 20),
];
const laidOut = (width: number) => layOut(COLUMNS, width).map((each) => `${each.column.id} ${each.width}`);

describe('Columns', () => {
  test('go by their rank when there is no room, and stay in their own order', () => {
    expect(laidOut(49)).toEqual(['name 10', 'size 5', 'model 8', 'note 20']);
    expect(laidOut(48)).toEqual(['name 31', 'size 5', 'model 8']);
    expect(laidOut(20)).toEqual(['name 10', 'model 8']);
    expect(laidOut(12)).toEqual(['name 12']);
  });

  test.each(Array.from({ length: 60 }, (_, index) => index + 1))('never take more than %i cells', (width) => {
    const widths = layOut(COLUMNS, width).map((each) => each.width);
    expect(widths.reduce((sum, each) => sum + each, 0) + GAP * (widths.length - 1)).toBeLessThanOrEqual(
      width,
    );
    expect(widths.length).toBeGreaterThan(0);
  });
});

describe('Order', () => {
  const rows: readonly Row[] = [
    { name: 'b', size: 10 },
    { name: 'none', size: null },
    { name: 'a', size: 9 },
    { name: 'zero', size: 0 },
  ];
  const columnOf = new Map(COLUMNS.map((each) => [each.id, each]));
  const names = (sort: Parameters<typeof sorted>[1]) => sorted(rows, sort, columnOf).map(({ name }) => name);

  test('by a number counts, and what is missing is last in both directions, after 0', () => {
    expect(names({ column: 'size', reverse: false })).toEqual(['zero', 'a', 'b', 'none']);
    expect(names({ column: 'size', reverse: true })).toEqual(['b', 'a', 'zero', 'none']);
  });

  test('by nothing, or by a column that is not there, is the one that the rows came in', () => {
    expect(names(null)).toEqual(['b', 'none', 'a', 'zero']);
    expect(names({ column: 'gone', reverse: false })).toEqual(['b', 'none', 'a', 'zero']);
  });

  test('has a letter of its own for each column', () => {
    const letters = sortableOf(COLUMNS).map(({ letter }) => letter);
    expect(new Set(letters).size).toBe(COLUMNS.length);
    expect(letters).toEqual(['n', 's', 'm', 'o']);
  });
});

describe('What is visible of something long', () => {
  const random = pseudoRandom(5);
  test('holds the cursor, fills the room, and never goes beyond an end', () => {
    for (let round = 0; round < 2000; round += 1) {
      const count = 1 + random(50);
      const cursor = random(count);
      const height = 1 + random(20);
      const { from, to } = windowOf(count, cursor, height);
      expect(from).toBeGreaterThanOrEqual(0);
      expect(to).toBeLessThanOrEqual(count);
      expect(to - from).toBe(Math.min(count, height));
      expect(cursor >= from && cursor < to).toBe(true);
    }
  });

  test('is nothing where there is no room', () => {
    expect(windowOf(10, 3, 0)).toEqual({ from: 3, to: 3 });
    expect(windowOf(10, 3, -2)).toEqual({ from: 3, to: 3 });
    expect(scrolledTo([[], []], 0, -1)).toEqual([]);
  });

  test('shows the end, not emptiness, when scrolled too far', () => {
    const lines = ['a', 'b', 'c'].map((text) => [segment(text)]);
    expect(scrolledTo(lines, 99, 2)).toEqual(lines.slice(1));
    expect(scrolledTo(lines, 99, 9)).toEqual(lines);
  });
});
