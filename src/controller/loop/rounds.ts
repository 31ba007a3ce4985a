// How often a service, or the network, got a step without coming to rest. After so many it is left alone for a while,
// and that is told: whatever undoes our steps would be fought for ever.
import type { Clock } from '../../base/clock.ts';
import type { PlanIssue } from '../plan/state.ts';

export type Rounds = {
  /** Counts one; false when the subject is left alone. */
  readonly mayTry: (subject: string) => boolean;
  /** Those that need nothing any more begin anew. */
  readonly rest: (needs: (subject: string) => boolean) => void;
  readonly clear: () => void;
  readonly issues: () => readonly PlanIssue[];
};

export const MAX_ROUNDS = 6;

export function createRounds(clock: Pick<Clock, 'monotonic'>, restMs: number): Rounds {
  const rounds = new Map<string, { readonly count: number; readonly restUntil: number }>();
  return {
    mayTry: (subject) => {
      const { count, restUntil } = rounds.get(subject) ?? { count: 0, restUntil: 0 };
      if (restUntil > clock.monotonic()) return false;
      const enough = count >= MAX_ROUNDS;
      rounds.set(
        subject,
        enough ? { count: 0, restUntil: clock.monotonic() + restMs } : { count: count + 1, restUntil: 0 },
      );
      return !enough;
    },
    rest: (needs) => {
      for (const [subject, { restUntil }] of rounds) {
        if (!needs(subject) && restUntil <= clock.monotonic()) rounds.delete(subject);
      }
    },
    clear: () => rounds.clear(),
    issues: () =>
      [...rounds].flatMap(([subject, { restUntil }]) =>
        restUntil <= clock.monotonic() ? [] : [notConverging(subject)],
      ),
  };
}

const notConverging = (subject: string): PlanIssue => ({
  code: 'not-converging',
  level: 'fail',
  subject,
  text: `Not converging: ${subject}`,
  hint: `${MAX_ROUNDS} steps in a row did not bring it to rest; the ledger tells them.`,
  healsItself: true,
});
