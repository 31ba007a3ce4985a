// Under the claim: the device is examined again, and must be exactly what the operation was allowed for, and
// used by nobody. Without a signature nothing may be found on it; with one all of it must have been read.
import type { DiskSignal } from '../contracts/facts/disk-flags.ts';
import { tell } from './claim.ts';
import type { DiskIdentity, ExaminedDisk } from './examined-disk.ts';
import { failed, held, invalid } from './format-ended.ts';
import type { FormatOrder } from './format-order.ts';

/** Throws a FormatEnded. Changed comes before held: another disk is not waited for. */
export function recheck(order: FormatOrder, now: ExaminedDisk): void {
  const barred = now.flag.signals.find((signal) => signal.class === 'barred');
  if (now.identity === null || barred !== undefined) {
    throw invalid('E_DEVICE_BARRED', barred === undefined ? 'it has no identity' : tellSignal(barred));
  }
  const changes = listChanges(order.identity, now.identity);
  if (changes.length > 0) throw invalid('E_DEVICE_CHANGED', changes.join('; '));
  if (now.facts_sha256 !== order.facts_sha256) {
    throw invalid('E_DEVICE_CHANGED', `what lies on it has changed: ${now.flag.reason}`);
  }
  const used = usedBy(now);
  if (used !== undefined) throw held(tellSignal(used));
  if (order.wipe !== 'none') return refuseUnread(now);
  const content = now.flag.signals.find((signal) => signal.class === 'content');
  if (content !== undefined) throw invalid('E_NOT_BLANK', tellSignal(content));
  // No signal, and still not free: whatever it is, it counts.
  switch (now.flag.verdict) {
    case 'blank_proven':
    case 'unverified':
      return;
    case 'in_use':
      throw held(now.flag.reason);
    case 'data':
      throw invalid('E_NOT_BLANK', now.flag.reason);
    case 'unknown':
      throw failed('E_READ', now.flag.reason);
  }
}

/**
 * What lies on it is what was signed for, which the digest proved. What could not be read of it or around it
 * may be somebody who uses it.
 */
function refuseUnread({ flag }: ExaminedDisk): void {
  const unread = flag.signals.find((signal) => signal.class === 'unread');
  if (unread !== undefined) throw failed('E_READ', tellSignal(unread));
  switch (flag.verdict) {
    case 'data':
    case 'blank_proven':
    case 'unverified':
      return;
    case 'in_use':
      throw held(flag.reason);
    case 'unknown':
      throw failed('E_READ', flag.reason);
  }
}

/** Somebody uses it, or relies on it. */
export const isUse = (signal: DiskSignal): boolean => signal.class === 'held' || signal.class === 'named';

/** The strongest sign of that. */
export const usedBy = ({ flag }: ExaminedDisk): DiskSignal | undefined => flag.signals.find(isUse);

/** Who uses it, in words of the strongest sign of that. */
export function tellUse(now: ExaminedDisk): string {
  const used = usedBy(now);
  return used === undefined ? 'somebody has it open for himself alone' : tellSignal(used);
}

const tellSignal = ({ device, detail, where, release }: DiskSignal): string =>
  `${device}: ${detail} (${where})${release === null ? '' : `; ends with: ${release}`}`;

/** Each as `what: was → is`. */
export function listChanges(was: DiskIdentity, is: DiskIdentity): readonly string[] {
  const before = new Map<string, unknown>(flatten(was));
  return flatten(is).flatMap(([what, now]) => {
    const then = before.get(what);
    return then === now ? [] : [tell(what, then, now)];
  });
}

/** Every row, so that none is forgotten when the type grows. */
const flatten = ({ partition, ...rest }: DiskIdentity): readonly (readonly [string, unknown])[] => [
  ...Object.entries(rest),
  ['partition number', partition?.number ?? null],
  ['partition start', partition?.start ?? null],
  ['partition uuid', partition?.uuid ?? null],
];
