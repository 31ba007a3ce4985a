// The routes about guests: what their controllers report of themselves, and what the host sees of all.
import type { Clock } from '../../base/clock.ts';
import type { Guest } from '../../contracts/facts/guests.ts';
import type { Requester } from '../../contracts/facts/operations.ts';
import type { GuestBook } from '../guest-book.ts';
import type { GuestDeeds } from '../guests/guest-deeds.ts';
import { Refusal } from '../../daemon/refusal.ts';
import type { Caller, Handlers } from '../handler.ts';
import type { Ledger } from '../../daemon/ledger/ledger.ts';
import { requesterOf } from '../requester.ts';
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
        address: entries.get(vmid)?.address ?? null,
        tokens: tokens.countValid(vmid),
      }));
  };
}

export function createGuestHandlers({
  book,
  deeds,
  listGuests,
  clock,
  anchor,
}: {
  readonly book: GuestBook;
  readonly deeds: GuestDeeds;
  readonly listGuests: ListGuests;
  readonly clock: Clock;
  readonly anchor: Ledger['anchor'];
}): Pick<Handlers, 'guests' | 'reportGuest' | 'startGuest' | 'stopGuest' | 'rebootGuest'> {
  return {
    startGuest: async ({ caller, params: { vmid }, body }) =>
      deeds.act('start', vmid, hostOnly(caller, body.name)),
    stopGuest: async ({ caller, params: { vmid }, body }) => {
      const by = hostOnly(caller, body.name);
      demandVmid('stopping', vmid, body.confirm);
      return deeds.act('stop', vmid, by);
    },
    rebootGuest: async ({ caller, params: { vmid }, body }) => {
      const by = hostOnly(caller, body.name);
      demandVmid('rebooting', vmid, body.confirm);
      return deeds.act('reboot', vmid, by);
    },
    guests: async ({ caller }) => {
      const guests = await listGuests();
      const own = caller.kind === 'guest' ? guests.filter(({ vmid }) => vmid === caller.vmid) : guests;
      return { at: clock.now(), every_s: GUESTS_EVERY_S, guests: [...own] };
    },
    reportGuest: async ({ caller, params, body }) => {
      if (caller.kind !== 'guest' || caller.vmid !== params.vmid) {
        throw new Refusal('E_FORBIDDEN', `only VMID ${params.vmid} itself reports its health`);
      }
      const received = await book.report(caller.vmid, body, caller.address);
      return { received, ledger: await anchor() };
    },
  };
}

/** The table of rights lets only the host come here; should it ever let a guest in, it still moves none. */
function hostOnly(caller: Caller, name: string | undefined): Requester {
  if (caller.kind === 'guest') throw new Refusal('E_FORBIDDEN', 'a guest starts and stops nothing');
  return requesterOf(caller, { name });
}

function demandVmid(doing: string, vmid: number, typed: string | undefined): void {
  if (typed === String(vmid)) return;
  throw new Refusal('E_WORD', `${doing} VMID ${vmid} needs the word that belongs to it: ${vmid}`);
}
