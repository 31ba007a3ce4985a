// What the reconciler writes into the ledger. What it does by itself is done even when the ledger cannot be written (a
// full disk must not keep a service down), and it says so; what a person asks for is not.
import { messageOf } from '../../base/errors.ts';
import type { LedgerCaller, LedgerRecord } from '../../contracts/facts/ledger.ts';
import type { Ledger } from '../../daemon/ledger/ledger.ts';
import type { Log } from '../../daemon/log.ts';
import type { PlanIssue } from '../plan/state.ts';

export type Record = (
  what: string,
  by: LedgerCaller | null,
  subject: string,
  detail: LedgerRecord['detail'],
) => Promise<void>;

export type Recorder = { readonly record: Record; readonly issues: () => readonly PlanIssue[] };

export function createRecorder(ledger: Pick<Ledger, 'record'>, log: Log): Recorder {
  let failure: string | undefined;
  return {
    record: async (what, by, subject, detail) => {
      try {
        await ledger.record({ what, by, subject, detail });
        failure = undefined;
      } catch (error) {
        if (by !== null) throw error;
        failure = messageOf(error);
        log.warn({ what, subject, error: failure }, 'ledger not written');
      }
    },
    issues: () =>
      failure === undefined
        ? []
        : [
            {
              code: 'ledger-not-written',
              level: 'warn',
              subject: 'ledger',
              text: 'The ledger could not be written',
              hint: `${failure}; make room on the disk of the data folder`,
              healsItself: true,
            },
          ],
  };
}
