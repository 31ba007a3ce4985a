// The command line as a process of its own: on this very machine, in pipes that close.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { statusOutput } from '../../src/contracts/outputs.ts';
import { valueOf } from '../../src/contracts/reading.ts';
import { MAIN, runChild } from './run.ts';

test('status reads this machine, and its JSON is of its own schema', async () => {
  const ran = await runChild(['status', '--json']);
  expect(ran).toMatchObject({ code: 0, err: '' });
  const { facts } = statusOutput.parse(JSON.parse(ran.out));
  const total = /^MemTotal:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
  expect(valueOf(facts.memory)?.memory_total).toBe(Number(total) * 1024);
  // Two samples were taken.
  expect(valueOf(facts.cpu)?.use?.busy).toBeGreaterThanOrEqual(0);
});

test('status in text names this machine', async () => {
  const { out, code } = await runChild(['status']);
  expect(code).toBe(0);
  expect(out).toContain(readFileSync('/proc/sys/kernel/hostname', 'utf8').trim());
});

test('a deadline that is too short for a fact is said of that fact, and the rest is there', async () => {
  const started = performance.now();
  const ran = await runChild(['status', '--json', '--timeout', '0.001']);
  expect(performance.now() - started).toBeLessThan(5000);
  // All of it may be too late on a busy machine: then the source was not reachable in that time.
  expect([0, 3]).toContain(ran.code);
});

test('a reader that goes away ends it quietly', async () => {
  const child = spawn(process.execPath, [MAIN, 'completion', 'bash'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const code = await new Promise((resolve) => {
    child.on('close', resolve);
  });
  expect({ code, err }).toEqual({ code: 0, err: '' });
});

test('a bug that no command could catch ends with 70 and without a stack', async () => {
  const trap = 'data:text/javascript,setTimeout(() => { throw new Error("stray") }, 300)';
  const child = spawn(process.execPath, ['--import', trap, MAIN, 'status'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { LANG: 'C.UTF-8', PATH: process.env['PATH'] },
  });
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const code = await new Promise((resolve) => {
    child.on('close', resolve);
  });
  expect(code).toBe(70);
  expect(err).toContain('This is a bug in felhom: stray');
  expect(err).not.toContain('    at ');
});
