// Which mounts and swap areas lie on a block device, by device number: names change and lie.
import type { Mount } from './mountinfo.ts';

type Node = { readonly path: string; readonly name: string; readonly device_number: string };

/**
 * btrfs, ZFS and FUSE mounts carry an anonymous number (major 0), so for those the named source
 * decides, as lsblk(8) does.
 */
export function mountsOn(mounts: readonly Mount[], device: Node): readonly Mount[] {
  return mounts.filter(
    (mount) =>
      mount.deviceNumber === device.device_number ||
      (mount.deviceNumber.startsWith('0:') && isSource(mount.source, device)),
  );
}

/** The file system's type as the mount table names it; a FUSE server's name says little of the disk. */
export function mountedType(mounts: readonly Mount[]): string | undefined {
  return mounts.find((mount) => !mount.fsType.startsWith('fuse'))?.fsType;
}

/** Paths of /proc/swaps; swap files are on file systems and no devices. */
export function parseSwaps(text: string): readonly string[] {
  const paths: string[] = [];
  for (const line of text.split('\n').slice(1)) {
    const [path, type] = line.split(/\s+/);
    if (path !== undefined && type === 'partition') paths.push(path);
  }
  return paths;
}

export const isSource = (source: string, device: Node): boolean =>
  source === device.path || source === `/dev/${device.name}`;
