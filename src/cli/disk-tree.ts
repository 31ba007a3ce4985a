// Block devices in the order of a tree: each below the device that it lies on.
import type { BlockDevice } from '../contracts/facts/disks.ts';

export type Branch = { readonly device: BlockDevice; readonly depth: number };

/** Kinds that the kernel keeps in stock: without a size they are nothing yet. */
const IN_STOCK = new Set(['loop', 'zram']);

/** A device on several others stands below the first. */
export function listDiskTree(devices: readonly BlockDevice[]): readonly Branch[] {
  const shown = devices.filter((device) => device.size_bytes > 0 || !IN_STOCK.has(device.kind));
  const names = new Set(shown.map(({ name }) => name));
  const parentOf = ({ parents }: BlockDevice) => parents.find((parent) => names.has(parent));
  const seen = new Set<string>();
  const branch = (device: BlockDevice, depth: number): readonly Branch[] => {
    if (seen.has(device.name)) return [];
    seen.add(device.name);
    const children = shown.filter((other) => parentOf(other) === device.name);
    return [{ device, depth }, ...children.flatMap((child) => branch(child, depth + 1))];
  };
  return [
    ...shown.filter((device) => parentOf(device) === undefined).flatMap((device) => branch(device, 0)),
    // Devices that name each other as parents have no root, and are still there.
    ...shown.flatMap((device) => branch(device, 0)),
  ];
}
