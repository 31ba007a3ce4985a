// Which processes have a block device open, or mapped into their memory, by the device's number and not by
// the name they used. A program that only passes by (blkid, lvs, udev's workers) holds nothing: what counts was seen twice.
import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises';
import { failed, ok, type Missing, type Reading } from '../contracts/reading.ts';
import { readDeviceMappings, type Mapping } from './device-mappings.ts';
import type { Machine } from './machine.ts';
import { parseProcessStat } from './process-stat.ts';
import { readProcessIds } from './process-ids.ts';
import { isGone, type Survey } from './survey.ts';

export type Opener = {
  readonly deviceNumber: string;
  readonly pid: number;
  readonly command: string;
  readonly writes: boolean;
  /** In the kernel's ticks after boot: with the pid it names one process for ever. */
  readonly startTicks: number;
  readonly where: string;
};

/**
 * Programs that look at the labels of every disk, and hold none as long as they only read. One disk that
 * hangs keeps them waiting with all others open.
 */
const PASSING: ReadonlySet<string> = new Set([
  ...'lvs vgs pvs lvscan vgscan pvscan lvmdiskscan blkid wipefs lsblk partx mdadm smartctl'.split(' '),
  '(udev-worker)',
  'systemd-udevd',
]);

/**
 * Between the looks. Who may write is believed at the second look; who only reads may be a program that
 * looks at every disk, on a machine that is busy, and has more time to go.
 */
const AGAIN_AFTER_MS = [300, 700, 1500] as const;

export async function readOpeners(machine: Machine, options: Options): Promise<Survey<Opener>> {
  const first = await look(machine, options);
  const unread = [...first.unread];
  const isSure = (opener: Opener) => options.known?.has(identifyOpener(opener)) ?? false;
  const sure = first.found.filter(isSure);
  let doubtful = first.found.filter((opener) => !isSure(opener));
  for (const pauseMs of AGAIN_AFTER_MS) {
    if (doubtful.length === 0) break;
    await sleep(pauseMs);
    const again = await look(machine, options, new Set(doubtful.map(({ pid }) => pid)));
    const before = new Set(doubtful.map(identifyOpener));
    const still = again.found.filter((opener) => before.has(identifyOpener(opener)));
    unread.push(...again.unread);
    sure.push(...still.filter(({ writes }) => writes));
    doubtful = still.filter(({ writes }) => !writes);
  }
  return { found: [...sure, ...doubtful], unread };
}

/** One program that has one device open, for as long as it runs. */
export const identifyOpener = ({ pid, startTicks, deviceNumber }: Opener): string =>
  `${pid} ${startTicks} ${deviceNumber}`;

/**
 * A sandbox may hide what its first process has open even from root. That one starts others, which open
 * disks; it opens none itself.
 */
const INIT = 1;

type Options = {
  /** Device numbers that matter. */
  readonly wanted: ReadonlySet<string>;
  /** By the file's `fdinfo`: whether asking it what it is may never come back. */
  readonly mayHang: (fdinfo: string) => boolean;
  /** By the same: whether its file system is mounted nowhere any more, so that its path tells nothing. */
  readonly isMountedNowhere?: (fdinfo: string) => boolean;
  readonly excludePids: ReadonlySet<number>;
  /** Openers (`identifyOpener`) that an earlier look was sure of. */
  readonly known?: ReadonlySet<string>;
};

async function look(machine: Machine, options: Options, only?: ReadonlySet<number>): Promise<Survey<Opener>> {
  const processes = await readProcessIds(machine);
  if (processes.state !== 'ok') {
    return { found: [], unread: processes.state === 'failed' ? [processes] : [] };
  }
  const found: Opener[] = [];
  const refused: Missing[] = [];
  const patience: Patience = { left: MOST_HANGING };
  const asked = processes.value.filter(
    (pid) => !options.excludePids.has(pid) && (only === undefined || only.has(pid)),
  );
  const mappings = await readDeviceMappings(
    machine,
    asked.filter((pid) => pid !== INIT),
  );
  const mappedBy = Map.groupBy(mappings.found, ({ pid }) => pid);
  for (const pid of asked) {
    // A thousand open files must not hold up who waits for a key.
    await breathe();
    const survey = await lookAt(machine, pid, { ...options, mapped: mappedBy.get(pid) ?? [] }, patience);
    found.push(...survey.found);
    refused.push(...survey.unread);
  }
  const [one] = refused;
  const unread =
    one === undefined ? [] : [failed(one.code, '/proc/*/fd', one.at, `${refused.length} processes`)];
  return { found, unread: [...unread, ...mappings.unread] };
}

/** Files that did not answer cost time in each look: after so many the others are not asked. */
type Patience = { left: number };
const MOST_HANGING = 2;
const ANSWER_WITHIN_MS = 500;

