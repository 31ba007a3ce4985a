// A line across the screen while the source is silent.
import { tellMissing } from '../src/base/texts/tell-missing.ts';
import { formatDuration } from '../src/base/units.ts';
import { cutLine, segment, type Line } from './draw/line.ts';
import type { Model } from './draw/model.ts';
import type { Session } from './session.ts';

/** Silence after which the source counts as lost. */
const LOST_AFTER_MS = 5000;

/** How long the source has been silent, when that is so long that it counts as lost. */
export function silenceMs(session: Session, model: Model): number | undefined {
  const { lastAnswerAt } = session.console.shown.getState();
  const silence = lastAnswerAt === null ? 0 : model.nowMs - lastAnswerAt;
  return silence < LOST_AFTER_MS ? undefined : silence;
}

/** The source's silence: since when, why, and when it is asked again. */
export function lostBanner(session: Session, model: Model, width: number): Line[] {
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
