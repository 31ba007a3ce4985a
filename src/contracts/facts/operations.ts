// Operations on disks: what somebody asked for, what may become of it, and what did. The agent keeps
// them; nobody else decides anything about them.
import { z } from 'zod';
import { FORMAT_STAGES, FORMAT_TYPES, OPERATION_STATES, WIPE_KINDS } from '../operation-states.ts';
import { diskSignal, diskVerdict } from './disk-flags.ts';

export { FORMAT_TYPES, isOpen, isSigned, OPERATION_STATES, WIPE_KINDS } from '../operation-states.ts';

export const operationState = z.enum(OPERATION_STATES);
export type OperationState = z.infer<typeof operationState>;

/** The stage that has begun; each was written down before it began. */
export const formatStage = z.enum(FORMAT_STAGES);
export type FormatStage = z.infer<typeof formatStage>;

export const formatType = z.enum(FORMAT_TYPES);
export type FormatType = z.infer<typeof formatType>;

export const wipeKind = z.enum(WIPE_KINDS);
export type WipeKind = z.infer<typeof wipeKind>;

/** By which way a request came in. A name is only what the caller said of itself. */
export const door = z.enum(['root', 'group', 'guest']);
export const requester = z.object({
  door,
  vmid: z.number().nullable(),
  name: z.string().nullable(),
});
export type Requester = z.infer<typeof requester>;

/** What lies on the device, as a person compares it. */
export const diskContent = z.object({
  device: z.string(),
  size_bytes: z.number(),
  fs_type: z.string().nullable(),
  label: z.string().nullable(),
  uuid: z.string().nullable(),
  /** Milliseconds since the epoch, and the mount point, where the file system keeps them (ext2 to ext4). */
  last_mounted: z.number().nullable().default(null),
  last_mounted_on: z.string().nullable().default(null),
});

/** The device as it was when the operation was asked for. */
export const operationDisk = z.object({
  model: z.string().nullable(),
  serial: z.string().nullable(),
  transport: z.string().nullable(),
  size_bytes: z.number(),
  content: z.array(diskContent),
});
export type OperationDisk = z.infer<typeof operationDisk>;

export const operationProgress = z.object({
  bytes_done: z.number(),
  bytes_total: z.number(),
  /** Bytes per second; null until known. */
  rate: z.number().nullable(),
  left_s: z.number().nullable(),
  /** No progress for two minutes. */
  stalled: z.boolean(),
  at: z.number(),
});
export type OperationProgress = z.infer<typeof operationProgress>;

/** An operator's signature that was verified and counts. */
export const approval = z.object({
  /** As the file of allowed signers names who signed. */
  principal: z.string(),
  /** `SHA256:…` of the public key, as ssh-keygen(1) prints it. */
  fingerprint: z.string(),
  /** `ssh-ed25519`, … */
  key_type: z.string(),
  at: z.number(),
  /** Who handed it in. */
  by: requester,
});
export type Approval = z.infer<typeof approval>;

/** The bytes to be signed, as far as whoever only looks needs them. */
const bytesToSign = z.object({
  made: z.number(),
  expires: z.number(),
  /** Made for signing where there is no network: they last longer. */
  offline: z.boolean(),
  wipe: wipeKind,
  /** Plain SHA-256 over the very bytes, hexadecimal, as sha256sum(1) prints it. */
  sha256: z.string(),
});

export const operation = z.object({
  /** `op_` and 24 hexadecimal digits, random. */
  id: z.string(),
  op: z.literal('storage_wipe'),
  state: operationState,
  host_scope: z.string(),
  durable_id: z.string(),
  /** Its path when it was asked for; a path is no identity. */
  device: z.string(),
  fstype: formatType,
  /** Chosen beforehand, and the new file system's. */
  fs_uuid: z.string(),
  data_bearing: z.boolean(),
  verdict: diskVerdict,
  reason: z.string(),
  signals: z.array(diskSignal),
  disk: operationDisk,
  /** SHA-256 over all stable facts of the device, hexadecimal. */
  facts_sha256: z.string(),
  /** The word that a person types to confirm it: the tail of the serial, or of the durable id. */
  confirm_word: z.string(),
  requested_by: requester,
  /** `signature`: who handed in the last one that was needed; who signed is in `approvals`. */
  approved_by: z
    .object({ how: z.enum(['grant', 'confirm', 'signature']), at: z.number(), by: requester })
    .nullable(),
  /** Null until somebody asked for them. */
  bytes: bytesToSign.nullable().default(null),
  approvals: z.array(approval).default([]),
  /** Milliseconds since the epoch. */
  created: z.number(),
  updated: z.number(),
  expires: z.number(),
  stage: formatStage.nullable(),
  /** Whether a byte of the device may have been written. */
  dirty: z.boolean(),
  progress: operationProgress.nullable(),
  /** How it ended; code is one of the table of errors, null when it went well. */
  ended: z.object({ at: z.number(), code: z.string().nullable(), detail: z.string() }).nullable(),
});
export type Operation = z.infer<typeof operation>;

export const operationFacts = z.object({
  /** The newest first; ended ones stay for a while. */
  operations: z.array(operation),
});
export type OperationFacts = z.infer<typeof operationFacts>;
