// ZFS pools: which there are and their state from the kernel's own table, their fill, errors and
// last scrub from zpool(8) where it is installed.
import type { ZfsFacts, ZfsPool } from '../contracts/facts/pools.ts';
import { absent, ok, type Reading } from '../contracts/reading.ts';
import type { Machine } from './machine.ts';
import { readLine } from './read-fact.ts';
import { parseZpoolList, parseZpoolStatus } from './zpool.ts';

const TABLE = '/proc/spl/kstat/zfs';
/** A suspended pool makes zpool(8) wait for ever. */
const DEADLINE_MS = 5000;

export async function readZfs(
  machine: Machine,
  _previous: unknown,
  signal: AbortSignal,
): Promise<Reading<ZfsFacts>> {
  const entries = await machine.listFolder(TABLE);
  if (entries.state === 'absent') return absent('not-here', TABLE, entries.at, 'ZFS is not loaded');
  if (entries.state !== 'ok') return entries;
  const states = new Map<string, string>();
  for (const name of entries.value) {
    // Only pools are folders with a state; the rest are counters of the module.
    const state = await readLine(machine, `${TABLE}/${name}/state`);
    if (state !== undefined) states.set(name, state);
  }
  const run = async (args: readonly string[]) => {
    const result = await machine.runTool({ file: 'zpool', args, deadlineMs: DEADLINE_MS, signal });
    return result.state === 'ended' ? result.stdout : '';
  };
  const tools = states.size > 0;
  const fills = tools ? parseZpoolList(await run(['list', '-Hp', '-o', LIST])) : new Map<string, never>();
  const healths = tools ? parseZpoolStatus(await run(['status', '-p'])) : new Map<string, never>();
  const pools = [...states].map(([name, state]): ZfsPool => ({
    ...UNTOLD,
    name,
    ...fills.get(name),
    ...healths.get(name),
    state,
  }));
  return ok({ pools }, TABLE, machine.clock.now());
}

const LIST = 'name,size,alloc,free,frag';

const UNTOLD = {
  size_bytes: null,
  allocated_bytes: null,
  free_bytes: null,
  fragmentation_percent: null,
  read_errors: null,
  write_errors: null,
  checksum_errors: null,
  scan: null,
};
