// Who calls the controller's API: the door or the token says who it is. A name is only what the caller says
// of itself.
import type { LedgerCaller } from '../../contracts/facts/ledger.ts';
import { Refusal } from '../../daemon/refusal.ts';

export type ApiDoor = 'socket' | 'http';
export type ApiCaller = { readonly kind: 'socket' | 'token' | 'nobody' };

/** As the ledger keeps it. The server has let nobody through where a token is needed; it is refused all the same. */
export function ledgerCallerOf(
  { kind }: ApiCaller,
  claimed: { readonly name?: string | undefined } = {},
): LedgerCaller {
  if (kind === 'nobody') throw new Refusal('E_TOKEN', 'a token is needed');
  return { door: kind, vmid: null, name: claimed.name ?? null };
}
