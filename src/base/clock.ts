// Time comes in as a parameter everywhere; this is the only maker of the real one.

export type Clock = {
  /** Milliseconds since the epoch; may jump when somebody sets the clock. */
  readonly now: () => number;
  /** Milliseconds that only rise; for durations. */
  readonly monotonic: () => number;
};

export const systemClock: Clock = {
  now: () => Date.now(),
  // Not performance.now(): that part of Node costs two milliseconds before the first frame.
  monotonic: () => {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1000 + nanoseconds / 1e6;
  },
};
