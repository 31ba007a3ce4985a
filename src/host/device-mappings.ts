// Which processes have a block device mapped into their memory: it stays in use, and may be written, after
// every descriptor of it was closed.
import { failed } from '../contracts/reading.ts';
import type { Machine } from './machine.ts';
import { EMPTY, type Survey } from './survey.ts';

export type Mapping = {
  readonly pid: number;
  readonly deviceNumber: string;
  /** The mapped file itself, whatever name it has by now. */
  readonly where: string;
  /** What is written to the memory goes to the device. */
  readonly shared: boolean;
};

/**
 * A process that waits for a disk may hold the lock under which its mappings are read: children do it,
 * which can be killed.
 */
const DEADLINE_MS = 3000;
/** Of one process: whoever maps more hides only its own. */
const MOST_OF_ONE = 500;
/** Address, rights, place, file system, inode, and the beginning of the name. */
const LINE = '^[0-9a-f]+-[0-9a-f]+ [^ ]+ [0-9a-f]+ [0-9a-f:]+ [0-9]+ +/dev/.{0,5}';
const PARTS = /^\/proc\/(\d+)\/maps:0*([0-9a-f]+)-0*([0-9a-f]+) ..[^ ](.) .*? \/dev\/(.*)$/;
/** Shared memory and what is no device of blocks: many programs have these. */
const NO_DISK = /^(?:shm\/|zero$|null$|dri\/|nvidi|hpet$)/;

export async function readDeviceMappings(
  machine: Machine,
  pids: readonly number[],
): Promise<Survey<Mapping>> {
  if (pids.length === 0) return EMPTY;
  const told = await machine.runTool({
    file: 'grep',
    // Without messages: processes end while they are looked at.
    args: ['-H', '-s', '-a', '-o', '-E', '-m', String(MOST_OF_ONE), '-e', LINE, '--', ...pids.map(mapsOf)],
    deadlineMs: DEADLINE_MS,
  });
  // A recorded tree has no processes that map anything.
  if (told.state === 'missing' && !machine.live) return EMPTY;
  if (told.state !== 'ended') return unread(machine, `grep: ${told.state}`);
  const places = told.stdout.split('\n').flatMap((line) => {
    const [, pid, from, to, kind, name = ''] = PARTS.exec(line) ?? [];
    if (pid === undefined || NO_DISK.test(name)) return [];
    const where = `/proc/${pid}/map_files/${from}-${to}`;
    return [{ pid: Number(pid), where, shared: kind === 's' }];
  });
  if (places.length === 0) return EMPTY;
  const asked = await machine.runTool({
    file: 'stat',
    args: ['--dereference', '--format=%n %Hr:%Lr %F', '--', ...places.map(({ where }) => where)],
    deadlineMs: DEADLINE_MS,
  });
  if (asked.state !== 'ended') return unread(machine, `stat: ${asked.state}`);
  const numbers = new Map(
    [...asked.stdout.matchAll(/^(\S+) (\d+:\d+) block special file$/gm)].map(
      ([, where = '', number = '']) => [where, number],
    ),
  );
  const found = places.flatMap((place) => {
    const deviceNumber = numbers.get(place.where);
    return deviceNumber === undefined ? [] : [{ ...place, deviceNumber }];
  });
  // Those of processes that have ended are simply not there.
  return /Permission denied|not permitted/.test(asked.stderr)
    ? { found, unread: unread(machine, 'stat: refused').unread }
    : { found, unread: [] };
}

const mapsOf = (pid: number): string => `/proc/${pid}/maps`;

const unread = (machine: Machine, detail: string): Survey<Mapping> => ({
  found: [],
  unread: [failed('tool-failed', '/proc/*/maps', machine.clock.now(), detail)],
});
