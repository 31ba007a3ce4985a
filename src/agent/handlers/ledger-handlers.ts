// The routes about trust: the ledger, who is granted what, and root's word about the clock.
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { ClockMark } from '../clock-mark.ts';
import { Refusal } from '../../daemon/refusal.ts';
import { type Handlers } from '../handler.ts';
import type { Ledger } from '../../daemon/ledger/ledger.ts';
import { LEDGER_EVERY_S, ledgerPage } from '../../daemon/ledger/tell-ledger.ts';
import type { Grants } from '../operations/decide-format.ts';
import { requesterOf } from '../requester.ts';

export function createLedgerHandlers({
  ledger,
  readGrants,
  clock,
  mark,
}: {
  readonly ledger: Ledger;
  readonly readGrants: () => Promise<Grants>;
  readonly clock: Clock;
  readonly mark: ClockMark;
}): Pick<Handlers, 'ledger' | 'grants' | 'resetClock'> {
  return {
    ledger: async ({ query }) => {
      const chain = await ledger.verify();
      return { at: clock.now(), every_s: LEDGER_EVERY_S, ...ledgerPage(chain, query.after) };
    },
    grants: async () => {
      try {
        const grants = Object.entries(await readGrants());
        return {
          grants: Object.fromEntries(grants.map(([vmid, ids]) => [vmid, ids === '*' ? ids : [...ids]])),
        };
      } catch (error) {
        throw new Refusal('E_NOT_READY', `grants cannot be read, so none holds: ${messageOf(error)}`, {
          hint: "mend disks.grants in the agent's configuration",
        });
      }
    },
    resetClock: async ({ caller, body }) => {
      const by = requesterOf(caller, body);
      const before = mark.now();
      const record = async (now: number) =>
        ledger.record({ what: 'clock.reset', by, subject: '', detail: { before, now } });
      return { mark: await mark.reset(record) };
    },
  };
}
