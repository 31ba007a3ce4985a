// The flag of every block device: what is known of its content, and by which signals. A flag is a
// proof: `data_bearing: false` is said only of a device of which every byte was read and is zero.
import { z } from 'zod';

/** Only `blank_proven` means that there is nothing to lose. */
export const diskVerdict = z.enum(['blank_proven', 'in_use', 'data', 'unverified', 'unknown']);
export type DiskVerdict = z.infer<typeof diskVerdict>;

/**
 * `held`: somebody uses it now. `named`: a configuration file names it. `barred`: no operation is
 * possible. `content`: something was found on it. `unread`: a look at it failed.
 */
export const signalClass = z.enum(['held', 'named', 'barred', 'content', 'unread']);
export type SignalClass = z.infer<typeof signalClass>;

export const diskSignal = z.object({
  /** A row of the table of signals (`mounted`, `swap`, `signature`, …). */
  id: z.string(),
  class: signalClass,
  /** Kernel name of the device that it was seen on: the device itself, or one of its partitions. */
  device: z.string(),
  /** What was seen (a mount point, a process, a file system's type); may be foreign text. */
  detail: z.string(),
  /** Where it was read: a path, or a command. */
  where: z.string(),
  /** The command, or the file and line to edit, that ends it; null when there is none. */
  release: z.string().nullable(),
});
export type DiskSignal = z.infer<typeof diskSignal>;

/** A reading of every byte that runs, or how the last one ended. */
export const diskScan = z.object({
  state: z.enum(['running', 'zero', 'not-zero', 'failed', 'cancelled', 'stalled']),
  bytes_done: z.number(),
  bytes_total: z.number(),
  /** Bytes per second; null until known. */
  rate: z.number().nullable(),
  left_s: z.number().nullable(),
  /** Milliseconds since the epoch. */
  started: z.number(),
  at: z.number(),
  /** Offset of the first byte that is not zero, or why it failed. */
  detail: z.string(),
});
export type DiskScan = z.infer<typeof diskScan>;

export const diskFlag = z.object({
  /** Kernel name, as in the facts of disks. */
  name: z.string(),
  data_bearing: z.boolean(),
  verdict: diskVerdict,
  /** One English sentence for the strongest signal ("device is mounted"). */
  reason: z.string(),
  /** The strongest first. */
  signals: z.array(diskSignal),
  scan: diskScan.nullable(),
});
export type DiskFlag = z.infer<typeof diskFlag>;

export const diskFlagFacts = z.object({
  flags: z.array(diskFlag),
  /** Loop devices take part, because the agent's configuration says so: tests and rehearsals. */
  allow_loop: z.boolean(),
});
export type DiskFlagFacts = z.infer<typeof diskFlagFacts>;
