// Notices when the files that say who may sign have changed: whoever could approve what, and when, stands in the
// ledger.
import { messageOf } from '../base/errors.ts';
import { createInTurn } from '../base/in-turn.ts';
import type { LedgerRecord } from '../contracts/facts/ledger.ts';
import { whyNotReady } from '../contracts/signers-told.ts';
import type { Trust } from '../signing/read-trust.ts';
import type { Ledger } from '../daemon/ledger/ledger.ts';

const CHANGED = 'signers.changed';

export type SignersSeen = {
  /** To decide by: a change is in the ledger before. Throws `E_STORE`. */
  readonly read: () => Promise<Trust>;
  /** To look at: what cannot be written down yet is told all the same. */
  readonly look: () => Promise<Trust>;
};

export function watchSigners({
  readTrust,
  ledger,
  records,
  onProblem,
}: {
  readonly readTrust: () => Promise<Trust>;
  readonly ledger: Pick<Ledger, 'record'>;
  /** What the ledger held at the start. */
  readonly records: readonly LedgerRecord[];
  readonly onProblem: (problem: string) => void;
}): SignersSeen {
  const inTurn = createInTurn();
  const readOnce = shareReadings(readTrust);
  const last = records.findLast(({ what }) => what === CHANGED)?.detail;
  let before = last?.['now'] ?? null;
  let wasReady = last?.['ready'] ?? null;

  const note = async ({ digest: now, ready, told }: Trust): Promise<void> =>
    inTurn(async () => {
      if (now === before && ready === wasReady) return;
      const why = ready ? null : whyNotReady(told);
      const detail = { before, now, ready, why, signers: told.signers.length };
      await ledger.record({ what: CHANGED, by: null, subject: '', detail });
      before = now;
      wasReady = ready;
    });

  return {
    read: async () => {
      const trust = await readOnce();
      await note(trust);
      return trust;
    },
    look: async () => {
      const trust = await readOnce();
      await note(trust).catch((error: unknown) =>
        onProblem(`signers have changed, which is not in the ledger yet: ${messageOf(error)}`),
      );
      return trust;
    },
  };
}

/** Each starts programs: at most one goes on, and all who ask meanwhile get the one that begins after it. */
function shareReadings<T>(read: () => Promise<T>): () => Promise<T> {
  let going: Promise<T> | undefined;
  let next: Promise<T> | undefined;

  const begin = async (): Promise<T> => {
    const mine = read();
    going = mine;
    try {
      return await mine;
    } finally {
      if (going === mine) going = undefined;
    }
  };
  return async () => {
    if (next !== undefined) return next;
    if (going === undefined) return begin();
    const before = going;
    next = (async () => {
      await before.catch(() => {});
      next = undefined;
      return begin();
    })();
    return next;
  };
}
