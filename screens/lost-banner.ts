// A line across the screen while the source does not answer, or must not be trusted.
import { tellMissing } from '../src/base/texts/tell-missing.ts';
import { formatDuration } from '../src/base/units.ts';
import type { Connection } from '../src/contracts/source.ts';
import { cutLine, segment, type Line } from './draw/line.ts';
import type { Model } from './draw/model.ts';
import type { Session } from './session.ts';

/** Silence after which the source counts as lost. */
const LOST_AFTER_MS = 5000;
const SECOND_MS = 1000;

/**
 * How long the source has been silent, when that is so long that it counts as lost. An agent that is
 * connected may have nothing new to say.
 */
export function silenceMs(session: Session, model: Model): number | undefined {
  const { connection } = model;
  if (connection?.state === 'connected') return undefined;
  if (connection !== undefined) return Math.max(0, model.nowMs - connection.since);
  const { lastAnswerAt } = session.console.shown.getState();
  const silence = lastAnswerAt === null ? 0 : model.nowMs - lastAnswerAt;
  return silence < LOST_AFTER_MS ? undefined : silence;
}

/** The source's silence: since when, why, and when it is asked again. */
export function lostBanner(session: Session, model: Model, width: number): Line[] {
  const { connection } = model;
  if (connection?.state === 'lost' || connection?.state === 'refused') {
    return [cutLine([segment(tellLost(model, connection), 'bad')], width)];
  }
  const silence = silenceMs(session, model);
  if (silence === undefined) return [];
  const failed = Object.values(model.observations).find(
    (observation) => observation.reading?.state === 'failed',
  )?.reading;
  const reason =
    failed === undefined || failed.state === 'ok'
      ? model.text('reason.no-answer')
      : tellMissing(model.text, failed);
  const every = formatDuration(session.console.settings.getState().refresh_s * 1000, model.text.language);
  const words = model.text('banner.lost', {
    age: formatDuration(silence, model.text.language),
    reason,
    every,
  });
  return [cutLine([segment(words, 'bad')], width)];
}

type Lost = Exclude<Connection, { readonly state: 'connected' }>;

function tellLost({ text, nowMs, glyphs }: Model, { state, since, reason, retryAt }: Lost): string {
  const { language } = text;
  const words = text(`banner.${state}-agent`, {
    age: formatDuration(nowMs - since, language),
    when:
      retryAt - nowMs < SECOND_MS
        ? text('banner.retry-now')
        : text('banner.retry-in', { left: formatDuration(retryAt - nowMs, language) }),
    reason,
  });
  return `${glyphs.bad} ${words}`;
}
