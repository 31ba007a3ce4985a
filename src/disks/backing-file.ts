// The file behind a loop device: it can be written past the loop, and is all the identity there is.
import type { BlockDevice } from '../contracts/facts/disks.ts';
import type { Machine } from '../host/machine.ts';
import { readLoopOffset } from '../host/loop-backing.ts';

export type BackingFile = {
  /** Path with the numbers of its file system and inode, and where in it the device begins. */
  readonly place: string;
  /** Other than before when somebody wrote to it. */
  readonly version: string;
};

/** Null for a device without one; nothing when the file cannot be asked. */
export async function readBacking(
  machine: Machine,
  device: BlockDevice | undefined,
): Promise<BackingFile | null | undefined> {
  if (device === undefined || device.backing_file === null) return null;
  const numbers = await machine.readNumbers(device.backing_file);
  if (numbers.state !== 'ok') return undefined;
  const { fileSystem, inode, version } = numbers.value;
  const place = `${device.backing_file} ${fileSystem} ${inode}`;
  const offset = await readLoopOffset(machine, device.name);
  return { place: offset === '0' ? place : `${place} from byte ${offset}`, version };
}
