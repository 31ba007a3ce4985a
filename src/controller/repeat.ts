// Work that is done again and again: after a while when it went well, later and later when it did not, and soon
// when somebody asks for it. One piece at a time; nothing waits for it.
import { backOffMs, spread, type BackOff } from '../base/back-off.ts';

export type Repeated = {
  /** Something changed: soon, unless it fails at the moment, which has its own time. */
  readonly poke: () => void;
  /** At once, whatever its time was; comes back when it was tried. Never rejects. */
  readonly now: () => Promise<void>;
  readonly stop: () => void;
};

export type RepeatOptions = {
  /** Throws when it did not work. */
  readonly work: (signal: AbortSignal) => Promise<void>;
  /** What was thrown: whoever knows that it may fail says what is no bug. */
  readonly onFailed: (error: unknown) => void;
  readonly everyMs: number;
  /** What comes within so long goes together. */
  readonly gatherMs: number;
  /** The first wait after a failure, and the longest. */
  readonly retry: BackOff;
  /** Between 0 and 1; spreads the attempts of many guests. */
  readonly random: () => number;
  /** How long until the first time. */
  readonly firstMs?: number;
};

export function createRepeated(options: RepeatOptions): Repeated {
  const { work, everyMs, gatherMs, retry, random } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  let timer: NodeJS.Timeout | undefined;
  /** It is due within `gatherMs` anyway. */
  let soon = false;
  let failures = 0;
  let running: Promise<void> | undefined;
  let busy = false;
  let again = false;

  const schedule = (ms: number): void => {
    clearTimeout(timer);
    if (signal.aborted) return;
    soon = ms <= gatherMs;
    timer = setTimeout(() => void run(), ms);
  };
  const attempt = async (): Promise<void> => {
    clearTimeout(timer);
    busy = true;
    try {
      await work(signal);
      failures = 0;
    } catch (error) {
      failures += 1;
      if (!signal.aborted) options.onFailed(error);
    }
    running = undefined;
    busy = false;
    const wait = failures === 0 ? everyMs : spread(backOffMs(failures, retry), random());
    schedule(failures === 0 && again ? gatherMs : wait);
    again = false;
  };
  const run = async (): Promise<void> => {
    if (signal.aborted) return;
    running ??= attempt();
    await running;
  };
  schedule(options.firstMs ?? 0);
  return {
    poke: () => {
      if (busy) again = true;
      else if (failures === 0 && !soon) schedule(gatherMs);
    },
    now: async () => {
      await running;
      await run();
    },
    stop: () => {
      stopping.abort();
      clearTimeout(timer);
    },
  };
}
