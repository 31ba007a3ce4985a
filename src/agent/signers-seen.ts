// Notices when the files that say who may sign have changed: whoever could approve what, and when, stands in the
// ledger.
import type { LedgerRecord } from '../contracts/facts/ledger.ts';
import type { Trust } from '../signing/read-trust.ts';
import type { Ledger } from './ledger/ledger.ts';

const CHANGED = 'signers.changed';

/**
 * Reads them, with the change in the ledger before anything is decided by them. Throws `E_STORE`. However many
 * ask, at most one reading goes on, and one that begins after all of them have asked.
 */
export function watchSigners(
  readTrust: () => Promise<Trust>,
  ledger: Pick<Ledger, 'record'>,
  records: readonly LedgerRecord[],
): () => Promise<Trust> {
  let before = records.findLast(({ what }) => what === CHANGED)?.detail['now'] ?? null;
  let going: Promise<Trust> | undefined;
  let waiting: Promise<Trust> | undefined;

  const read = async (): Promise<Trust> => {
    const trust = await readTrust();
    const { digest: now, told } = trust;
    if (now !== before) {
      const detail = { before, now, ready: trust.ready, signers: told.signers.length };
      await ledger.record({ what: CHANGED, by: null, subject: '', detail });
      before = now;
    }
    return trust;
  };
  const begin = async (): Promise<Trust> => {
    const mine = read();
    going = mine;
    try {
      return await mine;
    } finally {
      if (going === mine) going = undefined;
    }
  };
  const follow = async (before: Promise<Trust>): Promise<Trust> => {
    await before.catch(() => {});
    waiting = undefined;
    return begin();
  };
  return async () => {
    if (going === undefined) return begin();
    waiting ??= follow(going);
    return waiting;
  };
}
