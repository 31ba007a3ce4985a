// Processes: odd names, use between samples, numbers that are used again, and a real burning loop.
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createSubjects } from '../../src/host/all-subjects.ts';
import { createMachine, type Machine } from '../../src/host/machine.ts';
import { parseProcessStat } from '../../src/host/process-stat.ts';
import { readSubject } from './read-subject.ts';
import { makeTree, writeTree } from './temp-tree.ts';

type Process = { pid: number; name?: string; state?: string; ticks?: number; start?: number; pages?: number };
const stat = ({ pid, name = 'app', state = 'S', ticks = 0, start = 100, pages = 1 }: Process): string =>
  `${pid} (${name}) ${state} 1 1 1 0 -1 4194560 1 0 0 0 ${ticks} 0 0 0 20 0 1 0 ${start} 1000 ${pages} 1 1 1\n`;
const filesOf = (...processes: readonly Process[]): Record<string, string> =>
  Object.fromEntries(processes.map((process) => [`/proc/${process.pid}/stat`, stat(process)]));

function watch(root: string) {
  let now = 0;
  const machine: Machine = createMachine({ root, clock: { now: () => 0, monotonic: () => now } });
  const subjects = createSubjects();
  return async (passMs = 0) => {
    now += passMs;
    const reading = await readSubject(machine, 'processes', undefined, subjects);
    if (reading.state !== 'ok') throw new Error(reading.code);
    return reading.value;
  };
}

test('A name with blanks, parentheses, line ends and an escape sequence is kept whole', () => {
  const name = 'a) R (\u001b]52;c;\nb';
  expect(parseProcessStat(stat({ pid: 7, name, state: 'D', ticks: 3 }))).toMatchObject({
    pid: 7,
    name,
    state: 'D',
    ticks: 3,
  });
});

test('Half a line is no process', () => {
  expect(parseProcessStat('7 (app) S 1 1 1')).toBeUndefined();
  expect(parseProcessStat('app')).toBeUndefined();
});

test('Processor use comes with the second look, and one core fully used is 1', async () => {
  const root = makeTree(filesOf({ pid: 1, ticks: 100 }, { pid: 2, ticks: 5000 }));
  const look = watch(root);
  expect((await look()).top_cpu).toMatchObject([
    { pid: 2, cpu: null },
    { pid: 1, cpu: null },
  ]);
  writeTree(root, filesOf({ pid: 1, ticks: 400 }));
  expect((await look(3000)).top_cpu).toMatchObject([
    { pid: 1, cpu: 1 },
    { pid: 2, cpu: 0 },
  ]);
});

test('A number that is used again is another process', async () => {
  const root = makeTree(filesOf({ pid: 1, ticks: 100, start: 5 }));
  const look = watch(root);
  await look();
  writeTree(root, filesOf({ pid: 1, ticks: 50, start: 900 }));
  expect((await look(1000)).top_cpu).toMatchObject([{ cpu: 0.5 }]);
});

test('A process that shows with more time than has passed has no use yet', async () => {
  const root = makeTree(filesOf({ pid: 1 }));
  const look = watch(root);
  await look();
  writeTree(root, filesOf({ pid: 2, ticks: 1_000_000 }));
  expect((await look(1000)).top_cpu).toMatchObject([
    { pid: 2, cpu: null },
    { pid: 1, cpu: 0 },
  ]);
});

test('Ten are shown, all are counted; zombies and the blocked are told apart', async () => {
  const many = Array.from({ length: 30 }, (_, index) => ({ pid: index + 1, pages: index }));
  const root = makeTree(
    filesOf(...many, { pid: 90, state: 'Z' }, { pid: 91, state: 'D' }, { pid: 92, state: 'D' }),
  );
  const value = await watch(root)();
  expect(value).toMatchObject({ total: 33, zombies: 1, blocked: 2 });
  expect(value.top_memory.map(({ pid }) => pid)).toEqual([30, 29, 28, 27, 26, 25, 24, 23, 22, 21]);
  expect(value.top_memory[0]?.rss_bytes).toBe(29 * 4096);
});

test('A page is as large as this process says', async () => {
  const root = makeTree({
    ...filesOf({ pid: 1, pages: 10 }),
    '/proc/self/stat': stat({ pid: 1, pages: 100 }),
    '/proc/self/status': 'Name:\tnode\nVmRSS:\t    6400 kB\n',
  });
  expect((await watch(root)()).top_memory[0]?.rss_bytes).toBe(10 * 65_536);
});

test('What a process was started with is never read', async () => {
  const machine = createMachine();
  const paths: string[] = [];
  const watched: Machine = {
    ...machine,
    readText: async (path, options) => {
      paths.push(path);
      return machine.readText(path, options);
    },
  };
  await readSubject(watched, 'processes');
  expect(paths.length).toBeGreaterThan(10);
  expect(paths.filter((path) => /cmdline|environ/.test(path))).toEqual([]);
});

test('A loop that burns one processor of this machine is its busiest process', async () => {
  const burner = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
  onTestFinished(() => {
    burner.kill('SIGKILL');
  });
  const machine = createMachine();
  const subjects = createSubjects();
  await readSubject(machine, 'processes', undefined, subjects);
  await sleep(1000);
  const reading = await readSubject(machine, 'processes', undefined, subjects);
  if (reading.state !== 'ok') throw new Error(reading.code);
  const row = reading.value.top_cpu.find(({ pid }) => pid === burner.pid);
  // Other tests share the processors.
  expect(row?.cpu).toBeGreaterThan(0.2);
  expect(row?.cpu).toBeLessThan(1.3);
});
