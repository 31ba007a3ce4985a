// Block devices as the kernel knows them, from /sys/block, /proc/diskstats, /run/udev/data and
// /proc/self/mountinfo.
import { z } from 'zod';

export const diskIo = z.object({
  read_bytes: z.number(),
  written_bytes: z.number(),
  /** Milliseconds the device had requests in flight. */
  busy_ms: z.number(),
  /** Bytes per second, and share of time busy (0 to 1), between two samples; null until there are two. */
  read_rate: z.number().nullable(),
  write_rate: z.number().nullable(),
  busy: z.number().nullable(),
});
export type DiskIo = z.infer<typeof diskIo>;

export const blockDevice = z.object({
  /** Kernel name (sda, nvme0n1p2, dm-0, loop3). */
  name: z.string(),
  path: z.string(),
  device_number: z.string(),
  kind: z.enum(['disk', 'partition', 'loop', 'rom', 'dm', 'md', 'zram', 'other']),
  /** Kernel names of the devices this one lies on: the disk of a partition, the legs of a dm or md. */
  parents: z.array(z.string()),
  size_bytes: z.number(),
  model: z.string().nullable(),
  serial: z.string().nullable(),
  /** sata, nvme, usb, virtio, mmc, scsi, … as the sysfs path tells; null when it does not. */
  transport: z.string().nullable(),
  rotational: z.boolean().nullable(),
  removable: z.boolean().nullable(),
  read_only: z.boolean().nullable(),
  /** `byid:…`; null with `durable_id_reason` when the device has no name that survives a reboot. */
  durable_id: z.string().nullable(),
  durable_id_reason: z.string().nullable(),
  /** What the udev database or the mount table says is on it; says nothing about blank. */
  fs_type: z.string().nullable(),
  label: z.string().nullable(),
  uuid: z.string().nullable(),
  mount_points: z.array(z.string()),
  swap: z.boolean(),
  /** The file behind a loop device. */
  backing_file: z.string().nullable(),
  io: diskIo.nullable(),
});
export type BlockDevice = z.infer<typeof blockDevice>;

export const diskFacts = z.object({ devices: z.array(blockDevice) });
export type DiskFacts = z.infer<typeof diskFacts>;
