// The first line: which machine this is, and how fresh what is shown of it.
import { formatDuration } from '../src/base/units.ts';
import type { ViewState } from '../state/view.ts';
import { lastFacts, type Model } from './draw/model.ts';
import { segment, spread, type Line } from './draw/line.ts';
import { silenceMs } from './lost-banner.ts';
import type { Session } from './session.ts';

export function statusLine(session: Session, view: ViewState, model: Model, width: number): Line {
  const { text } = model;
  const identity = lastFacts(model, 'identity');
  const role =
    identity === undefined ? '' : text(`role.${identity.role}`, { version: identity.proxmox_version ?? '' });
  const left: Line = [
    segment(' felhom ', 'title'),
    segment(identity?.hostname ?? '', 'strong'),
    segment(
      identity === undefined
        ? ''
        : `  ${role} ${model.glyphs.separator} ${identity.os_name ?? ''} ${model.glyphs.separator} ${identity.kernel_release}`,
      'dim',
    ),
  ];
  const { lastAnswerAt } = session.console.shown.getState();
  const silence = silenceMs(session, model);
  const live =
    view.frozenAt !== null
      ? segment(
          text('header.frozen', { age: formatDuration(session.now() - view.frozenAt, text.language) }),
          'warn',
        )
      : lastAnswerAt === null
        ? segment(text('header.waiting'), 'dim')
        : silence === undefined
          ? segment(`${model.glyphs.good} ${text('header.live')}`, 'good')
          : segment(`${text(lostWord(model))} ${formatDuration(silence, text.language)}`, 'bad');
  const right: Line = [
    segment(
      width >= 120 ? text(`header.${session.console.source.kind}`) : session.console.source.kind,
      'dim',
    ),
    segment(model.source.readOnly ? ` ${text('header.read-only')}` : '', 'warn'),
    segment('  '),
    live,
    segment(' '),
  ];
  return spread(left, right, width);
}

/** An agent is lost, or refused; a source in this process only falls silent. */
const lostWord = ({ connection }: Model) =>
  connection === undefined || connection.state === 'connected'
    ? 'freshness.stale'
    : (`header.${connection.state}` as const);
