// How far the clock of this host has ever come. A clock that was set back would make what has expired
// valid again: until root says that it is right, nothing that depends on time is allowed.
import type { Clock } from '../base/clock.ts';
import { errnoOf } from '../base/errors.ts';
import { readOwnFile } from '../base/read-own-file.ts';
import { prepareFile, writeFileWhole } from '../base/write-file.ts';
import { Refusal } from '../daemon/refusal.ts';
import { storing } from '../daemon/store-failed.ts';

/** NTP corrects by less; who sets a clock back by hand sets it back by more. */
const TOLERATED_MS = 60_000;
const WRITE_EVERY_MS = 60_000;
const RETRY_S = 60;
const NUMBER = /^\d{1,16}\n$/;

export type ClockMark = {
  /** The later of the clock and the mark: by this expiry is judged. */
  readonly now: () => number;
  /** Throws `E_CLOCK_BACK` while the clock stands behind the mark, or the mark cannot be read. */
  readonly demandForward: () => void;
  /** Raises the mark; goes to the disk at most once a minute, or at once where `sure`. Never throws. */
  readonly raise: (sure?: boolean) => Promise<void>;
  /** Root says that the clock is right, once `record` has it in the ledger. Throws `E_STORE`; then the old mark stands. */
  readonly reset: (record: (mark: number) => Promise<unknown>) => Promise<number>;
};

type State = { readonly mark: number; readonly written: number; readonly unreadable: string | undefined };

/** `atLeast`: the moment of the ledger's last record, which outlives a lost mark. */
export async function createClockMark({
  path,
  clock,
  atLeast,
  onProblem,
}: {
  readonly path: string;
  readonly clock: Clock;
  readonly atLeast: number;
  readonly onProblem: (problem: string) => void;
}): Promise<ClockMark> {
  let state = await readMark(path, atLeast);
  if (state.unreadable !== undefined) onProblem(`the mark of the clock cannot be used: ${state.unreadable}`);

  const raise = async (sure = false): Promise<void> => {
    const now = clock.now();
    if (now <= state.mark && !sure) return;
    const mark = Math.max(now, state.mark);
    state = { ...state, mark };
    // What could not be read stays as it is until root resets it.
    if (state.unreadable !== undefined || mark === state.written) return;
    if (!sure && mark - state.written < WRITE_EVERY_MS) return;
    try {
      await writeFileWhole(path, `${mark}\n`);
      state = { ...state, written: Math.max(mark, state.written) };
    } catch (error) {
      onProblem(`the mark of the clock could not be written: ${errnoOf(error) ?? 'unknown error'}`);
    }
  };

  return {
    now: () => Math.max(clock.now(), state.mark),
    demandForward: () => {
      if (state.unreadable !== undefined) {
        throw clockRefusal(`the mark of the clock cannot be used: ${state.unreadable}`);
      }
      const behindMs = state.mark - clock.now();
      if (behindMs <= TOLERATED_MS) return;
      const behindS = Math.round(behindMs / 1000);
      throw clockRefusal(`the clock of this host stands ${behindS} s behind where it has been already`);
    },
    raise,
    reset: async (record) =>
      storing('the mark of the clock', async () => {
        const mark = clock.now();
        const file = await prepareFile(path, `${mark}\n`);
        try {
          await record(mark);
        } catch (error) {
          await file.drop();
          throw error;
        }
        await file.commit();
        state = { mark, written: mark, unreadable: undefined };
        return mark;
      }),
  };
}

const clockRefusal = (message: string): Refusal =>
  new Refusal('E_CLOCK_BACK', message, {
    hint: 'set the clock right; if it is right, root says so with: felhom host reset-clock',
    retryAfterS: RETRY_S,
  });

async function readMark(path: string, atLeast: number): Promise<State> {
  try {
    const text = (await readOwnFile(path))?.toString('utf8');
    if (text === undefined) return { mark: atLeast, written: 0, unreadable: undefined };
    if (!NUMBER.test(text)) return { mark: atLeast, written: 0, unreadable: `${path} holds no number` };
    const written = Number(text);
    return { mark: Math.max(written, atLeast), written, unreadable: undefined };
  } catch (error) {
    return { mark: atLeast, written: 0, unreadable: `${path}: ${errnoOf(error) ?? 'unreadable'}` };
  }
}
