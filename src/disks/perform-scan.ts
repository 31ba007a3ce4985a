// Inside the job: reads every byte of a device that anybody may be using, and says so when it was written
// meanwhile.
import type { DiskScan } from '../contracts/facts/disk-flags.ts';
import type { Machine } from '../host/machine.ts';
import { readNumberedDevice, type WriteCounters } from '../host/numbered-device.ts';
import type { JobTalk } from './disk-job.ts';
import type { ReadOrder } from './job-messages.ts';
import { closeDevice } from './open-device.ts';
import { openOrdered, type OrderedDevice } from './open-ordered.ts';
import { scanZeros, type ScanResult } from './zero-scan.ts';

export async function performScan(order: ReadOrder, talk: JobTalk, machine: Machine): Promise<DiskScan> {
  const { clock } = machine;
  const started = clock.now();
  let scan: DiskScan = {
    state: 'running',
    bytes_done: 0,
    bytes_total: order.sizeBytes,
    rate: null,
    left_s: null,
    started,
    at: started,
    detail: '',
  };
  const ended = (state: DiskScan['state'], detail: string): DiskScan => ({
    ...scan,
    state,
    left_s: null,
    at: clock.now(),
    detail,
  });
  talk.say({ kind: 'scan', scan });
  const opened = await openOrdered(order, machine);
  if (typeof opened === 'string') return ended('failed', opened);
  try {
    const result = await scanZeros({
      fd: opened.fd,
      sizeBytes: order.sizeBytes,
      clock,
      signal: talk.signal,
      onProgress: ({ bytesDone, rate, leftS, stalled }) => {
        const state = stalled ? 'stalled' : 'running';
        scan = { ...scan, state, bytes_done: bytesDone, rate, left_s: leftS, at: clock.now() };
        talk.say({ kind: 'scan', scan });
      },
    });
    const doubt = result.state === 'zero' ? await whyInDoubt(opened, machine) : undefined;
    return doubt === undefined ? ended(result.state, detailOf(result)) : ended('failed', doubt);
  } finally {
    await closeDevice(opened.fd);
  }
}

function detailOf(result: ScanResult): string {
  if (result.state === 'not-zero') return String(result.offset);
  return result.state === 'failed' ? result.detail : '';
}

/** Zeros were read; they may not be there any more. */
async function whyInDoubt({ device }: OrderedDevice, machine: Machine): Promise<string | undefined> {
  const after = await readNumberedDevice(machine, device.deviceNumber);
  if (after === undefined) return 'the device went away while it was read';
  if (after.diskseq !== device.diskseq || after.sizeBytes !== device.sizeBytes) {
    return 'the device changed while it was read';
  }
  if (device.counters === null || after.counters === null) {
    return 'whether it was written while it was read cannot be told';
  }
  return isSame(device.counters, after.counters) ? undefined : 'written while it was read';
}

const isSame = (a: WriteCounters, b: WriteCounters): boolean =>
  a.writes === b.writes &&
  a.sectorsWritten === b.sectorsWritten &&
  a.discards === b.discards &&
  a.sectorsDiscarded === b.sectorsDiscarded;
