// A reading of every byte that leaves a receipt when it found only zeros and nobody wrote meanwhile.
import type { DiskScan } from '../contracts/facts/disk-flags.ts';
import type { Flagger } from './create-flagger.ts';
import type { Receipts } from './receipts.ts';

export async function scanForReceipt(options: {
  readonly flagger: Pick<Flagger, 'readStamp'>;
  readonly receipts: Receipts;
  /** Kernel name. */
  readonly name: string;
  readonly scan: () => Promise<DiskScan>;
  readonly signal: AbortSignal;
}): Promise<DiskScan> {
  const { flagger, receipts, name, signal } = options;
  const before = await flagger.readStamp(name, signal);
  const scan = await options.scan();
  if (scan.state !== 'zero' || before.state !== 'ok' || scan.bytes_done < before.value.size_bytes)
    return scan;
  const after = await flagger.readStamp(name, signal);
  if (after.state === 'ok') await receipts.keep(before.value, after.value, scan.at);
  return scan;
}
