// Notices when the files that say who may sign have changed: whoever could approve what, and when, stands in the
// ledger.
import type { LedgerRecord } from '../contracts/facts/ledger.ts';
import { createInTurn } from '../base/in-turn.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Trust } from './operations/trust-ports.ts';

const CHANGED = 'signers.changed';

/** Reads them, with the change in the ledger before anything is decided by them. Throws `E_STORE`. */
export function watchSigners(
  readTrust: () => Promise<Trust>,
  ledger: Pick<Ledger, 'record'>,
  records: readonly LedgerRecord[],
): () => Promise<Trust> {
  const inTurn = createInTurn();
  let before = records.findLast(({ what }) => what === CHANGED)?.detail['now'] ?? null;
  return async () =>
    inTurn(async () => {
      const trust = await readTrust();
      const { digest: now, told } = trust;
      if (now !== before) {
        const detail = { before, now, ready: trust.ready, signers: told.signers.length };
        await ledger.record({ what: CHANGED, by: null, subject: '', detail });
        before = now;
      }
      return trust;
    });
}
