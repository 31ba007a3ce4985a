// A row of the guests screen: a guest as Proxmox knows it, as its controller reports it, or both.
import type { Guest } from '../../src/contracts/facts/guests.ts';
import type { ProxmoxGuest } from '../../src/contracts/facts/proxmox.ts';
import { lastFacts, type Model } from '../draw/model.ts';

export type GuestRow = {
  readonly vmid: number;
  readonly proxmox: ProxmoxGuest | undefined;
  readonly guest: Guest | undefined;
};

export function listGuests(model: Model): readonly GuestRow[] {
  const byVmid = new Map((lastFacts(model, 'guests')?.guests ?? []).map((guest) => [guest.vmid, guest]));
  const known = new Map((lastFacts(model, 'proxmox')?.guests ?? []).map((guest) => [guest.vmid, guest]));
  return [...new Set([...known.keys(), ...byVmid.keys()])]
    .toSorted((a, b) => a - b)
    .map((vmid) => ({ vmid, proxmox: known.get(vmid), guest: byVmid.get(vmid) }));
}
