// The source that finds its agent by itself: what comes from whom, and what it says without one.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ActionableError } from '../../src/base/errors.ts';
import { createAutoSource, type AutoOptions } from '../../src/clients/auto-source.ts';
import { findAgent, placeAt } from '../../src/clients/find-agent.ts';
import type { Facts, Subject } from '../../src/contracts/all-facts.ts';
import { absent, type Reading } from '../../src/contracts/reading.ts';
import type { FactsSource, SourceListener } from '../../src/contracts/source.ts';

const never = new AbortController().signal;
const request = { signal: never };

/** Says of every subject that it has by whom it was read. */
const sourceOf = (kind: FactsSource['kind'], subjects: readonly Subject[]) => {
  const life = { closed: 0, followed: 0 };
  const source: FactsSource = {
    kind,
    intervals: Object.fromEntries(subjects.map((subject) => [subject, 1000])),
    read: async <S extends Subject>(): Promise<Reading<Facts[S]>> =>
      Promise.resolve(absent('asleep', kind, 1)),
    readContainer: async () => Promise.resolve(absent('asleep', kind, 1)),
    close: () => (life.closed += 1),
    ...(kind === 'embedded'
      ? {}
      : {
          call: async () => Promise.reject(new Error('not called here')),
          followed: subjects,
          follow: () => {
            life.followed += 1;
            return () => (life.followed -= 1);
          },
        }),
  };
  return { source, life };
};
const listener = { onReading: () => {}, onConnection: () => {}, onNotice: () => {} };
const silent = new ActionableError('unreachable', 'ECONNREFUSED', { code: 'no-answer' });
const auto = (change: Partial<AutoOptions>) =>
  createAutoSource({
    embedded: sourceOf('embedded', ['memory', 'disks']).source,
    find: () => '/run/x.sock',
    open: async () => Promise.reject(silent),
    clock: { now: () => 1, monotonic: () => 1 },
    ...change,
  });

afterEach(() => {
  vi.useRealTimers();
});

test('what the agent has comes from it, the rest from this machine', async () => {
  const { source: agent } = sourceOf('agent', ['disks', 'operations']);
  const source = auto({ agent });
  expect(source.kind).toBe('agent');
  expect(source.followed).toEqual(['disks', 'operations']);
  expect((await source.read('disks', request)).source).toBe('agent');
  expect((await source.read('operations', request)).source).toBe('agent');
  expect((await source.read('memory', request)).source).toBe('embedded');
  expect(await source.read('ledger', request)).toMatchObject({ state: 'absent', code: 'not-here' });
});

test('without a sign of an agent its facts are absent, with one that is silent they failed', async () => {
  const nowhere = auto({ find: () => undefined });
  expect(nowhere).toMatchObject({ kind: 'embedded', call: undefined, followed: [] });
  expect(await nowhere.read('operations', request)).toMatchObject({ state: 'absent', code: 'not-here' });
  expect(await auto({ silence: silent }).read('operations', request)).toMatchObject({
    state: 'failed',
    code: 'no-answer',
    source: '/run/x.sock',
    detail: 'ECONNREFUSED',
  });
});

test('an agent that comes later is taken while somebody looks, and let go of at the end', async () => {
  vi.useFakeTimers();
  const { source: agent, life } = sourceOf('agent', ['operations']);
  let answers = false;
  let tried = 0;
  const source = auto({
    open: async () => {
      tried += 1;
      return answers ? Promise.resolve(agent) : Promise.reject(silent);
    },
  });
  const unfollow = source.follow?.(listener);
  await vi.advanceTimersByTimeAsync(25_000);
  expect(tried).toBe(2);
  expect(source.kind).toBe('embedded');
  answers = true;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(source.kind).toBe('agent');
  expect(source.call).toBeDefined();
  expect(life.followed).toBe(1);
  unfollow?.();
  expect(life.followed).toBe(0);
  // Looked at again it is followed at once.
  source.follow?.(listener);
  await vi.advanceTimersByTimeAsync(0);
  expect(life.followed).toBe(1);
  source.close();
  expect(life.closed).toBe(1);
});

test('what this machine tells by itself is heard with and without an agent, unless the agent tells it', () => {
  const telling = (own: FactsSource, tells: { listener?: SourceListener }): FactsSource => ({
    ...own,
    follow: (listener) => {
      tells.listener = listener;
      return () => delete tells.listener;
    },
  });
  const heardFrom = (followed: readonly Subject[] | undefined): readonly string[] => {
    const tells: { listener?: SourceListener } = {};
    const heard: string[] = [];
    const source = auto({
      embedded: telling(sourceOf('embedded', ['containers']).source, tells),
      ...(followed === undefined ? {} : { agent: sourceOf('agent', followed).source }),
    });
    const unfollow = source.follow?.({
      ...listener,
      onReading: (subject, reading) => heard.push(`${subject} ${reading.source}`),
    });
    tells.listener?.onReading('containers', absent('asleep', 'embedded', 1));
    unfollow?.();
    expect(tells.listener).toBeUndefined();
    source.close();
    return heard;
  };
  expect(heardFrom(undefined)).toEqual(['containers embedded']);
  expect(heardFrom(['disks'])).toEqual(['containers embedded']);
  expect(heardFrom(['containers'])).toEqual([]);
});

test('nobody is asked while there is no sign of an agent, or nobody looks', async () => {
  vi.useFakeTimers();
  let tried = 0;
  const sign: { path?: string } = {};
  const source = auto({
    find: () => sign.path,
    open: async () => {
      tried += 1;
      return Promise.reject(silent);
    },
  });
  const unfollow = source.follow?.(listener);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(tried).toBe(0);
  sign.path = '/run/x.sock';
  unfollow?.();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(tried).toBe(0);
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'felhom-find-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('root looks for its own socket, others for that of the group, and both for what a guest was told', async () => {
  const paths = {
    rootSocket: join(folder, 'root.sock'),
    groupSocket: join(folder, 'agent.sock'),
    bootstrap: join(folder, 'bootstrap.json'),
  };
  expect(findAgent(0, paths)).toBeUndefined();
  await writeFile(paths.bootstrap, '{}');
  expect(findAgent(0, paths)).toEqual({ kind: 'bootstrap', path: paths.bootstrap });
  await writeFile(paths.groupSocket, '');
  expect(findAgent(1000, paths)).toEqual({ kind: 'socket', path: paths.groupSocket });
  expect(findAgent(0, paths)).toMatchObject({ kind: 'bootstrap' });
  await writeFile(paths.rootSocket, '');
  expect(findAgent(0, paths)).toEqual({ kind: 'socket', path: paths.rootSocket });
  expect(placeAt(paths.bootstrap)).toMatchObject({ kind: 'bootstrap' });
  expect(placeAt(join(folder, 'nothing'))).toMatchObject({ kind: 'socket' });
});
