// Processor: shares between samples, hotplugged cores, model and cores of several architectures.
import { expect, test } from 'vitest';
import { parseCpuinfo } from '../../src/host/cpu-model.ts';
import { parseStat, useBetween } from '../../src/host/cpu.ts';
import { createMachine } from '../../src/host/machine.ts';
import { createSubjects } from '../../src/host/all-subjects.ts';
import { readSubject } from './read-subject.ts';
import { makeTree, writeTree } from './temp-tree.ts';

const ticks = (user: number, system: number, iowait: number, steal: number, idle: number) => ({
  user,
  system,
  iowait,
  steal,
  idle,
});

test('Shares of user, system, iowait, steal and idle sum to one; waiting for a disk is not busy', () => {
  const use = useBetween(ticks(100, 50, 10, 0, 1000), ticks(140, 70, 30, 10, 1010));
  expect(use).toEqual({ busy: 0.7, user: 0.4, system: 0.2, iowait: 0.2, steal: 0.1, idle: 0.1 });
});

test('iowait that goes back a little gives no negative share', () => {
  const use = useBetween(ticks(100, 50, 10, 0, 1000), ticks(150, 50, 8, 0, 1050));
  expect(use).toMatchObject({ busy: 0.5, iowait: 0, idle: 0.5 });
});

test('Two samples within one tick, or counters that started anew, have no use', () => {
  const now = ticks(100, 50, 10, 0, 1000);
  expect(useBetween(now, now)).toBeNull();
  expect(useBetween(now, ticks(1, 1, 0, 0, 5))).toBeNull();
  expect(useBetween(undefined, now)).toBeNull();
});

test("A guest's time is counted once: it is within user", () => {
  expect(parseStat('cpu  100 20 30 400 5 1 2 3 90 10\ncpu0 100 20 30 400 5 1 2 3 90 10\n')?.total).toEqual(
    ticks(120, 33, 5, 3, 400),
  );
});

test('A kernel without steal and iowait is read; a line with a word in it is not', () => {
  expect(parseStat('cpu 1 2 3 4\ncpu0 1 2 3 4\n')?.total).toEqual(ticks(3, 3, 0, 0, 4));
  expect(parseStat('cpu 1 2 three 4\n')).toBeUndefined();
});

test('A processor that is plugged in has its use one sample later, the others at once', async () => {
  const line = (id: string, busy: number) => `cpu${id} ${busy} 0 0 ${1000 - busy} 0 0 0 0 0 0\n`;
  const root = makeTree({ '/proc/stat': `cpu 100 0 0 900 0\n${line('0', 100)}` });
  const machine = createMachine({ root });
  const subjects = createSubjects();
  const first = await readSubject(machine, 'cpu', undefined, subjects);
  if (first.state !== 'ok') throw new Error(first.code);
  expect(first.value.use).toBeNull();
  writeTree(root, { '/proc/stat': `cpu 200 0 0 1000 0\ncpu0 150 0 0 950 0\n${line('2', 50)}` });
  const second = await readSubject(machine, 'cpu', first, subjects);
  if (second.state !== 'ok') throw new Error(second.code);
  expect(second.value.use?.busy).toBe(0.5);
  expect(second.value.per_core.map(({ id, use }) => [id, use?.busy])).toEqual([
    [0, 0.5],
    [2, undefined],
  ]);
  expect(second.value.threads).toBe(2);
});

test('Cores are counted by socket and core, not by thread', () => {
  const thread = (id: number, socket: number, core: number) =>
    `processor\t: ${id}\nmodel name\t: Some CPU @ 3.00GHz\nphysical id\t: ${socket}\ncore id\t\t: ${core}\n`;
  const text = [thread(0, 0, 0), thread(1, 0, 1), thread(2, 0, 0), thread(3, 1, 0)].join('\n');
  expect(parseCpuinfo(text)).toEqual({ model: 'Some CPU @ 3.00GHz', cores: 3 });
});

test("An arm processor is named by its board, else by its maker's number", () => {
  const core = (id: number) => `processor\t: ${id}\nCPU implementer\t: 0x41\nCPU part\t: 0xd08\n`;
  expect(parseCpuinfo(`${core(0)}\n${core(1)}\nModel\t\t: Raspberry Pi 4 Model B Rev 1.4\n`)).toEqual({
    model: 'Raspberry Pi 4 Model B Rev 1.4',
    cores: undefined,
  });
  expect(parseCpuinfo(core(0)).model).toBe('ARM Cortex-A72');
});

test('Where cpuinfo does not say who shares a core, sysfs does', async () => {
  const siblings = (id: number) => `/sys/devices/system/cpu/cpu${id}/topology/thread_siblings_list`;
  const root = makeTree({
    '/proc/stat': 'cpu 1 0 0 1\ncpu0 1 0 0 1\ncpu1 1 0 0 1\n',
    '/proc/device-tree/model': 'Some Board\0',
    [siblings(0)]: '0-1\n',
    [siblings(1)]: '0-1\n',
  });
  const reading = await readSubject(createMachine({ root }), 'cpu');
  expect(reading).toMatchObject({ value: { model: 'Some Board', cores: 1, threads: 2 } });
});
