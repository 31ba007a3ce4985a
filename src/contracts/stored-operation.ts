// The agent's own files about operations: the operation itself, and the journal of its run.
import { z } from 'zod';
import { formatStage, operation, operationState } from './facts/operations.ts';

/** The device that was meant, as the kernel told it when the operation was last looked at. */
const identity = z.object({
  durable_id: z.string(),
  device_number: z.string(),
  boot_id: z.string(),
  diskseq: z.string().nullable(),
  wwid: z.string().nullable(),
  serial: z.string().nullable(),
  model: z.string().nullable(),
  transport: z.string().nullable(),
  size_bytes: z.number(),
  logical_block_bytes: z.number(),
  physical_block_bytes: z.number(),
  backing_file: z.string().nullable(),
  partition: z.object({ number: z.number(), start: z.number(), uuid: z.string().nullable() }).nullable(),
});

/** The very bytes that were made to be signed (printable ASCII), and the signatures over them that count. */
const signing = z.object({ message: z.string(), signatures: z.array(z.string()) });

export const storedOperation = z.object({
  version: z.literal(1),
  operation,
  identity,
  signing: signing.nullable().default(null),
});
export type StoredOperation = z.infer<typeof storedOperation>;

export const journalLine = z.union([
  /** The stage begins, and from here on the device may have been written, or not. */
  z.object({ at: z.number(), stage: formatStage, dirty: z.boolean() }),
  /** A loop device that is about to be attached. */
  z.object({ at: z.number(), loop: z.string() }),
  z.object({
    at: z.number(),
    end: operationState,
    dirty: z.boolean(),
    code: z.string().nullable(),
    detail: z.string(),
  }),
]);
export type JournalLine = z.infer<typeof journalLine>;
