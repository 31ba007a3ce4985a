// What the tests of formats share: blank loop devices, orders for them, and a journal that can stop a
// format at any stage.
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { FormatStage, FormatType } from '../../src/contracts/facts/operations.ts';
import type { FormatListener, FormatOrder, FormatResult } from '../../src/disks/format-order.ts';
import { createJobExamine } from '../../src/disks/job-examine.ts';
import { createRunFormat } from '../../src/disks/run-format.ts';
import { createMachine } from '../../src/host/machine.ts';
import { attach, forgetPartitions, makeFolder, makeImage, nameDevice, run } from '../host/loop-device.ts';
import { OWN } from './own-job.ts';

export const MIB = 1024 * 1024;
/** The smallest that every type fits on: mkfs.xfs wants 300 MiB. */
export const FITS_ALL = 320 * MIB;
export type BlankLoop = { readonly device: string; readonly image: string; readonly name: string };

/** A loop device over a file of zeros without contents. */
export function blankLoop(
  options: { bytes?: number; sectorBytes?: number; folder?: string } = {},
): BlankLoop {
  const { bytes = 64 * MIB, sectorBytes = 512, folder = makeFolder() } = options;
  const image = makeImage(folder, `${randomUUID()}.img`, bytes);
  return { ...attachAgain(image, sectorBytes), image };
}

export function attachAgain(image: string, sectorBytes = 512): { device: string; name: string } {
  const device = attach(image, '--direct-io=on', '--sector-size', String(sectorBytes));
  // A number that was made read-only stays so for whoever gets it next.
  run('blockdev', '--setrw', device);
  forgetPartitions(device);
  nameDevice(device);
  return { device, name: device.slice('/dev/'.length) };
}

export const machine = createMachine();

export async function orderFor(name: string, fstype: FormatType = 'ext4'): Promise<FormatOrder> {
  const examined = await createJobExamine(machine)({ allowLoop: true })(name, { claimed: false });
  if (examined.identity === null) throw new Error('it has no identity');
  return {
    identity: examined.identity,
    fstype,
    fs_uuid: randomUUID(),
    facts_sha256: examined.facts_sha256,
    allow_loop: true,
    wipe: 'none',
  };
}

export type Journal = FormatListener & {
  readonly stages: FormatStage[];
  readonly loops: string[];
  readonly progress: { readonly bytes_done: number; readonly at: number }[];
  dirty: boolean;
};

/** `meanwhile` runs when the stage stands in the journal, before it begins. */
export function createJournal(meanwhile?: (stage: FormatStage) => Promise<void> | void): Journal {
  const journal: Journal = {
    stages: [],
    loops: [],
    progress: [],
    dirty: false,
    onStage: async (stage, dirty) => {
      journal.stages.push(stage);
      journal.dirty = dirty;
      await meanwhile?.(stage);
    },
    onLoop: async (path) => {
      journal.loops.push(path);
      return Promise.resolve();
    },
    onProgress: (progress) => {
      journal.progress.push(progress);
    },
  };
  return journal;
}

export const ALL_STAGES: readonly FormatStage[] = [
  'rechecked',
  'zero_verified',
  'mkfs',
  'fs_verified',
  'released',
];

export async function format(
  order: FormatOrder,
  journal: Journal = createJournal(),
  signal: AbortSignal = new AbortController().signal,
): Promise<FormatResult> {
  return createRunFormat(OWN)(order, journal, signal);
}

export const field = (device: string, name: string): string => {
  try {
    return run('blkid', '-p', '-o', 'value', '-s', name, device).trim();
  } catch {
    return '';
  }
};

/** Whether every byte of a file is zero: most of all one into which nothing was ever written. */
export function isZero(path: string): boolean {
  if (statSync(path).blocks === 0) return true;
  const chunk = Buffer.alloc(4 * MIB);
  const fd = openSync(path, 'r');
  try {
    const size = statSync(path).size;
    for (let at = 0; at < size;) {
      const got = readSync(fd, chunk, 0, chunk.length, at);
      if (!chunk.subarray(0, got).equals(Buffer.alloc(got))) return false;
      at += got;
    }
    return true;
  } finally {
    closeSync(fd);
  }
}

/** Exit code of a program that may fail. */
export function tryRun(file: string, ...args: readonly string[]): boolean {
  try {
    run(file, ...args);
    return true;
  } catch {
    return false;
  }
}
