// Every file that any reader reads is broken in every way, one after the other. A reader may
// say less, or why it says nothing; it never throws, never waits and never invents a number.
import {
  cpSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReasonCode } from '../../src/contracts/reading.ts';
import type { HostSubject } from '../../src/host/all-subjects.ts';
import { createMachine, type Machine } from '../../src/host/machine.ts';
import { INVENTED_HOST } from './invented-host.ts';
import { readSubject, subjectNames } from './read-subject.ts';
import { faultsOf } from './sane-reading.ts';
import { writeTree } from './temp-tree.ts';

const RECORDED = join(import.meta.dirname, '../trees/firecracker-vm');
const GARBAGE = '\0\x01 \x1b[31mno fact\n{"a": [}\n9e999 NaN -1 -1 -1\ncpu NaN\n';
const HUGE = 'cpu 1 2 3 4\n'.repeat(200_000);
const isRoot = process.getuid?.() === 0;

let root = '';
let fifo = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'felhom-broken-'));
  cpSync(RECORDED, root, { recursive: true, verbatimSymlinks: true });
  writeTree(root, INVENTED_HOST);
  fifo = join(root, 'fifo');
  execFileSync('mkfifo', [fifo]);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

type Break = (file: string) => void;
const BREAKS = {
  vanished: () => {},
  empty: (file) => writeFileSync(file, ''),
  garbage: (file) => writeFileSync(file, GARBAGE),
  huge: (file) => writeFileSync(file, HUGE),
  'a FIFO': (file) => linkSync(fifo, file),
  'a folder': (file) => mkdirSync(file),
  'not permitted': (file) => writeFileSync(file, 'secret', { mode: 0 }),
} as const satisfies Record<string, Break>;

/** Root reads everything. */
const breaks = Object.entries(BREAKS).filter(([name]) => !(isRoot && name === 'not permitted'));

/** The subject with its file broken; the file is whole again afterwards. */
async function withBroken<T>(path: string, apply: Break, look: () => Promise<T>): Promise<T> {
  const file = join(root, path);
  const aside = join(root, 'aside');
  const there = lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  if (there) renameSync(file, aside);
  else mkdirSync(dirname(file), { recursive: true });
  try {
    apply(file);
    return await look();
  } finally {
    rmSync(file, { recursive: true, force: true });
    if (there) renameSync(aside, file);
  }
}

/** Paths that the reader asks for: files, folders and links. Of a hundred alike, two. */
async function pathsOf(subject: HostSubject): Promise<readonly string[]> {
  const machine = createMachine({ root });
  const paths = new Set<string>();
  const watched: Machine = {
    ...machine,
    readText: async (path, options) => machine.readText(note(path), options),
    listFolder: async (path) => machine.listFolder(note(path)),
    readLink: async (path) => machine.readLink(note(path)),
  };
  const note = (path: string): string => {
    paths.add(path);
    return path;
  };
  await readSubject(watched, subject);
  const alike = new Map<string, number>();
  return [...paths].filter((path) => {
    const key = path.replaceAll(/\d+/g, 'N');
    alike.set(key, (alike.get(key) ?? 0) + 1);
    return (alike.get(key) ?? 0) <= 2 && isBelowFolders(path);
  });
}

/** Something else may lie where the folder of an optional file would be. */
function isBelowFolders(path: string): boolean {
  for (let folder = dirname(path); folder !== '/'; folder = dirname(folder)) {
    const stat = lstatSync(join(root, folder), { throwIfNoEntry: false });
    if (stat !== undefined) return stat.isDirectory() || stat.isSymbolicLink();
  }
  return true;
}

test('The files that are broken are many: the invented host is read, not passed over', async () => {
  expect((await pathsOf('temperatures')).length).toBeGreaterThan(20);
  expect((await pathsOf('processes')).length).toBeGreaterThan(20);
  expect((await pathsOf('network')).length).toBeGreaterThan(10);
});

describe.each(subjectNames)('%s', (subject) => {
  test.each(breaks)('stays sound with each of its files %s', async (_, apply) => {
    // Those that only ask programs read no file.
    for (const path of await pathsOf(subject)) {
      const started = performance.now();
      const reading = await withBroken(path, apply, async () =>
        readSubject(createMachine({ root }), subject),
      );
      const slow = performance.now() - started > 2500;
      expect({ path, slow, faults: faultsOf(subject, reading) }).toEqual({ path, slow: false, faults: [] });
    }
  });

  test('is absent, with a reason, on a machine that offers nothing', async () => {
    const nothing = mkdtempSync(join(tmpdir(), 'felhom-nothing-'));
    try {
      const reading = await readSubject(createMachine({ root: nothing }), subject);
      expect(reading.state).toBe('absent');
      expect(faultsOf(subject, reading)).toEqual([]);
    } finally {
      rmSync(nothing, { recursive: true });
    }
  });
});

const CODES = {
  vanished: ['absent', 'no-file'],
  empty: ['failed', 'empty'],
  garbage: ['failed', 'garbage'],
  huge: ['failed', 'too-large'],
  'a FIFO': ['failed', 'not-regular'],
  'a folder': ['failed', 'not-regular'],
  'not permitted': ['failed', 'no-permission'],
} as const satisfies Record<keyof typeof BREAKS, readonly ['absent' | 'failed', ReasonCode]>;
const HEARTS = {
  identity: '/proc/sys/kernel/hostname',
  uptime: '/proc/uptime',
  cpu: '/proc/stat',
  load: '/proc/loadavg',
  memory: '/proc/meminfo',
  network: '/proc/net/dev',
} as const;

describe.each(Object.entries(HEARTS))('%s without %s', (name, path) => {
  test.each(breaks)('says that it is %s', async (how, apply) => {
    const subject = subjectNames.find((known) => known === name);
    if (subject === undefined) throw new Error(`nobody reads ${name}`);
    const reading = await withBroken(path, apply, async () => readSubject(createMachine({ root }), subject));
    const wanted = Object.entries(CODES).find(([key]) => key === how)?.[1];
    expect([reading.state, reading.state === 'ok' ? 'ok' : reading.code]).toEqual(wanted);
    expect(reading.source).toBe(path);
  });
});
