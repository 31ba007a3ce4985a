// Memory as Proxmox counts it, and pressure with the kernels that have none.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createMachine } from '../../src/host/machine.ts';
import { parseMeminfo } from '../../src/host/memory.ts';
import { parsePressure } from '../../src/host/pressure.ts';
import { readSubject } from './read-subject.ts';
import { makeTree } from './temp-tree.ts';

test("This machine's total is the one that /proc/meminfo shows", async () => {
  const reading = await readSubject(createMachine(), 'memory');
  const total = /^MemTotal:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
  expect(reading).toMatchObject({ state: 'ok', value: { memory_total: Number(total) * 1024 } });
});

test('Used is total less available, as Proxmox counts', () => {
  const text = 'MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable: 600 kB\nBuffers: 50 kB\nCached: 400 kB\n';
  expect(parseMeminfo(text)).toMatchObject({ memory_used: 400 * 1024, memory_available: 600 * 1024 });
});

test('A kernel that does not tell what is available is taken at free, buffers and cache', () => {
  const text = 'MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 50 kB\nCached: 400 kB\n';
  expect(parseMeminfo(text)?.memory_available).toBe(550 * 1024);
});

test('Swap that is not there is 0 of 0, and a ZFS cache that is not there is missing', async () => {
  const files = { '/proc/meminfo': 'MemTotal: 1000 kB\nMemFree: 100 kB\n' };
  const reading = await readSubject(createMachine({ root: makeTree(files) }), 'memory');
  expect(reading).toMatchObject({ value: { swap_total: 0, swap_used: 0, arc_size: null } });
});

test('A total of 0 is not a machine', () => {
  expect(parseMeminfo('MemTotal: 0 kB\nMemFree: 0 kB\n')).toBeUndefined();
});

test('Pressure has a `full` line only where the kernel gives one', () => {
  const some = 'some avg10=1.50 avg60=0.20 avg300=0.00 total=123456\n';
  expect(parsePressure(some)).toEqual({
    some: { avg10: 1.5, avg60: 0.2, avg300: 0, total_us: 123456 },
    full: null,
  });
  expect(parsePressure('full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n')).toBeUndefined();
});

test('A kernel without pressure is absent; one resource that cannot be understood fails, with its name', async () => {
  expect(await readSubject(createMachine({ root: makeTree({}) }), 'pressure')).toMatchObject({
    state: 'absent',
    code: 'no-file',
  });
  const some = 'some avg10=1.50 avg60=0.20 avg300=0.00 total=123456\n';
  const root = makeTree({ '/proc/pressure/cpu': some, '/proc/pressure/io': 'nothing' });
  expect(await readSubject(createMachine({ root }), 'pressure')).toMatchObject({
    state: 'failed',
    code: 'garbage',
    source: '/proc/pressure/io',
  });
});
