// The rows of a list as lines: one line each, or two on narrow terminals. Only what is visible is drawn.
import { fit } from '../../src/base/cells.ts';
import type { ListPlace } from '../../state/view.ts';
import { lineText, segment, type Line, type Segment, type Tone } from './line.ts';
import { GAP, layOut, titleOf, type Column, type LaidOut } from './list-columns.ts';
import type { Model } from './model.ts';
import { windowOf } from './window.ts';

export type ListDrawing<R> = {
  readonly model: Model;
  readonly place: ListPlace;
  readonly rows: readonly R[];
  readonly ids: readonly string[];
  /** The index of the row under the cursor. */
  readonly cursor: number;
  readonly width: number;
  readonly height: number;
  /** The tone of a row as a whole. */
  readonly toneOf: (row: R) => Tone;
};

export function drawTable<R>(columns: readonly Column<R>[], drawing: ListDrawing<R>): Line[] {
  const { model, place } = drawing;
  const shown = layOut(columns, drawing.width - GAP);
  const titles = shown.map(({ column, width }) =>
    segment(fit(titleOf(model, column, place.sort), width, column.align), 'dim'),
  );
  const header: Line = [segment(' '.repeat(GAP)), ...spaced(titles)];
  return [
    header,
    ...visibleRows(drawing, drawing.height - 1, (row, index) => [
      rowLine(drawing, row, index, cellsOf(row, shown, model)),
    ]),
  ];
}

export function drawTwoLines<R>(
  first: readonly Column<R>[],
  second: readonly Column<R>[],
  drawing: ListDrawing<R>,
): Line[] {
  const { model, cursor, width } = drawing;
  const above = layOut(first, width - GAP);
  const below = layOut(second, width - GAP);
  return visibleRows(drawing, Math.max(1, Math.floor(drawing.height / 2)), (row, index) => {
    const line = [segment(' '.repeat(GAP)), ...cellsOf(row, below, model).map(quieter)];
    return [
      rowLine(drawing, row, index, cellsOf(row, above, model)),
      index === cursor ? highlight(line, width) : line,
    ];
  });
}

function visibleRows<R>(
  { rows, cursor }: ListDrawing<R>,
  room: number,
  draw: (row: R, index: number) => readonly Line[],
): Line[] {
  const { from, to } = windowOf(rows.length, cursor, room);
  return rows.slice(from, to).flatMap((row, offset) => draw(row, from + offset));
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

const quieter = ({ text, tone }: Segment): Segment => ({ text, tone: tone === 'plain' ? 'dim' : tone });

/** One row with its cursor and mark; the row under the cursor is one segment, so that it is one colour. */
function rowLine<R>(drawing: ListDrawing<R>, row: R, index: number, parts: readonly Segment[]): Line {
  const { model, place, cursor } = drawing;
  const marked = place.marks.has(drawing.ids[index] ?? '');
  const signs = (index === cursor ? model.glyphs.cursor : ' ') + (marked ? model.glyphs.mark : ' ');
  const whole: Line = [{ text: signs, tone: marked ? 'marked' : 'plain' }, ...parts];
  if (index === cursor) return highlight(whole, drawing.width);
  const tone = drawing.toneOf(row);
  return whole.map((part) => (part.tone === 'plain' ? { text: part.text, tone } : part));
}

const highlight = (parts: Line, width: number): Line => [
  { text: fit(lineText(parts), width), tone: 'selected' },
];
