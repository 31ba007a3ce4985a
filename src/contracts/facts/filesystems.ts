// Mounted file systems and how full they are, from /proc/self/mountinfo and statfs(2).
import { z } from 'zod';
import { readingOf } from '../reading-schema.ts';

export const filesystemFill = z.object({
  size_bytes: z.number(),
  used_bytes: z.number(),
  /** What an unprivileged user may still write. */
  available_bytes: z.number(),
  /** 0 to 1 as df(1) counts it: used / (used + available). */
  used_share: z.number(),
  /** null where the file system has no fixed number of inodes (btrfs, zfs, vfat). */
  inodes_total: z.number().nullable(),
  inodes_used: z.number().nullable(),
});
export type FilesystemFill = z.infer<typeof filesystemFill>;

export const filesystem = z.object({
  mount_point: z.string(),
  /** The mounted source as mountinfo names it (/dev/sda1, pool/data, host:/export). */
  device: z.string(),
  /** MAJOR:MINOR of st_dev. */
  device_number: z.string(),
  fs_type: z.string(),
  read_only: z.boolean(),
  fill: readingOf(filesystemFill),
});
export type Filesystem = z.infer<typeof filesystem>;

export const filesystemFacts = z.object({ filesystems: z.array(filesystem) });
export type FilesystemFacts = z.infer<typeof filesystemFacts>;
