// What a guest sees of a disk's signals: which they are, and the sentence of the strongest. Not what was seen
// and where: lines of the host's configuration, its processes and mounts, other guests' files.
import type { DiskSignal } from '../contracts/facts/disk-flags.ts';
import type { Caller } from './handler.ts';

type WithSignals = { readonly signals: readonly DiskSignal[] };

export const forGuest = <T extends WithSignals>(one: T) => ({
  ...one,
  signals: one.signals.map((signal) => ({ ...signal, detail: '', where: '', release: null })),
});

export const asSeenBy = <T extends WithSignals>({ kind }: Caller, one: T) =>
  kind === 'root' || kind === 'group' ? { ...one, signals: [...one.signals] } : forGuest(one);
