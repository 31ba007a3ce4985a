// Loop devices with what lies behind them. One over another device makes no holder there and leaves no
// process with an open file: only the loop itself tells.
import type { Missing } from '../contracts/reading.ts';
import type { Machine } from './machine.ts';
import { readLine } from './read-fact.ts';
import type { Survey } from './survey.ts';

export type LoopBacking = {
  /** Kernel name of the loop device. */
  readonly loop: string;
  readonly path: string;
  /** Of the node that the path leads to now, when it is a block device. */
  readonly deviceNumber: string | null;
  readonly where: string;
};

export async function readLoopBackings(machine: Machine): Promise<Survey<LoopBacking>> {
  const blocks = await machine.listFolder('/sys/block');
  if (blocks.state !== 'ok') return { found: [], unread: blocks.state === 'failed' ? [blocks] : [] };
  const found: LoopBacking[] = [];
  const unread: Missing[] = [];
  for (const loop of blocks.value.filter((name) => name.startsWith('loop'))) {
    const where = `/sys/block/${loop}/loop/backing_file`;
    const path = await readLine(machine, where);
    if (path === undefined) continue;
    const numbers = path.startsWith('/dev/') ? await machine.readNumbers(path) : undefined;
    found.push({
      loop,
      path,
      deviceNumber: numbers?.state === 'ok' ? numbers.value.deviceNumber : null,
      where,
    });
  }
  return { found, unread };
}

/** Where in its file a loop device begins: that can be moved while it stays attached (LOOP_SET_STATUS64). */
export const readLoopOffset = async (machine: Machine, name: string): Promise<string> =>
  (await readLine(machine, `/sys/block/${name}/loop/offset`)) ?? '0';
