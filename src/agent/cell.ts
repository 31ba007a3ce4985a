// One fact that many ask for: read once in its interval, however many ask, and not at all while nobody does.
import type { Clock } from '../base/clock.ts';
import { failed, type Reading } from '../contracts/reading.ts';
import { patiently } from './patiently.ts';

export type Cell<T> = {
  readonly everyMs: number;
  /**
   * The reading of this interval. A new one is waited for at most `waitMs`; then the last one is given, with
   * the time at which it was read, or one that says that there is none yet.
   */
  readonly read: (waitMs?: number) => Promise<Reading<T>>;
  /** What was read last, however long ago. */
  readonly last: () => Reading<T> | undefined;
  /** The next one who asks gets a new reading. */
  readonly forget: () => void;
};

/** Who asks once in an interval, by a timer that is a little early, gets a new reading each time. */
const FRESH_SHARE = 0.8;
const DEFAULT_WAIT_MS = 60_000;

export function createCell<T>(options: {
  readonly name: string;
  readonly everyMs: number;
  readonly clock: Clock;
  /** Never rejects, and comes back in a bounded time. */
  readonly read: () => Promise<Reading<T>>;
}): Cell<T> {
  const { everyMs, clock, name } = options;
  let last: { readonly reading: Reading<T>; readonly taken: number } | undefined;
  let flight: Promise<Reading<T>> | undefined;
  /** A reading that began before the last `forget` is no answer to those who ask after it. */
  let stale = false;

  const fly = async (): Promise<Reading<T>> => {
    stale = false;
    try {
      const reading = await options.read();
      last = { reading, taken: stale ? Number.NEGATIVE_INFINITY : clock.monotonic() };
      return reading;
    } finally {
      flight = undefined;
    }
  };
  return {
    everyMs,
    last: () => last?.reading,
    forget: () => {
      stale = true;
      if (last !== undefined) last = { ...last, taken: Number.NEGATIVE_INFINITY };
    },
    read: async (waitMs = DEFAULT_WAIT_MS) => {
      if (last !== undefined && clock.monotonic() - last.taken < everyMs * FRESH_SHARE) return last.reading;
      if (flight !== undefined && stale) await flight;
      flight ??= fly();
      return (
        (await patiently(flight, waitMs)) ??
        last?.reading ??
        failed('timeout', name, clock.now(), 'not read yet')
      );
    },
  };
}
