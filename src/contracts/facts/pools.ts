// Storage pools: ZFS from /proc/spl/kstat/zfs and `zpool list`/`zpool status`; LVM from `vgs` and `lvs`.
import { z } from 'zod';

export const zfsPool = z.object({
  name: z.string(),
  /** ONLINE, DEGRADED, FAULTED, OFFLINE, UNAVAIL, SUSPENDED. */
  state: z.string(),
  size_bytes: z.number().nullable(),
  allocated_bytes: z.number().nullable(),
  free_bytes: z.number().nullable(),
  fragmentation_percent: z.number().nullable(),
  read_errors: z.number().nullable(),
  write_errors: z.number().nullable(),
  checksum_errors: z.number().nullable(),
  /** `zpool status`'s own sentence about the last scrub or resilver. */
  scan: z.string().nullable(),
});
export type ZfsPool = z.infer<typeof zfsPool>;
export const zfsFacts = z.object({ pools: z.array(zfsPool) });
export type ZfsFacts = z.infer<typeof zfsFacts>;

const lvmGroup = z.object({
  name: z.string(),
  size_bytes: z.number(),
  free_bytes: z.number(),
  /** Physical volumes that belong to it and are not there. */
  missing_volumes: z.number(),
});
const lvmThinPool = z.object({
  group: z.string(),
  name: z.string(),
  size_bytes: z.number(),
  /** 0 to 100; a full one stops or corrupts its guests. */
  data_percent: z.number().nullable(),
  metadata_percent: z.number().nullable(),
});
export const lvmFacts = z.object({ groups: z.array(lvmGroup), thin_pools: z.array(lvmThinPool) });
export type LvmFacts = z.infer<typeof lvmFacts>;
