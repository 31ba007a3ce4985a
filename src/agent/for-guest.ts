// What a guest sees of a disk's signals: which they are, and the sentence of the strongest. Not what was seen
// and where: lines of the host's configuration, its processes and mounts, other guests' files.
import type { DiskSignal } from '../contracts/facts/disk-flags.ts';
import type { Operation } from '../contracts/facts/operations.ts';
import type { Caller } from './handler.ts';

type WithSignals = { readonly signals: readonly DiskSignal[] };

export const forGuest = <T extends WithSignals>(one: T) => ({
  ...one,
  signals: one.signals.map((signal) => ({ ...signal, detail: '', where: '', release: null })),
});

export const asSeenBy = <T extends WithSignals>({ kind }: Caller, one: T) =>
  kind === 'root' || kind === 'group' ? { ...one, signals: [...one.signals] } : forGuest(one);

/** Who may sign, what was signed and who did, and where another guest had its data: the host's business. */
export const operationForGuest = (operation: Operation): Operation => ({
  ...forGuest(operation),
  bytes: null,
  approvals: [],
  approved_by: withoutName(operation.approved_by),
  // The code says enough; how it came to that may name mounts, programs and other disks.
  ended: operation.ended === null ? null : { ...operation.ended, detail: '' },
  disk: {
    ...operation.disk,
    content: operation.disk.content.map((content) => ({
      ...content,
      last_mounted: null,
      last_mounted_on: null,
    })),
  },
});

const withoutName = (approved: Operation['approved_by']): Operation['approved_by'] =>
  approved === null ? null : { ...approved, by: { ...approved.by, name: null } };

export const operationAsSeenBy = ({ kind }: Caller, operation: Operation): Operation =>
  kind === 'root' || kind === 'group' ? operation : operationForGuest(operation);
