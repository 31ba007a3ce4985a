// The console's state: what the doctor may judge by, and the one container that somebody looks at.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Facts, Subject } from '../../src/contracts/all-facts.ts';
import { defaultSettings } from '../../src/contracts/default-settings.ts';
import { absent, failed, ok, type Reading } from '../../src/contracts/reading.ts';
import type { FactsSource } from '../../src/contracts/source.ts';
import { createConsole, type Console } from '../../state/console.ts';
import * as make from '../doctor/facts.ts';

const EVERY_MS = 1000;

function sitBefore(memory: () => Reading<Facts['memory']>) {
  const asked: string[] = [];
  const source: FactsSource = {
    kind: 'embedded',
    intervals: { memory: EVERY_MS },
    read: async <S extends Subject>(subject: S) => {
      const readings: { [K in Subject]?: Reading<Facts[K]> } = { memory: memory() };
      return Promise.resolve(readings[subject] ?? absent('not-here', 'test', Date.now()));
    },
    readContainer: async (id) => {
      asked.push(id);
      return Promise.resolve(failed('no-answer', 'test', Date.now()));
    },
    close: () => undefined,
  };
  const console = createConsole({
    source,
    clock: { now: () => Date.now(), monotonic: () => Date.now() },
    settings: defaultSettings,
    patient: false,
  });
  const stop = console.poller.watch();
  return { console, asked, stop };
}
const answerOf = (console: Console, rule: string) =>
  console.shown.getState().examination?.rules.find((each) => each.rule === rule)?.state;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_790_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

test('what is stale is not judged: the rule cannot tell', async () => {
  const reading = make.availableMemory(2).memory;
  if (reading?.state !== 'ok') throw new Error('no memory was made');
  const from = Date.now();
  // A source that goes on telling the same old value.
  const { console, stop } = sitBefore(() => ok(reading.value, 'test', from));
  await vi.advanceTimersByTimeAsync(1500);
  expect(answerOf(console, 'memory')).toBe('found');
  await vi.advanceTimersByTimeAsync(10 * EVERY_MS);
  expect(answerOf(console, 'memory')).toBe('unknown');
  expect(console.shown.getState().examination?.findings).toEqual([]);
  stop();
  console.stop();
});

test('an examination that says the same is the same, so that nothing is drawn for it', async () => {
  const reading = make.availableMemory(50).memory;
  if (reading?.state !== 'ok') throw new Error('no memory was made');
  const { console, stop } = sitBefore(() => ok(reading.value, 'test', Date.now()));
  await vi.advanceTimersByTimeAsync(1500);
  const { examination, observations } = console.shown.getState();
  await vi.advanceTimersByTimeAsync(3 * EVERY_MS);
  expect(console.shown.getState().observations).not.toBe(observations);
  expect(console.shown.getState().examination).toBe(examination);
  stop();
  console.stop();
});

test('one container is followed while somebody looks at it, and no longer', async () => {
  const { console, asked, stop } = sitBefore(() => failed('timeout', 'test', Date.now()));
  console.lookAtContainer('a');
  console.lookAtContainer('a');
  await vi.advanceTimersByTimeAsync(10 * EVERY_MS);
  expect(asked.length).toBeGreaterThan(3);
  expect(asked.length).toBeLessThan(8);
  console.lookAtContainer('b');
  await vi.advanceTimersByTimeAsync(10);
  expect(console.shown.getState().container?.id).toBe('b');
  const times = asked.length;
  console.lookAtContainer(null);
  await vi.advanceTimersByTimeAsync(10 * EVERY_MS);
  expect(asked).toHaveLength(times);
  expect(console.shown.getState().container).toBeUndefined();
  stop();
  console.stop();
});
