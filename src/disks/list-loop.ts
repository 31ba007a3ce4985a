// What lies behind a loop device, as losetup tells: the file's own number, not only its name.
import { lstatSync } from 'node:fs';
import { z } from 'zod';
import type { Machine } from '../host/machine.ts';
import { formatDeviceNumber } from './device-number.ts';
import { tellTool } from './run-disk-tool.ts';

export type LoopBack = {
  readonly file: string;
  readonly inode: bigint;
  /** Of the file system on which the file lies. */
  readonly deviceNumber: string;
};

const LIST_DEADLINE_MS = 30_000;

const attached = z.object({
  'back-file': z.string(),
  'back-ino': z.coerce.bigint(),
  'back-maj:min': z.string(),
});
const free = z.object({ 'back-file': z.null() });
const loops = z.object({ loopdevices: z.tuple([z.union([attached, free])]) });

/** Nothing when it is not attached. Throws when that cannot be told. */
export async function listLoop(path: string, machine: Machine): Promise<LoopBack | undefined> {
  const listed = await machine.runTool({
    file: 'losetup',
    args: ['--json', '--list', '--output', 'BACK-FILE,BACK-INO,BACK-MAJ:MIN', path],
    deadlineMs: LIST_DEADLINE_MS,
  });
  if (listed.state !== 'ended') throw new Error(tellTool('losetup', listed));
  // A number that never was a loop device, or is none any more.
  if (listed.stdout.trim() === '') return undefined;
  const parsed = loops.safeParse(parseJson(listed.stdout));
  if (!parsed.success) throw new Error(`losetup lists ${path} in a way that makes no sense`);
  const [loop] = parsed.data.loopdevices;
  if (loop['back-file'] === null) return undefined;
  return {
    file: loop['back-file'],
    inode: loop['back-ino'],
    deviceNumber: loop['back-maj:min'].trim(),
  };
}

/** Whether it lies over this node itself, whatever that is called. */
export function liesOver(loop: LoopBack, node: string): boolean {
  const stat = lstatSync(node, { bigint: true, throwIfNoEntry: false });
  if (stat === undefined || !stat.isBlockDevice()) return false;
  return loop.inode === stat.ino && loop.deviceNumber === formatDeviceNumber(stat.dev);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
