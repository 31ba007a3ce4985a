// Locks on the nodes of block devices, from /proc/locks (proc_locks(5)): QEMU locks the image of a
// running guest so, in which no process is named. As with open files, what counts was seen twice.
import { setTimeout as sleep } from 'node:timers/promises';
import { failed } from '../contracts/reading.ts';
import type { Machine } from './machine.ts';
import type { Survey } from './survey.ts';

export type FileLock = {
  /** OFDLCK, POSIX, FLOCK, LEASE. */
  readonly kind: string;
  /** -1 for a lock that belongs to an open file. */
  readonly pid: number;
  /** MAJOR:MINOR of the file system and inode of the file. */
  readonly file: string;
  readonly where: string;
};

const TABLE = '/proc/locks';
const AGAIN_AFTER_MS = 300;

export async function readLocks(
  machine: Machine,
  options: {
    /** `MAJOR:MINOR INODE` of the nodes that matter. */
    readonly wanted: ReadonlySet<string>;
    readonly excludePids: ReadonlySet<number>;
  },
): Promise<Survey<FileLock>> {
  const first = await look(machine, options);
  if (first.found.length === 0) return first;
  await sleep(AGAIN_AFTER_MS);
  const again = await look(machine, options);
  const before = new Set(first.found.map(identify));
  return {
    found: again.found.filter((lock) => before.has(identify(lock))),
    unread: [...first.unread, ...again.unread],
  };
}

const identify = ({ kind, pid, file }: FileLock): string => `${kind} ${pid} ${file}`;

async function look(
  machine: Machine,
  { wanted, excludePids }: Parameters<typeof readLocks>[1],
): Promise<Survey<FileLock>> {
  const text = await machine.readText(TABLE, { maxBytes: 16 * 1024 * 1024 });
  if (text.state !== 'ok') return { found: [], unread: text.state === 'failed' ? [text] : [] };
  const lines = text.value.split('\n').filter((line) => line !== '');
  const locks = lines.map(parseLock);
  const odd = locks.filter((lock) => lock === undefined).length;
  return {
    found: locks
      .filter((lock) => lock !== undefined)
      .filter(({ file, pid }) => wanted.has(file) && !excludePids.has(pid)),
    unread: odd === 0 ? [] : [failed('garbage', TABLE, text.at, `${odd} lines of ${lines.length}`)],
  };
}

/** `1: OFDLCK ADVISORY WRITE -1 00:06:1234 100 101`; a waiting one has an arrow before its kind. */
function parseLock(line: string): FileLock | undefined {
  const match = /^\d+:\s+(?:->\s+)?(\w+)\s+\S+\s+\S+\s+(-?\d+)\s+([0-9a-f]+):([0-9a-f]+):(\d+)(?:\s|$)/i.exec(
    line,
  );
  // A lock whose file is gone.
  if (match === null) {
    return /<none>/.test(line) ? { kind: 'none', pid: -1, file: '', where: TABLE } : undefined;
  }
  const [, kind = '', pid = '', major = '', minor = '', inode = ''] = match;
  const fileSystem = `${Number.parseInt(major, 16)}:${Number.parseInt(minor, 16)}`;
  return { kind, pid: Number(pid), file: `${fileSystem} ${inode}`, where: TABLE };
}
