// What disks say of their own health, from `smartctl --json` (smartmontools 7 or newer).
import { z } from 'zod';
import { readingOf } from '../reading-schema.ts';

export const smartAttribute = z.object({
  /** ATA attribute number; null for NVMe and SCSI, whose counters have names only. */
  id: z.number().nullable(),
  name: z.string(),
  value: z.number().nullable(),
  worst: z.number().nullable(),
  threshold: z.number().nullable(),
  raw: z.string(),
  /** '' fine, 'now' failing now, 'past' failed in the past (ATA's when_failed). */
  when_failed: z.enum(['', 'now', 'past']),
});
export type SmartAttribute = z.infer<typeof smartAttribute>;

/** The overall word: failing and prefail from smartctl's exit status bits, worn from counters that only dying disks show. */
export const smartVerdict = z.enum(['passed', 'failing', 'prefail', 'worn', 'unknown']);
export type SmartVerdict = z.infer<typeof smartVerdict>;

export const smartReport = z.object({
  model: z.string().nullable(),
  serial: z.string().nullable(),
  firmware: z.string().nullable(),
  capacity_bytes: z.number().nullable(),
  /** 0 is an SSD; null when not told. */
  rotation_rate_rpm: z.number().nullable(),
  verdict: smartVerdict,
  /** smart_status.passed; null when the disk does not say. */
  passed: z.boolean().nullable(),
  temperature_c: z.number().nullable(),
  power_on_hours: z.number().nullable(),
  power_cycles: z.number().nullable(),
  /** 0 new to 100 (or above) worn out; null for spinning disks and where not told. */
  wear_percent: z.number().nullable(),
  available_spare_percent: z.number().nullable(),
  reallocated_sectors: z.number().nullable(),
  pending_sectors: z.number().nullable(),
  uncorrectable_errors: z.number().nullable(),
  media_errors: z.number().nullable(),
  error_log_entries: z.number().nullable(),
  self_test_failed: z.boolean().nullable(),
  /** The bit mask of smartctl(8). */
  exit_status: z.number(),
  attributes: z.array(smartAttribute),
});
export type SmartReport = z.infer<typeof smartReport>;

export const smartDisk = z.object({
  /** Device path as given to smartctl. */
  device: z.string(),
  /** smartctl's device type (sat, nvme, megaraid,5): disks behind one controller share the path. */
  type: z.string(),
  report: readingOf(smartReport),
});
export type SmartDisk = z.infer<typeof smartDisk>;

export const smartFacts = z.object({ disks: z.array(smartDisk) });
export type SmartFacts = z.infer<typeof smartFacts>;