async function lookAt(
  machine: Machine,
  pid: number,
  options: Options & { readonly mapped: readonly Mapping[] },
  patience: Patience,
): Promise<Survey<Opener>> {
  const listed = await listOpenFiles(machine, pid);
  if (listed.state !== 'ok') return { found: [], unread: isGone(listed) ? [] : [listed] };
  const { folder, numbers } = listed.value;
  const opened = new Map<string, { readonly where: string; readonly writes: boolean }>();
  for (const number of numbers) {
    const path = `${folder}/fd/${number}`;
    const target = await machine.readLink(path);
    if (target.state !== 'ok') {
      if (isGone(target) || pid === INIT) continue;
      return { found: [], unread: [target] };
    }
    if (!target.value.startsWith('/')) continue;
    const info = async () => machine.readText(`${folder}/fdinfo/${number}`);
    // Asking a file on a dead network mount what it is would never come back.
    let device: string | null | undefined;
    if (!target.value.startsWith('/dev/')) {
      const told = await info();
      if (told.state !== 'ok') continue;
      if (options.mayHang(told.value)) {
        const isMemory = MEMORY.test(target.value);
        if (isMemory || options.isMountedNowhere?.(told.value) !== true) continue;
        device = await askInChild(machine, path, patience);
      }
    }
    if (device === undefined) {
      const file = await machine.readNumbers(path);
      device = file.state === 'ok' ? file.value.deviceNumber : null;
    }
    if (device === null || !options.wanted.has(device)) continue;
    const told = await info();
    if (told.state !== 'ok') continue;
    const writes = opensForWriting(told.value) || opened.get(device)?.writes === true;
    opened.set(device, { where: path, writes });
  }
  for (const { deviceNumber, where, shared } of options.mapped) {
    if (!options.wanted.has(deviceNumber)) continue;
    const known = opened.get(deviceNumber);
    // Whoever shares the memory of a device can make it writable at any time.
    opened.set(deviceNumber, { where: known?.where ?? where, writes: shared || known?.writes === true });
  }
  if (opened.size === 0) return { found: [], unread: [] };
  const stat = await machine.readText(`/proc/${pid}/stat`);
  if (stat.state !== 'ok') return { found: [], unread: isGone(stat) ? [] : [stat] };
  const process = parseProcessStat(stat.value);
  if (process === undefined) return { found: [], unread: [failed('garbage', `/proc/${pid}/stat`, stat.at)] };
  return {
    found: [...opened]
      .filter(([, { writes }]) => writes || !PASSING.has(process.name))
      .map(([deviceNumber, { where, writes }]) => ({
        deviceNumber,
        writes,
        pid,
        command: process.name,
        startTicks: process.startTicks,
        where,
      })),
    unread: [],
  };
}

/** memfd_create(2), shared memory, huge pages: on mounts of the kernel's own. */
const MEMORY = /^\/(?:memfd:|SYSV|anon_hugepage)/;

/** The number of the block device that an open file is; null for any other, and where it does not answer. */
async function askInChild(machine: Machine, path: string, patience: Patience): Promise<string | null> {
  if (patience.left <= 0) return null;
  const asked = await machine.runTool({
    file: 'stat',
    args: ['--dereference', '--cached=always', '--format=%F %Hr:%Lr', '--', path],
    deadlineMs: ANSWER_WITHIN_MS,
  });
  if (asked.state !== 'ended') patience.left -= 1;
  const said = asked.state === 'ended' && asked.code === 0 ? asked.stdout : '';
  return /^block special file (\d+:\d+)$/m.exec(said)?.[1] ?? null;
}

/** A process whose first thread has ended shows no files of its own: its other threads have them. */
async function listOpenFiles(
  machine: Machine,
  pid: number,
): Promise<Reading<{ readonly folder: string; readonly numbers: readonly string[] }>> {
  const folder = `/proc/${pid}`;
  const own = await machine.listFolder(`${folder}/fd`);
  if (own.state !== 'ok') return own;
  const threads = own.value.length > 0 ? undefined : await machine.listFolder(`${folder}/task`);
  for (const thread of threads?.state === 'ok' ? threads.value : []) {
    if (thread === String(pid)) continue;
    const its = await machine.listFolder(`${folder}/task/${thread}/fd`);
    if (its.state === 'ok' && its.value.length > 0) {
      return ok({ folder: `${folder}/task/${thread}`, numbers: its.value }, its.source, its.at);
    }
  }
  return ok({ folder, numbers: own.value }, own.source, own.at);
}

/** The lowest two bits of the flags, which are written in octal digits (open(2)): 0 is reading only. */
const opensForWriting = (fdinfo: string): boolean => {
  const digit = /^flags:\s*\d*(\d)$/m.exec(fdinfo)?.[1] ?? '2';
  return (Number(digit) & 3) !== 0;
};
