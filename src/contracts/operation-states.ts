// The states of operations, the stages of their runs and the file systems that can be made, without a schema:
// screens know them before anything is parsed.
import type { Operation, OperationState } from './facts/operations.ts';

/** What may become of what is the agent's table of states; the last eight are ends. */
export const OPERATION_STATES = [
  'pending',
  'approved',
  'claimed',
  'denied',
  'superseded',
  'expired',
  'invalid',
  'done',
  'failed',
  'cancelled',
  'interrupted',
] as const;

/** Of a run, in the order in which they come; `wiping` only where it was signed. */
export const FORMAT_STAGES = [
  'rechecked',
  'wiping',
  'zero_verified',
  'mkfs',
  'fs_verified',
  'released',
] as const;

/** The file systems that a format can make. */
export const FORMAT_TYPES = ['ext4', 'xfs', 'btrfs'] as const;

/** How much a signed wipe zeroes: all of it, or every place where a known format keeps a copy of itself. */
export const WIPE_KINDS = ['full', 'quick'] as const;

/** Whether what lets it run is an operator's signature. */
export const isSigned = ({ approved_by }: Pick<Operation, 'approved_by'>): boolean =>
  approved_by?.how === 'signature';

/** Until when it can stay as it is: what was signed can be run as long as the signed bytes last. */
export const validUntil = (operation: Pick<Operation, 'approved_by' | 'bytes' | 'expires'>): number =>
  isSigned(operation) && operation.bytes !== null
    ? Math.min(operation.expires, operation.bytes.expires)
    : operation.expires;

const OPEN: ReadonlySet<OperationState> = new Set(['pending', 'approved', 'claimed']);
export const isOpen = ({ state }: Pick<Operation, 'state'>): boolean => OPEN.has(state);
