// A loop device in the place of a disk, with a durable name made by hand, for one test.
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  attach,
  forgetPartitions,
  makeFolder,
  makeImage,
  nameDevice,
  quietly,
  run,
} from '../host/loop-device.ts';

export const MIB = 1024 * 1024;

export type LentDevice = {
  readonly path: string;
  /** Kernel name. */
  readonly name: string;
  readonly image: string;
  readonly folder: string;
  readonly sizeBytes: number;
  readonly durableId: string;
};

export type LendOptions = {
  readonly sizeBytes?: number;
  readonly sectorBytes?: number;
  readonly readOnly?: boolean;
  /** Written to the image before it becomes a device. */
  readonly fill?: (image: string, sizeBytes: number) => void;
};

export function lendDevice(options: LendOptions = {}): LentDevice {
  const { sizeBytes = 64 * MIB, sectorBytes = 512, readOnly = false } = options;
  const folder = makeFolder();
  const image = makeImage(folder, 'disk.img', sizeBytes);
  options.fill?.(image, sizeBytes);
  const how = ['--sector-size', String(sectorBytes), ...(readOnly ? ['--read-only'] : [])];
  const path = attach(image, ...how);
  forgetPartitions(path);
  const durableId = nameDevice(path, `virtio-felhom${process.pid}${basename(path)}`);
  return { path, name: basename(path), image, folder, sizeBytes, durableId };
}

export function writeAt(path: string, offset: number, bytes: Uint8Array | string): void {
  const fd = openSync(path, 'r+');
  try {
    const data = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
    for (let done = 0; done < data.length;) {
      done += writeSync(fd, data, done, data.length - done, offset + done);
    }
  } finally {
    closeSync(fd);
  }
}

export const zeroAt = (path: string, offset: number, length: number): void =>
  writeAt(path, offset, Buffer.alloc(length));

/** Lets the kernel show the partitions of the table on it. */
export function showPartitions(device: LentDevice): void {
  run('partx', '--add', device.path);
  onTestFinished(() => quietly('partx', '--delete', device.path));
}

/** Another process that has it open until the test ends. */
export function holdOpen(path: string, flags: number): ChildProcess {
  const fd = openSync(path, flags);
  const child = spawn('sleep', ['600'], { stdio: ['ignore', 'ignore', 'ignore', fd] });
  closeSync(fd);
  return endWithTest(child);
}

/** Killed, and waited for: what it held must be free before the next is undone. */
export function endWithTest(child: ChildProcess): ChildProcess {
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => {
      child.once('exit', resolve);
    });
    child.kill('SIGKILL');
    await gone;
  });
  return child;
}

export const OPEN = {
  read: constants.O_RDONLY,
  write: constants.O_RDWR,
  // Node has no name for it where O_CREAT is missing; the kernel's is the same.
  exclusive: constants.O_RDONLY | constants.O_EXCL,
} as const;

/** Offset of the first byte that is not zero, read without any cleverness; nothing when there is none. */
export function findNotZero(path: string): number | undefined {
  const fd = openSync(path, 'r');
  try {
    if (!fstatSync(fd).isBlockDevice()) throw new Error(`${path} is no block device`);
    const chunk = Buffer.allocUnsafe(4 * MIB);
    const zeros = Buffer.alloc(chunk.length);
    for (let offset = 0; ;) {
      const bytes = readSync(fd, chunk, 0, chunk.length, offset);
      if (bytes === 0) return undefined;
      const piece = chunk.subarray(0, bytes);
      if (!piece.equals(zeros.subarray(0, bytes))) return offset + piece.findIndex((byte) => byte !== 0);
      offset += bytes;
    }
  } finally {
    closeSync(fd);
  }
}
