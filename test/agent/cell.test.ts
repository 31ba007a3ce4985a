// One fact for many: how often it is really read.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createCell } from '../../src/agent/cell.ts';
import { ok, type Reading } from '../../src/contracts/reading.ts';

function counting(tookMs = 0, everyMs = 1000) {
  let nowMs = 0;
  let reads = 0;
  const clock = { now: () => nowMs, monotonic: () => nowMs };
  const cell = createCell<number>({
    name: 'test',
    everyMs,
    clock,
    read: async (): Promise<Reading<number>> => {
      reads += 1;
      const value = reads;
      if (tookMs > 0) await sleep(tookMs);
      return ok(value, 'test', nowMs);
    },
  });
  return { cell, reads: () => reads, pass: (ms: number) => (nowMs += ms) };
}

test('however many ask at once or within its interval, it is read once', async () => {
  const { cell, reads, pass } = counting(20);
  await Promise.all(Array.from({ length: 100 }, async () => cell.read()));
  pass(500);
  await cell.read();
  expect(reads()).toBe(1);
  pass(500);
  expect(await cell.read()).toMatchObject({ value: 2 });
});

test('who does not wait is given the last one with its time, or that there is none yet', async () => {
  const { cell, pass } = counting(100);
  expect(await cell.read(5)).toMatchObject({ state: 'failed', code: 'timeout', detail: 'not read yet' });
  expect(await cell.read()).toMatchObject({ state: 'ok', value: 1, at: 0 });
  pass(5000);
  expect(await cell.read(5)).toMatchObject({ state: 'ok', value: 1, at: 0 });
});

test('after something changed, a reading that had begun before is not enough', async () => {
  const { cell } = counting(50);
  const before = cell.read();
  await sleep(10);
  cell.forget();
  expect(await cell.read()).toMatchObject({ value: 2 });
  expect(await before).toMatchObject({ value: 1 });
});
