// How fresh a fact is, from its age and its source's interval. One function for every screen,
// text and JSON.
import type { Ok, Reading } from './reading.ts';

/** `absent` is a fresh answer: this machine does not have the fact. */
export type Freshness = 'waiting' | 'live' | 'ageing' | 'stale' | 'failed' | 'absent';

/** What is known of one subject: its last answer, its last good value, and how often it is asked. */
export type Observation<T> = {
  readonly reading: Reading<T> | undefined;
  /** The last value that was read, kept when later reads fail. */
  readonly lastOk: Ok<T> | undefined;
  readonly everyMs: number;
};

/** Intervals after which a value is ageing, and stale (product law 1). */
const AGEING_INTERVALS = 2;
const STALE_INTERVALS = 5;

export function freshnessOf(observation: Observation<unknown> | undefined, nowMs: number): Freshness {
  const reading = observation?.reading;
  if (observation === undefined || reading === undefined) return 'waiting';
  if (reading.state === 'failed') return 'failed';
  const ageMs = nowMs - reading.at;
  if (ageMs > observation.everyMs * STALE_INTERVALS) return 'stale';
  if (ageMs > observation.everyMs * AGEING_INTERVALS) return 'ageing';
  return reading.state === 'absent' ? 'absent' : 'live';
}

/** The next observation after an answer arrived. */
export const observe = <T>(
  previous: Observation<T> | undefined,
  reading: Reading<T>,
  everyMs: number,
): Observation<T> => ({
  reading,
  // An absent answer ends the old value's life; a failed one does not.
  lastOk: reading.state === 'ok' ? reading : reading.state === 'failed' ? previous?.lastOk : undefined,
  everyMs,
});
