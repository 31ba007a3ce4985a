// World-wide names of all disks: two disks of one name are two ways to the same, or cannot be told apart.
import type { BlockNode } from './block-devices.ts';
import { readHardware } from './block-hardware.ts';
import type { Machine } from './machine.ts';

/** By kernel name. One of zeros is none. */
export async function readWorldWideNames(
  machine: Machine,
  nodes: readonly BlockNode[],
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const node of nodes.filter(({ kind }) => kind === 'disk')) {
    const { wwid } = await readHardware(machine, node);
    if (wwid !== undefined && /[1-9a-z]/i.test(wwid.replace(/^[a-z0-9]+\./, ''))) names.set(node.name, wwid);
  }
  return names;
}
