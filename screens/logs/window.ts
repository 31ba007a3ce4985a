// Which lines of a log are in sight, and how each is drawn. Only those are worked on, however many there are.
import { cells, cut } from '../../src/base/cells.ts';
import { formatStamp } from '../../src/base/units.ts';
import { makeHarmless } from '../../src/contracts/harmless.ts';
import { endOf, isMatch, lineAt, type LogLine, type LogView } from '../../state/log-view.ts';
import { segment, type Line, type Segment } from '../draw/line.ts';
import type { Box } from '../draw/screen.ts';
import { layoutOf } from '../layout.ts';
import { lostBanner } from '../lost-banner.ts';
import { rehearsalBanner } from '../rehearsal-banner.ts';
import type { Session } from '../session.ts';

/** The line above the log that says what it is. */
export const HEAD_ROWS = 1;

/** The place of the first line in sight at the size that the terminal has. */
export function firstInSight(session: Session, view: LogView): number {
  const model = session.model();
  const { bodyColumns: width, bodyRows } = layoutOf(session.size());
  const banners = lostBanner(session, model, width).length + rehearsalBanner(model).length;
  return firstPlace(view, { width, height: bodyRows - banners - HEAD_ROWS });
}

/** While it follows the end is in sight; else the line that was scrolled to, as long as it is kept. */
function firstPlace(view: LogView, { width, height }: Box): number {
  const end = endOf(view);
  let place = end;
  let room = height;
  while (place > view.dropped) {
    const line = lineAt(view, place - 1);
    const rows = line === undefined || !view.wrap ? 1 : wrapped(view, line, width).length;
    if (room < rows) break;
    room -= rows;
    place -= 1;
  }
  // One line that is higher than the screen: its beginning.
  const last = Math.max(view.dropped, Math.min(place, end - 1));
  return view.follow ? last : Math.max(view.dropped, Math.min(view.top, last));
}

/** Exactly the rows that have room; a match is marked, the one that was found last stands out. */
export function linesInSight(view: LogView, box: Box): Line[] {
  const rows: Line[] = [];
  for (let place = firstPlace(view, box); rows.length < box.height; place += 1) {
    const line = lineAt(view, place);
    if (line === undefined) break;
    rows.push(...drawnLine(view, line, place, box.width));
  }
  return rows.slice(0, box.height);
}

function drawnLine(view: LogView, line: LogLine, place: number, width: number): Line[] {
  const stamp = view.time && line.time !== '' ? `${formatStamp(Date.parse(line.time))} ` : '';
  const parts = view.wrap ? wrapped(view, line, width) : [shifted(makeHarmless(line.text), view.left)];
  return parts.map((part, index) => [
    ...(stamp === '' ? [] : [segment(index === 0 ? stamp : ' '.repeat(stamp.length), 'dim')]),
    ...marked(part, view, line, place),
  ]);
}

/** Broken at the width and not at spaces: a log's columns mean something. */
function wrapped(view: LogView, line: LogLine, width: number): string[] {
  const room = Math.max(1, width - (view.time && line.time !== '' ? STAMP_WIDTH : 0));
  const parts: string[] = [];
  let rest = makeHarmless(line.text);
  while (cells(rest) > room) {
    const head = cut(rest, room, '');
    if (head === '') break;
    parts.push(head);
    rest = rest.slice(head.length);
  }
  return [...parts, rest];
}

const STAMP_WIDTH = formatStamp(0).length + 1;

const shifted = (text: string, left: number): string =>
  left === 0 ? text : text.slice(cut(text, left, '').length);

function marked(text: string, view: LogView, line: LogLine, place: number): Segment[] {
  const { query } = view;
  if (!isMatch(line, query)) return [segment(text)];
  const parts: Segment[] = [];
  const lower = text.toLowerCase();
  const wanted = query.toLowerCase();
  let from = 0;
  // Where a letter changes its length with its case, places do not fit: the line as a whole is told.
  const at = (start: number) => (lower.length === text.length ? lower.indexOf(wanted, start) : -1);
  for (let found = at(0); found >= 0; found = at(from)) {
    if (found > from) parts.push(segment(text.slice(from, found)));
    from = found + wanted.length;
    parts.push(segment(text.slice(found, from), place === view.found ? 'selected' : 'marked'));
  }
  return [...parts, segment(text.slice(from))];
}
