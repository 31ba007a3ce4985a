// What a caller asked for, in the ledger before anything of it is done: by which door, and under which name.
import type { LedgerCaller, LedgerRecord } from '../../contracts/facts/ledger.ts';
import type { Ledger } from '../../daemon/ledger/ledger.ts';

/** Throws `E_STORE` when it cannot be written; nothing is done then. */
export type RecordAsked = (
  what: string,
  by: LedgerCaller,
  subject: string,
  detail?: LedgerRecord['detail'],
) => Promise<void>;

export const createRecordAsked =
  (ledger: Pick<Ledger, 'record'>): RecordAsked =>
  async (what, by, subject, detail = {}) => {
    await ledger.record({ what, by, subject, detail });
  };
