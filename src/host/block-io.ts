// Traffic of block devices from /proc/diskstats (the kernel's Documentation/admin-guide/iostats.rst).
import type { DiskIo } from '../contracts/facts/disks.ts';

/** The unit of the kernel's counters, whatever the device's own sector size. */
const SECTOR_BYTES = 512;

export type DiskCounters = Pick<DiskIo, 'read_bytes' | 'written_bytes' | 'busy_ms'>;

/** Counters by device number; kernels before 2.6.25 gave partitions four fields, which are left out. */
export function parseDiskstats(text: string): ReadonlyMap<string, DiskCounters> {
  const devices = new Map<string, DiskCounters>();
  for (const line of text.split('\n')) {
    const fields = line.trim().split(/\s+/);
    const [major, minor] = fields;
    const numbers = fields.slice(3).map(Number);
    const [, , sectorsRead, , , , sectorsWritten, , , busyMs] = numbers;
    if (major === undefined || minor === undefined) continue;
    if (sectorsRead === undefined || sectorsWritten === undefined || busyMs === undefined) continue;
    if (!Number.isFinite(sectorsRead + sectorsWritten + busyMs)) continue;
    devices.set(`${major}:${minor}`, {
      read_bytes: sectorsRead * SECTOR_BYTES,
      written_bytes: sectorsWritten * SECTOR_BYTES,
      busy_ms: busyMs,
    });
  }
  return devices;
}

/** Counters that fell belong to another device under the same number: no rate then. */
export function rateDisk(now: DiskCounters, before: DiskCounters | undefined, passedMs: number): DiskIo {
  const none = { ...now, read_rate: null, write_rate: null, busy: null };
  if (before === undefined || passedMs <= 0) return none;
  const read = now.read_bytes - before.read_bytes;
  const written = now.written_bytes - before.written_bytes;
  const busyMs = now.busy_ms - before.busy_ms;
  if (read < 0 || written < 0 || busyMs < 0) return none;
  return {
    ...now,
    read_rate: (read * 1000) / passedMs,
    write_rate: (written * 1000) / passedMs,
    busy: Math.min(1, busyMs / passedMs),
  };
}
