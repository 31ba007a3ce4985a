// Block devices in the order of a tree, each below the device that it lies on. One order for every
// screen and text.
import type { BlockDevice } from './facts/disks.ts';

export type Branch<D extends BlockDevice> = {
  readonly device: D;
  readonly depth: number;
  /** Whether it is the last below its parent. */
  readonly last: boolean;
};

/** Loop devices that the kernel keeps in stock have no size and are nothing yet; lsblk(8) hides them too. */
const isInStock = (device: BlockDevice): boolean => device.kind === 'loop' && device.size_bytes === 0;

/** Disks before what is made of them, loops last; within a kind the kernel's own order stays. */
const ROOT_RANK = {
  disk: 0,
  md: 1,
  dm: 2,
  rom: 3,
  zram: 4,
  other: 5,
  loop: 6,
  partition: 7,
} as const satisfies Record<BlockDevice['kind'], number>;

/** A device on several others stands below the first. */
export function listDiskTree<D extends BlockDevice>(devices: readonly D[]): readonly Branch<D>[] {
  const shown = devices.filter((device) => !isInStock(device));
  const names = new Set(shown.map(({ name }) => name));
  const children = Map.groupBy(shown, ({ parents }) => parents.find((parent) => names.has(parent)));
  const seen = new Set<string>();
  const branches = (level: readonly D[], depth: number): readonly Branch<D>[] =>
    level.flatMap((device, index) => {
      if (seen.has(device.name)) return [];
      seen.add(device.name);
      const last = index === level.length - 1;
      return [{ device, depth, last }, ...branches(children.get(device.name) ?? [], depth + 1)];
    });
  const roots = children.get(undefined) ?? [];
  return [
    ...branches(
      roots.toSorted((a, b) => ROOT_RANK[a.kind] - ROOT_RANK[b.kind]),
      0,
    ),
    // Devices that name each other as parents have no root, and are still there.
    ...branches(shown, 0),
  ];
}
