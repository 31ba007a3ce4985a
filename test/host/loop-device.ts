// Real block devices for tests: loop devices over sparse files, partitioned and mounted, all undone
// when the test ends.
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { findProgram } from '../setup/find-program.ts';

/** Why this machine cannot lend loop devices, or nothing when it can. */
export function whyNoLoop(...tools: readonly string[]): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can make loop devices and mounts';
  const missing = ['losetup', 'mount', 'umount', ...tools].filter((tool) => findProgram(tool) === undefined);
  if (missing.length > 0) return `missing programs: ${missing.join(', ')}`;
  try {
    run('losetup', '--find');
  } catch {
    return 'this kernel or container has no loop devices';
  }
  return undefined;
}

export const run = (file: string, ...args: readonly string[]): string =>
  execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], cwd: '/' });

export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'felhom-loop-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function makeImage(folder: string, name: string, bytes: number): string {
  const image = join(folder, name);
  closeSync(openSync(image, 'w'));
  truncateSync(image, bytes);
  return image;
}

/** The path of the new device. */
export function attach(image: string, ...options: readonly string[]): string {
  const device = run('losetup', '--find', '--show', ...options, image).trim();
  onTestFinished(() => detachOurs(device, image));
  return device;
}

const BY_ID = '/dev/disk/by-id';

/** Makes a by-id link to it, as udev would of its serial number, and gives the durable id. */
export function nameDevice(device: string, name = `virtio-felhom-${randomUUID()}`): string {
  const link = join(BY_ID, name);
  mkdirSync(BY_ID, { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(`../../${basename(device)}`, link);
  onTestFinished(() => rmSync(link, { force: true }));
  return `byid:${name}`;
}

/** A test that was killed may have left the kernel partitions on this number. */
export const forgetPartitions = (device: string): void => quietly('partx', '--delete', device);

/** Only as long as our file is behind it: once it was let go of, its number may be another test's. */
export function detachOurs(device: string, image: string): void {
  try {
    const behind = readFileSync(`/sys/block/${basename(device)}/loop/backing_file`, 'utf8');
    if (behind.startsWith(image)) run('losetup', '--detach', device);
  } catch {
    // Gone already.
  }
}

export function mountAt(point: string, ...args: readonly string[]): void {
  mkdirSync(point, { recursive: true });
  run('mount', ...args, point);
  onTestFinished(() => quietly('umount', '-l', point));
}

export function quietly(file: string, ...args: readonly string[]): void {
  try {
    run(file, ...args);
  } catch {
    // Undone already, or never done.
  }
}

const SECTOR_BYTES = 512;
const LINUX = 0x83;

/** A master boot record; each partition is given by its first sector and its number of sectors. */
export function writePartitionTable(image: string, partitions: readonly (readonly [number, number])[]): void {
  const record = Buffer.alloc(SECTOR_BYTES);
  for (const [index, [first, count]] of partitions.entries()) {
    const at = 446 + index * 16;
    record.writeUInt8(LINUX, at + 4);
    record.writeUInt32LE(first, at + 8);
    record.writeUInt32LE(count, at + 12);
  }
  record.writeUInt16LE(0xaa55, 510);
  const fd = openSync(image, 'r+');
  writeSync(fd, record, 0, record.length, 0);
  closeSync(fd);
}
