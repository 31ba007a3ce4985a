// What a guest sees of a disk's signals: that the disk is named and where it is used, and no line of the host's
// configuration, which is also that of other guests.
import type { DiskSignal } from '../contracts/facts/disk-flags.ts';
import type { Caller } from './handler.ts';

type WithSignals = { readonly signals: readonly DiskSignal[] };

export const forGuest = <T extends WithSignals>(one: T) => ({
  ...one,
  signals: one.signals.map((signal) =>
    signal.class === 'named' ? { ...signal, detail: '', where: '', release: null } : signal,
  ),
});

export const asSeenBy = <T extends WithSignals>({ kind }: Caller, one: T) =>
  kind === 'root' || kind === 'group' ? { ...one, signals: [...one.signals] } : forGuest(one);
