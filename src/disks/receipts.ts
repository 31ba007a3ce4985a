// What stays of a reading of every byte that found only zeros: who the disk was, and how often it had
// been written to. While all of that is equal, nobody wrote to it through this machine, and it is still
// blank. For showing only: whoever formats without a signature reads every byte again.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { writeFileWhole } from '../base/write-file.ts';

/** A disk at one moment; equal stamps mean that nothing was written between them. */
const stamp = z.object({
  durable_id: z.string().min(1),
  device_number: z.string(),
  wwid: z.string().nullable(),
  serial: z.string().nullable(),
  size_bytes: z.number().positive(),
  /** Of a partition; null for a disk. */
  start: z.number().nullable(),
  boot_id: z.string().min(1),
  diskseq: z.string().min(1),
  /** The kernel's counters of writes and discards. */
  writes: z.string().min(1),
  /** Of the file behind a loop device, which can be written past the loop. */
  backing: z.string().nullable(),
});
export type Stamp = z.infer<typeof stamp>;

const receipt = stamp.extend({
  /** When the reading ended, in milliseconds since the epoch. */
  at: z.number(),
});
export type Receipt = z.infer<typeof receipt>;

export type Receipts = {
  /** The receipt for a device of exactly this stamp. */
  readonly find: (now: Stamp) => Receipt | null;
  /** Whether there is one for the device at all, valid or not. */
  readonly has: (durableId: string) => boolean;
  /**
   * After a reading that found only zeros: `before` was taken when it began, `after` when it had ended.
   * Keeps nothing, and says so, when they differ: somebody wrote meanwhile.
   */
  readonly keep: (before: Stamp, after: Stamp, at: number) => Promise<boolean>;
  readonly forget: (durableId: string) => Promise<void>;
};

const MAX_RECEIPTS = 1000;

/** Kept in memory, and in `path` when one is given. A file that does not parse holds no receipts. */
export function createReceipts(options: { readonly path?: string } = {}): Receipts {
  const { path } = options;
  const receipts = new Map(path === undefined ? [] : readReceipts(path).map((one) => [one.durable_id, one]));
  // One after the other, so that the newest is the last. A receipt that could not be written is missing
  // after a restart, and the disk is read again.
  let saving = Promise.resolve();
  const save = async (): Promise<void> => {
    if (path === undefined) return;
    saving = saving
      .then(async () => writeFileWhole(path, `${JSON.stringify([...receipts.values()])}\n`))
      .catch(() => {});
    await saving;
  };
  return {
    find: (now) => {
      const found = receipts.get(now.durable_id);
      return found !== undefined && isSame(found, now) ? found : null;
    },
    has: (durableId) => receipts.has(durableId),
    keep: async (before, after, at) => {
      if (!isSame(before, after)) return false;
      if (receipts.size >= MAX_RECEIPTS) receipts.clear();
      receipts.set(after.durable_id, { ...after, at });
      await save();
      return true;
    },
    forget: async (durableId) => {
      if (receipts.delete(durableId)) await save();
    },
  };
}

const FIELDS = stamp.keyof().options;

const isSame = (a: Stamp, b: Stamp): boolean => FIELDS.every((field) => a[field] === b[field]);

function readReceipts(path: string): readonly Receipt[] {
  try {
    const parsed = z.array(receipt).safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? parsed.data : [];
  } catch {
    return [];
  }
}
