// Reads every byte of a device in a job process beside this one: a disk that hangs must hang nothing else.
import type { OwnProgram } from '../base/start-job.ts';
import type { DiskScan } from '../contracts/facts/disk-flags.ts';
import type { BlockDevice } from '../contracts/facts/disks.ts';
import type { Machine } from '../host/machine.ts';
import { readNumberedDevice } from '../host/numbered-device.ts';
import { startDiskJob, type DiskJob } from './start-disk-job.ts';

export type RunningScan = {
  /** The last word: `zero`, `not-zero`, `failed` or `cancelled`. Never rejects. */
  readonly done: Promise<DiskScan>;
  readonly cancel: () => void;
};

/** A job that does not hear `cancel` hangs in a read; it is killed, and goes when the disk lets it. */
const CANCEL_GRACE_MS = 3000;

export function startScan(options: {
  readonly own: OwnProgram;
  readonly machine: Machine;
  readonly device: Pick<BlockDevice, 'device_number' | 'size_bytes'>;
  /** Reads only when nobody else wants to. */
  readonly idle: boolean;
  /** At most once a second; `running` or `stalled`, which may become `running` again. */
  readonly onProgress: (scan: DiskScan) => void;
}): RunningScan {
  const { machine, device } = options;
  const cancelled = new AbortController();
  const { promise, resolve } = Promise.withResolvers<DiskScan>();
  const started = machine.clock.now();
  let last: DiskScan = {
    state: 'running',
    bytes_done: 0,
    bytes_total: device.size_bytes,
    rate: null,
    left_s: null,
    started,
    at: started,
    detail: '',
  };
  const end = (state: 'failed' | 'cancelled', detail: string) =>
    resolve({ ...last, state, left_s: null, at: machine.clock.now(), detail });
  const start = async (): Promise<void> => {
    const now = await readNumberedDevice(machine, device.device_number);
    if (now === undefined) return end('failed', `there is no device ${device.device_number} any more`);
    if (cancelled.signal.aborted) return end('cancelled', '');
    const job = startDiskJob({
      own: options.own,
      order: {
        kind: 'scan',
        deviceNumber: device.device_number,
        diskseq: now.diskseq,
        sizeBytes: device.size_bytes,
      },
      idle: options.idle,
      onReport: (report) => {
        if (report.kind !== 'scan') return;
        last = report.scan;
        if (isOver(last)) resolve(last);
        else options.onProgress(last);
      },
    });
    cancelled.signal.addEventListener('abort', () => cancelJob(job, end));
    end('failed', await job.ended);
  };
  start().catch((error: unknown) => end('failed', String(error)));
  return { done: promise, cancel: () => cancelled.abort() };
}

const isOver = ({ state }: DiskScan): boolean => state !== 'running' && state !== 'stalled';

function cancelJob(job: DiskJob, end: (state: 'cancelled', detail: string) => void): void {
  job.send('cancel');
  const timer = setTimeout(() => {
    job.kill();
    end('cancelled', '');
  }, CANCEL_GRACE_MS);
  void job.ended.then(() => clearTimeout(timer));
}
