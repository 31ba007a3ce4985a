// A reading of every byte that leaves a receipt when it found only zeros and nobody wrote meanwhile.
import type { DiskScan } from '../contracts/facts/disk-flags.ts';
import type { Flagger } from './create-flagger.ts';
import type { Receipts } from './receipts.ts';

const STAMP_DEADLINE_MS = 60_000;

export async function scanForReceipt(options: {
  readonly flagger: Pick<Flagger, 'readStamp'>;
  readonly receipts: Receipts;
  /** Kernel name. */
  readonly name: string;
  readonly scan: () => Promise<DiskScan>;
  /** All zero, and not to be remembered: the next look has to read again. */
  readonly onNoReceipt?: (why: string) => void;
}): Promise<DiskScan> {
  const { flagger, receipts, name, onNoReceipt } = options;
  const stamp = async () => flagger.readStamp(name, AbortSignal.timeout(STAMP_DEADLINE_MS));
  const before = await stamp();
  const scan = await options.scan();
  if (scan.state !== 'zero') return scan;
  const after = before.state === 'ok' ? await stamp() : before;
  if (before.state !== 'ok' || after.state !== 'ok') {
    if (after.state !== 'ok') onNoReceipt?.(after.detail);
    return scan;
  }
  if (scan.bytes_done < before.value.size_bytes) {
    onNoReceipt?.('not all of it was read');
    return scan;
  }
  const isKept = await receipts.keep(before.value, after.value, scan.at);
  return isKept ? scan : { ...scan, state: 'failed', detail: 'written while it was read' };
}
