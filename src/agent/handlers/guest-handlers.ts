// The routes about guests: what their controllers report of themselves, and what the host sees of all.
import type { Clock } from '../../base/clock.ts';
import type { Guest } from '../../contracts/facts/guests.ts';
import type { GuestBook } from '../guest-book.ts';
import { Refusal } from '../../daemon/refusal.ts';
import { type Handlers } from '../handler.ts';
import type { Ledger } from '../../daemon/ledger/ledger.ts';
import type { TokenLog } from '../tokens/token-log.ts';

export const GUESTS_EVERY_S = 10;

export type ListGuests = () => Promise<readonly Guest[]>;

/** Whom Proxmox knows, who has reported, and who could. */
export function createListGuests({
  book,
  tokens,
  readVmids,
}: {
  readonly book: GuestBook;
  readonly tokens: TokenLog;
  /** Of all guests of this host; empty where there is no Proxmox. */
  readonly readVmids: () => Promise<readonly number[]>;
}): ListGuests {
  return async () => {
    const entries = book.entries();
    const vmids = new Set([...(await readVmids()), ...entries.keys(), ...tokens.validVmids()]);
    return [...vmids]
      .toSorted((a, b) => a - b)
      .map((vmid) => ({
        vmid,
        report: entries.get(vmid)?.report ?? null,
        reported: entries.get(vmid)?.reported ?? null,
        tokens: tokens.countValid(vmid),
      }));
  };
}

export function createGuestHandlers({
  book,
  listGuests,
  clock,
  anchor,
}: {
  readonly book: GuestBook;
  readonly listGuests: ListGuests;
  readonly clock: Clock;
  readonly anchor: Ledger['anchor'];
}): Pick<Handlers, 'guests' | 'reportGuest' | 'startGuest' | 'stopGuest' | 'rebootGuest'> {
  const notYet = async () => {
    throw new Refusal('E_NOT_READY', 'guests cannot be started and stopped yet');
  };
  return {
    startGuest: notYet,
    stopGuest: notYet,
    rebootGuest: notYet,
    guests: async ({ caller }) => {
      const guests = await listGuests();
      const own = caller.kind === 'guest' ? guests.filter(({ vmid }) => vmid === caller.vmid) : guests;
      return { at: clock.now(), every_s: GUESTS_EVERY_S, guests: [...own] };
    },
    reportGuest: async ({ caller, params, body }) => {
      if (caller.kind !== 'guest' || caller.vmid !== params.vmid) {
        throw new Refusal('E_FORBIDDEN', `only VMID ${params.vmid} itself reports its health`);
      }
      const received = await book.report(caller.vmid, body);
      return { received, ledger: await anchor() };
    },
  };
}
