// From signals to the flag. Pure. The only way to `data_bearing: false` is that no signal was seen, nothing
// went unread, and a receipt proves that every byte was read and is zero.
import type {
  DiskFlag,
  DiskScan,
  DiskSignal,
  DiskVerdict,
  SignalClass,
} from '../contracts/facts/disk-flags.ts';
import { signalRows, type SignalRow } from './signals.ts';

const VERDICTS = {
  held: 'in_use',
  named: 'in_use',
  barred: 'unknown',
  content: 'data',
  unread: 'unknown',
} as const satisfies Record<SignalClass, DiskVerdict>;

const rowOf = new Map(signalRows.map((row, strength) => [row.id, { row, strength }]));

export function judge(
  name: string,
  seen: readonly DiskSignal[],
  scan: DiskScan | null,
  isProven: boolean,
): DiskFlag {
  const signals = seen.toSorted((a, b) => strengthOf(a, name) - strengthOf(b, name));
  const [strongest] = signals;
  if (strongest !== undefined) {
    const verdict = VERDICTS[strongest.class];
    return { name, data_bearing: true, verdict, reason: tell(strongest, name), signals, scan };
  }
  if (isProven) {
    const reason = 'every byte was read and is zero';
    return { name, data_bearing: false, verdict: 'blank_proven', reason, signals, scan };
  }
  return { name, data_bearing: true, verdict: 'unverified', reason: tellScan(scan), signals, scan };
}

/** Of two of the same kind, what is on the device itself comes before what is on a partition. */
const strengthOf = ({ id, device }: DiskSignal, name: string): number =>
  (rowOf.get(id)?.strength ?? -1) * 2 + (device === name ? 0 : 1);

function tell(signal: DiskSignal, name: string): string {
  const row: SignalRow | undefined = rowOf.get(signal.id)?.row;
  const who = signal.device === name ? 'device' : `${kindOf(signal.device, name)} ${signal.device}`;
  return row === undefined ? `${who}: ${signal.id}` : `${who} ${row.says(signal.detail)}`;
}

/** Of two kernel names, a partition's begins with its disk's. */
const kindOf = (other: string, name: string) => (other.startsWith(name) ? 'partition' : 'disk');

function tellScan(scan: DiskScan | null): string {
  if (scan === null) return 'not every byte was read yet';
  const percent = scan.bytes_total > 0 ? Math.floor((scan.bytes_done * 100) / scan.bytes_total) : 0;
  return SCAN_WORDS[scan.state](percent, scan.left_s);
}

const SCAN_WORDS = {
  running: (percent, leftS) =>
    leftS === null ? `zero scan ${percent} %` : `zero scan ${percent} %, ${formatLeft(leftS)} left`,
  stalled: (percent) => `zero scan stands still at ${percent} %`,
  cancelled: (percent) => `zero scan was stopped at ${percent} %`,
  failed: () => 'zero scan failed',
  'not-zero': () => 'zero scan found data',
  zero: () => 'every byte was read once, and the device may have changed since',
} as const satisfies Record<DiskScan['state'], (percent: number, leftS: number | null) => string>;

function formatLeft(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}
