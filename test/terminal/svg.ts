// A terminal's cells as an SVG picture: every character at its own place, so that columns stand
// exactly under each other whatever the font thinks of its widths.
import { drawCell } from './cell-shapes.ts';
import { BACKGROUND, FOREGROUND, hexOf } from './palette.ts';
import type { Cell, Cursor } from './screen.ts';

export const FONT_FAMILY = 'DejaVu Sans Mono';
const CELL_WIDTH = 9;
const CELL_HEIGHT = 18;
const FONT_SIZE = 14.95;
const BASELINE = 13.6;
const MARGIN = 12;

export function renderSvg(cells: readonly (readonly Cell[])[], cursor?: Cursor): string {
  const width = (cells[0]?.length ?? 0) * CELL_WIDTH + 2 * MARGIN;
  const height = cells.length * CELL_HEIGHT + 2 * MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">`,
    `<rect width="100%" height="100%" fill="${BACKGROUND}"/>`,
    `<g transform="translate(${MARGIN} ${MARGIN})" font-family="${FONT_FAMILY}" font-size="${FONT_SIZE}">`,
    ...cells.map(backgrounds),
    ...cells.map(characters),
    cursor?.visible === true ? cursorBar(cursor) : '',
    '</g></svg>',
  ].join('\n');
}

/** One rectangle for each run of cells of the same colour. */
function backgrounds(row: readonly Cell[], y: number): string {
  const parts: string[] = [];
  let from = 0;
  for (let x = 1; x <= row.length; x += 1) {
    const fill = paint(row[from]).background;
    const next = row[x];
    if (next !== undefined && paint(next).background === fill) continue;
    if (fill !== BACKGROUND) {
      parts.push(
        `<rect x="${from * CELL_WIDTH}" y="${y * CELL_HEIGHT}" width="${(x - from) * CELL_WIDTH}" height="${CELL_HEIGHT}" fill="${fill}"/>`,
      );
    }
    from = x;
  }
  return parts.join('');
}

function characters(row: readonly Cell[], y: number): string {
  return row.map((cell, x) => character(cell, x, y)).join('');
}

function character(cell: Cell, x: number, y: number): string {
  if (cell.text.trim() === '') return '';
  const box = {
    x: x * CELL_WIDTH,
    y: y * CELL_HEIGHT,
    width: cell.width * CELL_WIDTH,
    height: CELL_HEIGHT,
  };
  const colour = paint(cell).foreground;
  const shape = drawCell(cell.text, box, colour);
  const drawn =
    shape ??
    `<text x="${box.x}" y="${box.y + BASELINE}" fill="${colour}"${style(cell)}>${escapeXml(cell.text)}</text>`;
  return cell.dim ? `<g opacity="0.6">${drawn}</g>` : drawn;
}

function style(cell: Cell): string {
  return [
    cell.bold ? ' font-weight="bold"' : '',
    cell.italic ? ' font-style="italic"' : '',
    cell.underline ? ' text-decoration="underline"' : '',
  ].join('');
}

function paint(cell: Cell | undefined): { foreground: string; background: string } {
  if (cell === undefined) return { foreground: FOREGROUND, background: BACKGROUND };
  const foreground = hexOf(cell.foreground, FOREGROUND);
  const background = hexOf(cell.background, BACKGROUND);
  return cell.inverse ? { foreground: background, background: foreground } : { foreground, background };
}

function cursorBar(cursor: Cursor): string {
  const place = `x="${cursor.x * CELL_WIDTH}" y="${cursor.y * CELL_HEIGHT}"`;
  return `<rect ${place} width="2" height="${CELL_HEIGHT}" fill="${FOREGROUND}"/>`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
