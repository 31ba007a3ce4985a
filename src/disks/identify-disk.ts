// Shows which disk is which: its bay's light blinks where ledctl can make it, else the disk is read in a
// rhythm that its activity light follows. Nothing is written.
import type { OwnProgram } from '../base/start-job.ts';
import type { BlockDevice } from '../contracts/facts/disks.ts';
import type { Machine } from '../host/machine.ts';
import { readNumberedDevice } from '../host/numbered-device.ts';
import { startDiskJob } from './start-disk-job.ts';

export type Identifying = {
  readonly how: 'light' | 'reading';
  readonly seconds: number;
  /** Resolves when it is over, with why it ended early, or null. Never rejects. */
  readonly done: Promise<string | null>;
  readonly stop: () => void;
};

const IDENTIFY_S = 60;
const LIGHT_DEADLINE_MS = 10_000;
/** A job that does not hear `cancel` hangs in a read. */
const CANCEL_GRACE_MS = 3000;

type Options = {
  readonly own: OwnProgram;
  readonly machine: Machine;
  readonly device: Pick<BlockDevice, 'path' | 'device_number' | 'size_bytes'>;
  readonly seconds?: number;
};

/** Throws when there is no such device any more. */
export async function startIdentify(options: Options): Promise<Identifying> {
  const { machine, device, seconds = IDENTIFY_S } = options;
  const now = await readNumberedDevice(machine, device.device_number);
  if (now === undefined) throw new Error(`there is no device ${device.device_number} any more`);
  const hasLight = await switchLight('locate', device.path, machine);
  return hasLight ? blink(device.path, machine, seconds) : read(options, now.diskseq, seconds);
}

/** False where there is no ledctl(8), or no light that it knows for this disk. */
async function switchLight(to: 'locate' | 'locate_off', path: string, machine: Machine): Promise<boolean> {
  const args = [`${to}=${path}`];
  const switched = await machine.runTool({ file: 'ledctl', args, deadlineMs: LIGHT_DEADLINE_MS });
  // It warns on stderr, and ends with 0, for a disk whose controller has no lights.
  return switched.state === 'ended' && switched.code === 0 && switched.stderr.trim() === '';
}

function blink(path: string, machine: Machine, seconds: number): Identifying {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), seconds * 1000);
  const done = promise.then(async () => {
    clearTimeout(timer);
    const isOff = await switchLight('locate_off', path, machine);
    return isOff ? null : `the light of ${path} could not be switched off; run: ledctl locate_off=${path}`;
  });
  return { how: 'light', seconds, done, stop: () => resolve(undefined) };
}

function read({ own, device }: Options, diskseq: string | null, seconds: number): Identifying {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const job = startDiskJob({
    own,
    order: {
      kind: 'identify',
      deviceNumber: device.device_number,
      diskseq,
      sizeBytes: device.size_bytes,
      seconds,
    },
    idle: false,
    onReport: (report) => {
      if (report.kind === 'identified') resolve(report.detail);
    },
  });
  const stop = () => {
    job.send('cancel');
    const timer = setTimeout(() => {
      job.kill();
      resolve('it did not end when it was told to, and was killed');
    }, CANCEL_GRACE_MS);
    void promise.then(() => clearTimeout(timer));
  };
  void job.ended.then(resolve);
  return { how: 'reading', seconds, done: promise, stop };
}
