// What an operator signs: one message per operation, in which everything stands that a person compares and
// everything that changes the effect. The agent makes it, keeps it, shows it and verifies these very bytes;
// whoever shows it draws it from these bytes and from nothing else.
import { z } from 'zod';
import { formatCanonical } from './canonical-json.ts';
import { door, formatType, wipeKind } from './facts/operations.ts';

export { APPROVAL_NAMESPACE, fromPrintable, toPrintable } from './approval-text.ts';

export const MAX_MESSAGE_BYTES = 4096;

/** Foreign text is written by `toPrintable` and read by `fromPrintable`. */
const printable = z.string().regex(/^[\x20-\x7e]*$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** UTC, to the second (RFC 3339): a person reads it, too. */
const moment = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/)
  // What is no moment would never be over.
  .refine((text) => Number.isFinite(Date.parse(text)));
const bytes = z.int().nonnegative();

/** A member that is not known is left out. */
const onIt = z.strictObject({
  part: printable,
  bytes,
  type: printable.optional(),
  label: printable.optional(),
  last_mounted: moment.optional(),
  last_mounted_on: printable.optional(),
});

export const approvalPayload = z.strictObject({
  v: z.literal(1),
  type: z.literal('felhom.pending-op'),
  intent: z.literal('approve'),
  op: z.literal('storage_wipe'),
  op_id: z.string().regex(/^op_[0-9a-f]{24}$/),
  host_scope: printable,
  /** This very installation of this host: a clone of it has another. */
  install: sha256,
  durable_id: printable,
  fstype: formatType,
  /** All that changes the effect. */
  args: z.strictObject({ fs_uuid: z.uuid(), wipe: wipeKind }),
  /** What a person compares with the disk in the hand. */
  device: z.strictObject({
    model: printable.optional(),
    serial: printable.optional(),
    transport: printable.optional(),
    bytes,
    on_it: z.array(onIt),
    /** Rows for which there was no room; the digest covers them. */
    more: z.int().nonnegative(),
  }),
  /** Over all facts of the device that must still be so when it is wiped. */
  facts_sha256: sha256,
  nonce: sha256,
  created: moment,
  expires: moment,
  threshold: z.int().positive(),
  requested_by: z.strictObject({
    door,
    vmid: z.int().positive().optional(),
  }),
});
export type ApprovalPayload = z.infer<typeof approvalPayload>;

/** Canonical, and a line's end: bytes of printable ASCII. Throws when it would be too long. */
export function formatApproval(payload: ApprovalPayload): string {
  const message = `${formatCanonical(payload)}\n`;
  if (message.length > MAX_MESSAGE_BYTES) throw new RangeError(`a message of ${message.length} bytes`);
  return message;
}

/** Nothing for what is not exactly such a message: another order, another spelling, a member too many. */
export function parseApproval(message: string): ApprovalPayload | undefined {
  if (message.length > MAX_MESSAGE_BYTES) return undefined;
  try {
    const payload = approvalPayload.safeParse(JSON.parse(message));
    return payload.success && formatApproval(payload.data) === message ? payload.data : undefined;
  } catch {
    return undefined;
  }
}
