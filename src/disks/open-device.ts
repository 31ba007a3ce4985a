// Opens a block device past the page cache: what the kernel remembers of it may be older than the disk.
import { close, constants, fstatSync, openSync } from 'node:fs';
import { errnoOf } from '../base/errors.ts';
import type { RunTool } from '../base/run-tool.ts';
import { formatDeviceNumber } from '../host/device-number.ts';

export type OpenDevice = {
  readonly fd: number;
  /** Of the descriptor, whatever the path leads to by now. */
  readonly deviceNumber: string;
};

const { O_RDONLY, O_RDWR, O_EXCL, O_DIRECT, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;
/** Nothing at a device's place may make us wait, follow a link, or become a terminal of ours. */
const CAREFUL = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
const FLUSH_DEADLINE_MS = 120_000;

/** `claim` writes, and keeps mounts, mkfs and everybody else who asks out (O_EXCL). Throws the errno. */
export async function openDevice(path: string, how: 'read' | 'claim', runTool: RunTool): Promise<OpenDevice> {
  const flags = CAREFUL | (how === 'read' ? O_RDONLY : O_RDWR | O_EXCL);
  const { fd, direct } = openPastCache(path, flags);
  try {
    const stat = fstatSync(fd, { bigint: true });
    if (!stat.isBlockDevice()) throw new Error(`${path} is no block device`);
    if (!direct) await flushBuffers(fd, runTool);
    return { fd, deviceNumber: formatDeviceNumber(stat.rdev) };
  } catch (error) {
    await closeDevice(fd);
    throw error;
  }
}

function openPastCache(path: string, flags: number): { readonly fd: number; readonly direct: boolean } {
  try {
    return { fd: openSync(path, flags | O_DIRECT), direct: true };
  } catch (error) {
    if (errnoOf(error) !== 'EINVAL') throw error;
    return { fd: openSync(path, flags), direct: false };
  }
}

/** Writes out and forgets what the kernel keeps of the device (BLKFLSBUF). */
export async function flushBuffers(fd: number, runTool: RunTool): Promise<void> {
  const flushed = await runTool({
    file: 'blockdev',
    args: ['--flushbufs', '/dev/fd/3'],
    inherit: [fd],
    deadlineMs: FLUSH_DEADLINE_MS,
    diesWithUs: true,
  });
  if (flushed.state === 'ended' && flushed.code === 0) return;
  const why = flushed.state === 'ended' ? flushed.stderr.trim() : flushed.state;
  throw new Error(`the kernel's buffers of the device could not be flushed: ${why}`);
}

/** Closing writes out what is left, which may take its time: never on the main thread. */
export async function closeDevice(fd: number): Promise<void> {
  await new Promise<void>((resolve) => {
    close(fd, () => resolve());
  });
}
