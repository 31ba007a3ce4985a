// What is on a block device and what it is used as, in the same words on every screen and text.
import type { BlockDevice } from './facts/disks.ts';

/** The file system with its label; null when nothing is known to be on it. */
export function contentOf({ fs_type, label }: BlockDevice): string | null {
  if (fs_type === null) return null;
  return label === null || label === '' ? fs_type : `${fs_type} ${label}`;
}

/** Where it is mounted, that it is swap, or the file behind it; null when it is used as nothing of these. */
export function usedAs({ mount_points, swap, backing_file }: BlockDevice): string | null {
  if (mount_points.length > 0) return mount_points.join(' ');
  return swap ? '[swap]' : backing_file;
}
