// The detail of one row: its tabs, and below them the lines or the table of the one that is shown.
import type { Detail } from '../state/view.ts';
import { cells } from '../src/base/cells.ts';
import { blank, cutLine, segment, type Line } from './draw/line.ts';
import type { Model } from './draw/model.ts';
import type { Box, DetailTable, DetailView } from './draw/screen.ts';
import { scrolledTo } from './draw/window.ts';

/** Lines of a body, and the table that is drawn among them from a row on. */
export type Body = {
  readonly lines: readonly Line[];
  readonly table?:
    | { readonly row: number; readonly height: number; readonly content: DetailTable }
    | undefined;
};

/** Title line and rule, the line below the titles, and the last one. */
const TABLE_FRAME_ROWS = 4;
/** Each column has a border and a space on both sides. */
const TABLE_FRAME_CELLS = 3;
const NARROWEST_COLUMN = 3;

export function drawDetail(detail: DetailView, open: Detail, model: Model, box: Box): Body {
  const index = Math.min(open.tab, detail.tabs.length - 1);
  const tab = detail.tabs[index];
  const head: Line = [
    segment(`${detail.title}  `, 'title'),
    ...detail.tabs.flatMap((each, at) => [
      segment(model.text(each.title), at === index ? 'selected' : 'dim'),
      segment(' '),
    ]),
  ];
  const above: Line[] = [cutLine(head, box.width), cutLine(detail.notice ?? blank, box.width)];
  if (tab === undefined) return { lines: above };
  const height = box.height - above.length;
  if (tab.table !== undefined) {
    return {
      lines: above,
      table: { row: above.length, height, content: windowedTable(tab.table, open.scroll, height, box.width) },
    };
  }
  const lines = tab.lines(box.width).map((each) => cutLine(each, box.width));
  return { lines: [...above, ...scrolledTo(lines, open.scroll, height)] };
}

/** The rows of a table that are visible, in columns so wide that it is not wider than the terminal. */
function windowedTable(table: DetailTable, scroll: number, height: number, width: number): DetailTable {
  const room = Math.max(1, height - TABLE_FRAME_ROWS);
  const from = Math.min(scroll, Math.max(0, table.rows.length - room));
  const widths = table.columns.map((column, index) =>
    Math.min(
      column.width,
      Math.max(cells(column.title), ...table.rows.map((row) => cells(segment(row[index] ?? '').text))),
    ),
  );
  const total = () => widths.reduce((sum, each) => sum + each + TABLE_FRAME_CELLS, 1);
  // What is missing is taken from the widest.
  while (total() > width && Math.max(...widths) > NARROWEST_COLUMN) {
    const widest = widths.indexOf(Math.max(...widths));
    widths[widest] = Math.max(...widths) - 1;
  }
  return {
    columns: table.columns.map((column, index) => ({ ...column, width: widths[index] ?? column.width })),
    rows: table.rows.slice(from, from + room),
  };
}
