// Reads one subject behind a fence: shared while in flight, ended by a deadline, never twice at
// once, and an answer in every case.
import type { Clock } from '../base/clock.ts';
import { errnoOf, messageOf } from '../base/errors.ts';
import { failed, type Missing, type Ok, type Reading, type ReasonCode } from '../contracts/reading.ts';
import { GivenUp, withDeadline } from './deadline.ts';

export type SubjectReader<T> = {
  readonly read: (signal: AbortSignal) => Promise<Reading<T>>;
  readonly close: () => void;
};

export type SubjectReaderOptions<T> = {
  /** Names the source of an answer that the reader itself did not give. */
  readonly subject: string;
  readonly clock: Clock;
  readonly deadlineMs: number;
  readonly read: (previous: Ok<T> | undefined, signal: AbortSignal) => Promise<Reading<T>>;
};

type MakeMissing = (code: ReasonCode, detail: string) => Missing;
type Flight<T> = { readonly answer: Promise<Reading<T>>; readonly stop: AbortController };

export function createSubjectReader<T>(options: SubjectReaderOptions<T>): SubjectReader<T> {
  const missing: MakeMissing = (code, detail) => failed(code, options.subject, options.clock.now(), detail);
  let previous: Ok<T> | undefined;
  let flight: Flight<T> | undefined;
  /** A reader that was given up and has not come back: it is not asked again until it has. */
  let outstanding = false;
  let closed = false;

  const fly = async (stop: AbortController): Promise<Reading<T>> => {
    const given = await guard(
      async () =>
        withDeadline(stop.signal, options.deadlineMs, async (signal) => {
          outstanding = true;
          return guard(async () => options.read(previous, signal), missing).finally(() => {
            outstanding = false;
          });
        }),
      missing,
    );
    flight = undefined;
    // As in `observe`: an absent answer ends the old value's life, a failed one does not.
    if (given.state === 'ok') previous = given;
    else if (given.state === 'absent') previous = undefined;
    return given;
  };

  return {
    read: async (signal) => {
      if (closed) return missing('no-answer', 'closed');
      if (signal.aborted) return missing('timeout', 'given up');
      if (flight === undefined && outstanding) return missing('hung', 'an earlier read has not come back');
      if (flight === undefined) {
        const stop = new AbortController();
        flight = { answer: fly(stop), stop };
      }
      // Whoever gives up stops waiting; the read goes on for those who share it, to its deadline.
      return untilAborted(flight.answer, signal, () => missing('timeout', 'given up'));
    },
    close: () => {
      closed = true;
      flight?.stop.abort();
    },
  };
}

/** Turns what a reader throws (a bug of ours, an error of the machine, its time limit) into a value. */
async function guard<T>(read: () => Promise<Reading<T>>, missing: MakeMissing): Promise<Reading<T>> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof GivenUp) return missing(error.late ? 'timeout' : 'no-answer', error.message);
    return missing(errnoOf(error) === undefined ? 'garbage' : 'io-error', messageOf(error));
  }
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal, otherwise: () => T): Promise<T> {
  let onAbort = () => {};
  const aborted = new Promise<T>((done) => {
    onAbort = () => done(otherwise());
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
