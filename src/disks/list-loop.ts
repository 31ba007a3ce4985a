// What lies behind loop devices, as losetup tells: the file's own number, not only its name.
import { parseJson } from '../base/parse-json.ts';
import { lstatSync } from 'node:fs';
import { z } from 'zod';
import type { Machine } from '../host/machine.ts';
import { formatDeviceNumber } from '../host/device-number.ts';
import { tellTool } from './run-disk-tool.ts';

export type LoopBack = {
  readonly loop: string;
  readonly file: string;
  readonly inode: bigint;
  /** Of the file system on which the file lies. */
  readonly deviceNumber: string;
};

const LIST_DEADLINE_MS = 30_000;

const attached = z.object({
  name: z.string(),
  'back-file': z.string(),
  'back-ino': z.coerce.bigint(),
  'back-maj:min': z.string(),
});
const free = z.object({ 'back-file': z.null() });
const loops = z.object({ loopdevices: z.array(z.union([attached, free])) });

/** Nothing when it is not attached. Throws when that cannot be told. */
export async function listLoop(path: string, machine: Machine): Promise<LoopBack | undefined> {
  const [loop] = await list(machine, path);
  return loop;
}

/** All that are attached. Throws when that cannot be told. */
export const listLoops = async (machine: Machine): Promise<readonly LoopBack[]> => list(machine);

async function list(machine: Machine, ...paths: readonly string[]): Promise<readonly LoopBack[]> {
  const columns = 'NAME,BACK-FILE,BACK-INO,BACK-MAJ:MIN';
  const listed = await machine.runTool({
    file: 'losetup',
    args: ['--json', '--list', '--output', columns, ...paths],
    deadlineMs: LIST_DEADLINE_MS,
  });
  // It ends with 1 for a number that never was a loop device, or is none any more.
  if (listed.state !== 'ended' || listed.code > 1) throw new Error(tellTool('losetup', listed));
  if (listed.stdout.trim() === '') return [];
  const parsed = loops.safeParse(parseJson(listed.stdout));
  if (!parsed.success) throw new Error('the answer of losetup makes no sense');
  return parsed.data.loopdevices.flatMap((loop) =>
    loop['back-file'] === null
      ? []
      : {
          loop: loop.name,
          file: loop['back-file'],
          inode: loop['back-ino'],
          deviceNumber: loop['back-maj:min'].trim(),
        },
  );
}

/** Whether it lies over this node itself, whatever that is called. */
export function liesOver(back: LoopBack, node: string): boolean {
  const stat = lstatSync(node, { bigint: true, throwIfNoEntry: false });
  if (stat === undefined || !stat.isBlockDevice()) return false;
  return back.inode === stat.ino && back.deviceNumber === formatDeviceNumber(stat.dev);
}
