// What this program and a job of it on a disk say to each other, one JSON line each.
import { z } from 'zod';
import { API_CODES, isApiCode } from '../contracts/api-error.ts';
import { diskScan } from '../contracts/facts/disk-flags.ts';
import { formatStage, formatType, operationProgress, WIPE_KINDS } from '../contracts/facts/operations.ts';
import type { DiskIdentity } from './examined-disk.ts';
import type { FormatOrder, FormatResult } from './format-order.ts';

const nullableText = z.string().nullable();

const diskIdentity = z.strictObject({
  durable_id: z.string(),
  device_number: z.string().regex(/^\d+:\d+$/),
  boot_id: z.string(),
  diskseq: nullableText,
  wwid: nullableText,
  serial: nullableText,
  model: nullableText,
  transport: nullableText,
  size_bytes: z.int().positive(),
  logical_block_bytes: z.int().positive(),
  physical_block_bytes: z.int().positive(),
  backing_file: nullableText,
  partition: z
    .strictObject({ number: z.int().positive(), start: z.int().nonnegative(), uuid: nullableText })
    .nullable(),
}) satisfies z.ZodType<DiskIdentity>;

const formatOrder = z.strictObject({
  identity: diskIdentity,
  fstype: formatType,
  // It becomes an argument of a program.
  fs_uuid: z.string().regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
  facts_sha256: z.string().regex(/^[0-9a-f]{64}$/),
  allow_loop: z.boolean(),
  wipe: z.enum(['none', ...WIPE_KINDS]),
}) satisfies z.ZodType<FormatOrder>;

/** Which device, as it was when the order was given: number, attachment and size must still be these. */
const readOrder = z.strictObject({
  deviceNumber: z.string().regex(/^\d+:\d+$/),
  diskseq: nullableText,
  sizeBytes: z.int().positive(),
});
export type ReadOrder = z.infer<typeof readOrder>;

/** The first line that a job hears; the only one that names a device. */
export const diskJobOrder = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('scan'), ...readOrder.shape }),
  z.strictObject({ kind: z.literal('identify'), ...readOrder.shape, seconds: z.int().min(1).max(600) }),
  z.strictObject({ kind: z.literal('format'), order: formatOrder }),
]);
export type DiskJobOrder = z.infer<typeof diskJobOrder>;

/** What it may hear later. `go`: what it asked for stands in the journal. */
export const jobWord = z.strictObject({ kind: z.enum(['go', 'cancel']) });
export type JobWord = z.infer<typeof jobWord>;

const apiCode = z.string().refine(isApiCode, `one of ${Object.keys(API_CODES).length} codes`);
const formatResult = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('done') }),
  z.strictObject({ state: z.literal('held'), detail: z.string() }),
  z.strictObject({ state: z.literal('invalid'), code: apiCode, detail: z.string() }),
  z.strictObject({ state: z.literal('failed'), code: apiCode, detail: z.string(), dirty: z.boolean() }),
  z.strictObject({ state: z.literal('cancelled'), dirty: z.boolean() }),
]) satisfies z.ZodType<FormatResult>;

/** What a job says. After `stage` and `loop` it waits for `go`. */
export const jobReport = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('scan'), scan: diskScan }),
  z.strictObject({ kind: z.literal('stage'), stage: formatStage, dirty: z.boolean() }),
  z.strictObject({ kind: z.literal('loop'), path: z.string() }),
  z.strictObject({ kind: z.literal('progress'), progress: operationProgress }),
  z.strictObject({ kind: z.literal('formatted'), result: formatResult }),
  z.strictObject({ kind: z.literal('identified'), detail: nullableText }),
]);
export type JobReport = z.infer<typeof jobReport>;
