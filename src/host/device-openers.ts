// Which processes have a block device open, by the device's number and not by the name they used. A
// program that only passes by (blkid, lvs, udev's workers) holds nothing: what counts was seen twice.
import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises';
import { failed, type Missing } from '../contracts/reading.ts';
import type { Machine } from './machine.ts';
import { parseProcessStat } from './process-stat.ts';
import { readProcessIds } from './process-ids.ts';
import { isGone, type Survey } from './survey.ts';

export type Opener = {
  readonly deviceNumber: string;
  readonly pid: number;
  readonly command: string;
  /** In the kernel's ticks after boot: with the pid it names one process for ever. */
  readonly startTicks: number;
  readonly where: string;
};

/** Between the two looks. */
const AGAIN_AFTER_MS = 300;

export async function readOpeners(
  machine: Machine,
  options: {
    /** Device numbers that matter. */
    readonly wanted: ReadonlySet<string>;
    /** By the file's `fdinfo`: whether asking it what it is may never come back. */
    readonly mayHang: (fdinfo: string) => boolean;
    readonly excludePids: ReadonlySet<number>;
  },
): Promise<Survey<Opener>> {
  const first = await look(machine, options);
  if (first.found.length === 0) return first;
  await sleep(AGAIN_AFTER_MS);
  const again = await look(machine, options, new Set(first.found.map(({ pid }) => pid)));
  const before = new Set(first.found.map(identify));
  return {
    found: again.found.filter((opener) => before.has(identify(opener))),
    unread: [...first.unread, ...again.unread],
  };
}

const identify = ({ pid, startTicks, deviceNumber }: Opener): string =>
  `${pid} ${startTicks} ${deviceNumber}`;

/**
 * A sandbox may hide what its first process has open even from root. That one starts others, which open
 * disks; it opens none itself.
 */
const INIT = 1;

type Options = Parameters<typeof readOpeners>[1];

async function look(machine: Machine, options: Options, only?: ReadonlySet<number>): Promise<Survey<Opener>> {
  const processes = await readProcessIds(machine);
  if (processes.state !== 'ok') {
    return { found: [], unread: processes.state === 'failed' ? [processes] : [] };
  }
  const found: Opener[] = [];
  const refused: Missing[] = [];
  for (const pid of processes.value) {
    if (options.excludePids.has(pid) || (only !== undefined && !only.has(pid))) continue;
    // A thousand open files must not hold up who waits for a key.
    await breathe();
    const survey = await lookAt(machine, pid, options);
    found.push(...survey.found);
    refused.push(...survey.unread);
  }
  const [one] = refused;
  const unread =
    one === undefined ? [] : [failed(one.code, '/proc/*/fd', one.at, `${refused.length} processes`)];
  return { found, unread };
}

async function lookAt(machine: Machine, pid: number, options: Options): Promise<Survey<Opener>> {
  const folder = `/proc/${pid}/fd`;
  const numbers = await machine.listFolder(folder);
  if (numbers.state !== 'ok') return { found: [], unread: isGone(numbers) ? [] : [numbers] };
  const opened = new Map<string, string>();
  for (const number of numbers.value) {
    const path = `${folder}/${number}`;
    const target = await machine.readLink(path);
    if (target.state !== 'ok') {
      if (isGone(target) || pid === INIT) continue;
      return { found: [], unread: [target] };
    }
    if (!target.value.startsWith('/')) continue;
    // Asking a file on a dead network mount what it is would never come back.
    if (!target.value.startsWith('/dev/')) {
      const info = await machine.readText(`/proc/${pid}/fdinfo/${number}`);
      if (info.state !== 'ok' || options.mayHang(info.value)) continue;
    }
    const file = await machine.readNumbers(path);
    const device = file.state === 'ok' ? file.value.deviceNumber : null;
    if (device !== null && options.wanted.has(device)) opened.set(device, path);
  }
  if (opened.size === 0) return { found: [], unread: [] };
  const stat = await machine.readText(`/proc/${pid}/stat`);
  if (stat.state !== 'ok') return { found: [], unread: isGone(stat) ? [] : [stat] };
  const process = parseProcessStat(stat.value);
  if (process === undefined) return { found: [], unread: [failed('garbage', `/proc/${pid}/stat`, stat.at)] };
  return {
    found: [...opened].map(([deviceNumber, where]) => ({
      deviceNumber,
      pid,
      command: process.name,
      startTicks: process.startTicks,
      where,
    })),
    unread: [],
  };
}
