// How long a container has been up or down, as of now. Docker tells it in words ("Up 16 seconds") that are as old
// as the list that they came with.
import { formatDuration } from '../../src/base/units.ts';
import type { Language } from '../../src/base/texts/text.ts';
import type { Container } from '../../src/contracts/facts/containers.ts';
import { freshness, type Model } from '../draw/model.ts';

const SECOND = 1000;
const UNITS = { second: SECOND, minute: 60 * SECOND, hour: 3600 * SECOND, day: 86_400 * SECOND };
/** Of weeks and more nothing changes while somebody looks. */
const AGE = /(Less than a|About an?|\d+) (second|minute|hour|day)s?\b/;

/** Of a list that is stale, as it was when it was read: its age stands beside it. */
export function statusOf({ status }: Container, model: Model): string {
  const reading = model.observations.containers?.reading;
  const state = freshness(model, 'containers');
  const isLive = reading?.state === 'ok' && (state === 'live' || state === 'ageing');
  return tellStatus(
    status,
    isLive ? model.nowMs - (reading.value.listed_at ?? reading.at) : 0,
    model.text.language,
  );
}

export const tellStatus = (status: string, sinceReadMs: number, language: Language): string =>
  status.replace(AGE, (_words, count: string, name: keyof typeof UNITS) => {
    const unit = UNITS[name];
    const told = /^\d/.test(count) ? Number(count) * unit : count.startsWith('Less') ? 0 : unit;
    const now = told + Math.max(0, sinceReadMs);
    // Not more exact than it was told.
    return formatDuration(now - (now % unit), language);
  });
