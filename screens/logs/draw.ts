// The log view as lines: what it is and how it goes on above, then the part of the log that has room.
import { formatDuration } from '../../src/base/units.ts';
import { countMatches, type LogView } from '../../state/log-view.ts';
import type { Drawn } from '../actions/menu.ts';
import { cutLine, lineWidth, segment, wrap, type Line } from '../draw/line.ts';
import type { Model } from '../draw/model.ts';
import type { Box } from '../draw/screen.ts';
import { allKeys, type KeyRow } from '../keys.ts';
import type { Session } from '../session.ts';
import { isLogCommand, logOff } from './commands.ts';
import { HEAD_ROWS, linesInSight } from './window.ts';

export function drawLogs(session: Session, model: Model, box: Box): Drawn {
  const view = session.console.logs.store.getState();
  if (view === null) return { covers: true, lines: [] };
  const lines = linesInSight(view, { ...box, height: box.height - HEAD_ROWS });
  const body = lines.length > 0 ? lines : emptyLines(view, model, box.width);
  return { covers: true, lines: [cutLine(headLine(view, model), box.width), ...body] };
}

/** What matters most stands first: a narrow terminal cuts the end. */
function headLine(view: LogView, model: Model): Line {
  const { text } = model;
  const on = [
    ...(view.follow ? [text('log.following')] : []),
    ...(view.wrap ? [text('log.wrapped')] : []),
    ...(view.previous ? [text('log.previous-run')] : []),
  ];
  const matches = view.query === '' ? undefined : countMatches(view);
  return [
    segment(`${view.name} `, 'title'),
    ...feedParts(view, model),
    ...(on.length === 0 ? [] : [segment(`${on.join(' ')}  `, 'info')]),
    ...(matches === undefined
      ? []
      : [
          segment(
            `${text('log.matches', { query: view.query, count: matches })}  `,
            matches === 0 ? 'warn' : 'plain',
          ),
        ]),
    segment(text('log.lines', { count: view.lines.length }), 'dim'),
    ...(view.dropped === 0 ? [] : [segment(` ${text('log.dropped', { count: view.dropped })}`, 'dim')]),
  ];
}

function feedParts({ feed, previous }: LogView, { text, nowMs }: Model): Line {
  if (feed.state === 'reading') return [];
  if (feed.state === 'ended') {
    return [segment(`${text(previous ? 'log.run-over' : 'log.ended')}  `, previous ? 'dim' : 'warn')];
  }
  const age = formatDuration(nowMs - feed.since, text.language);
  return [segment(`${text('log.lost', { reason: feed.problem, age })}  `, 'bad')];
}

function emptyLines({ feed, previous }: LogView, { text }: Model, width: number): Line[] {
  if (feed.state === 'lost') return wrap(feed.problem, width, 'bad');
  if (feed.state === 'reading') return [[segment(text('freshness.waiting'), 'dim')]];
  return wrap(text(previous ? 'log.no-previous' : 'containers.no-logs'), width, 'dim');
}

const rows: readonly (KeyRow & { readonly id: string })[] = allKeys;

/** The footer: the search that is typed, or the keys that do something here. */
export function logPrompt(session: Session, model: Model): Line {
  const view = session.console.logs.store.getState();
  if (view === null) return [];
  const { text } = model;
  if (view.typing !== null) {
    return [
      segment('/', 'key'),
      segment(view.query),
      segment(' ', 'selected'),
      segment(`  ${text('log.search-help')}`, 'dim'),
    ];
  }
  const leave: Line = [segment(' Esc ', 'key'), segment(text('footer.back'), 'dim')];
  let room = session.size().columns - lineWidth(leave);
  const shown = rows
    .filter(({ id, footer }) => footer !== undefined && isLogCommand(id) && logOff(session, id) === undefined)
    .map((row): Line => [
      segment(` ${row.keys[0] ?? ''} `, 'key'),
      segment(row.label === undefined ? '' : text(row.label), 'dim'),
    ])
    .filter((hint) => {
      room -= lineWidth(hint);
      return room >= 0;
    });
  return [...shown.flat(), ...leave];
}
