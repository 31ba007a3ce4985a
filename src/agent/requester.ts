// Who asked, as operations and the ledger keep it: the door is certain, a name is only claimed.
import type { Requester } from '../contracts/facts/operations.ts';
import { Refusal } from '../daemon/refusal.ts';
import { type Caller } from './handler.ts';

/** The table of rights has let this caller through; whoever has no door is refused all the same. */
export function requesterOf(
  caller: Caller,
  claimed: { readonly name?: string | undefined; readonly vmid?: number | undefined },
): Requester {
  switch (caller.kind) {
    case 'root':
    case 'group':
      return { door: caller.kind, vmid: claimed.vmid ?? null, name: claimed.name ?? caller.name ?? null };
    case 'guest':
      return { door: 'guest', vmid: caller.vmid, name: null };
    case 'scraper':
    case 'nobody':
      throw new Refusal('E_FORBIDDEN', 'this caller may not do that');
  }
}

/** The table of rights lets only the host come here; should it ever let a guest in, it still approves nothing. */
export function hostRequesterOf(caller: Caller, claimed: { readonly name?: string | undefined }): Requester {
  if (caller.kind === 'guest') throw new Refusal('E_FORBIDDEN', 'a guest approves nothing');
  return requesterOf(caller, claimed);
}

/** Whether it belongs to the guest; on the host everything is seen. */
export const isVisible = (caller: Caller, { requested_by }: { readonly requested_by: Requester }): boolean =>
  caller.kind === 'root' ||
  caller.kind === 'group' ||
  (caller.kind === 'guest' && requested_by.door === 'guest' && requested_by.vmid === caller.vmid);
