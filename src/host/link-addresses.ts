// Addresses of each network link in CIDR notation, as the kernel lists them.
import type { Machine } from './machine.ts';

/** Empty where the kernel refuses the list (a sandbox without netlink). */
export function addressesByLink(machine: Machine): ReadonlyMap<string, readonly string[]> {
  const byLink = new Map<string, string[]>();
  let all: ReturnType<Machine['addresses']>;
  try {
    all = machine.addresses();
  } catch {
    return byLink;
  }
  for (const [label, addresses] of Object.entries(all)) {
    // An address may carry a label of its own behind the link's name: eth0:1.
    const name = label.split(':', 1)[0] ?? label;
    const list = byLink.get(name) ?? [];
    for (const { cidr, address } of addresses ?? []) list.push(cidr ?? address);
    byLink.set(name, list);
  }
  return byLink;
}
