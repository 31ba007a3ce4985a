// What is remembered, and how long a failure holds.
import { describe, expect, test } from 'vitest';
import { delayAfter, heldUntil } from '../../../src/controller/plan/back-off.ts';
import type { Memory } from '../../../src/controller/plan/state.ts';
import {
  endPauses,
  forgetTroubles,
  memoryOf,
  noteAccepted,
  noteDeath,
  noteFailure,
  noteGoodDaemon,
  notePause,
  noteRollback,
  noteSuccess,
  NO_MEMORY,
} from '../../../src/controller/plan/transitions.ts';
import { NOW } from './world.ts';

const fail = (memory: Memory, at: number): Memory =>
  noteFailure(memory, 'traefik', { step: 'create', hash: 'h', why: 'x' }, at);

describe('back-off', () => {
  test('10 s, doubling, to 5 min', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 1000].map((count) => delayAfter(count) / 1000)).toEqual([
      10, 20, 40, 80, 160, 300, 300, 300,
    ]);
  });

  test('counts on from failure to failure, and from one after ten quiet minutes', () => {
    let memory = NO_MEMORY;
    let at = NOW;
    for (let count = 1; count <= 8; count += 1) {
      memory = fail(memory, at);
      expect(memoryOf(memory, 'traefik').failures).toMatchObject({ count, last: at });
      at = memoryOf(memory, 'traefik').failures?.nextTry ?? 0;
    }
    expect(memoryOf(fail(memory, at + 600_000), 'traefik').failures?.count).toBe(1);
  });

  test('a success ends the waiting and not the counting: what starts and dies at once is not started hot', () => {
    const succeeded = noteSuccess(fail(NO_MEMORY, NOW), 'traefik', 'start', NOW + 100);
    const { failures } = memoryOf(succeeded, 'traefik');
    expect(heldUntil(failures, 'start', 'h', NOW + 100)).toBeUndefined();
    expect(memoryOf(fail(succeeded, NOW + 200), 'traefik').failures).toMatchObject({
      count: 2,
      nextTry: NOW + 20_200,
    });
  });

  test('a clock that was set back holds nothing for longer than it should', () => {
    const { failures } = memoryOf(fail(NO_MEMORY, NOW), 'traefik');
    expect(heldUntil(failures, 'create', 'h', NOW - 3_600_000)).toBeUndefined();
  });

  test('a success of another kind says nothing about what failed', () => {
    const failed = noteFailure(NO_MEMORY, 'traefik', { step: 'replace', hash: 'h', why: 'x' }, NOW);
    const { failures } = memoryOf(noteSuccess(failed, 'traefik', 'start', NOW + 1), 'traefik');
    expect(heldUntil(failures, 'replace', 'h', NOW + 1)).toBe(NOW + 10_000);
    expect(heldUntil(failures, 'start', 'h', NOW + 1)).toBeUndefined();
  });

  test('of what belongs to no service stands apart', () => {
    const memory = noteFailure(NO_MEMORY, 'canary', { step: 'canary', hash: null, why: 'x' }, NOW);
    expect(memory.shared.canary).toMatchObject({ count: 1 });
    expect(memory.services).toEqual({});
  });
});

test('at most twenty deaths are remembered, the newest', () => {
  let memory = NO_MEMORY;
  for (let at = 1; at <= 30; at += 1) memory = noteDeath(memory, 'traefik', { at, exitCode: 1 });
  const { deaths } = memoryOf(memory, 'traefik');
  expect(deaths).toHaveLength(20);
  expect(deaths.at(0)?.at).toBe(11);
});

test('"apply" by a person ends back-offs and gives rejected versions another try; pauses and deaths stay', () => {
  const pause = { reason: 'x', from: NOW, until: NOW + 1, by: null };
  const rejected = { hash: 'h', at: NOW, image: 'i', why: 'y' };
  let memory = notePause(noteRollback(fail(NO_MEMORY, NOW), 'traefik', rejected), 'traefik', pause);
  memory = noteDeath(memory, 'traefik', { at: NOW, exitCode: 1 });
  memory = noteFailure(memory, 'network', { step: 'create-network', hash: null, why: 'x' }, NOW);
  expect(forgetTroubles(memory)).toEqual({
    ...NO_MEMORY,
    services: {
      traefik: { failures: null, rejected: null, pause, deaths: [{ at: NOW, exitCode: 1 }] },
    },
  });
});

test('a version that runs is no longer rejected', () => {
  const memory = noteRollback(NO_MEMORY, 'traefik', { hash: 'h', at: NOW, image: 'i', why: 'y' });
  expect(memoryOf(noteAccepted(memory, 'traefik'), 'traefik').rejected).toBeNull();
  expect(noteAccepted(NO_MEMORY, 'traefik')).toBe(NO_MEMORY);
});

test('pauses that are over are taken out, others stay', () => {
  const pause = (until: number) => ({ reason: 'x', from: NOW, until, by: null });
  let memory = notePause(NO_MEMORY, 'traefik', pause(NOW + 1));
  memory = notePause(memory, 'cloudflared', pause(NOW + 100));
  const ended = endPauses(memory, NOW + 1);
  expect(memoryOf(ended, 'traefik').pause).toBeNull();
  expect(memoryOf(ended, 'cloudflared').pause).not.toBeNull();
  expect(endPauses(ended, NOW + 1)).toBe(ended);
});

test('a clock that ran far ahead and was put right holds no service down for longer than a day', () => {
  const day = 24 * 3_600_000;
  const pauseAt = (from: number) =>
    notePause(NO_MEMORY, 'traefik', { reason: 'x', from, until: from + day, by: null });
  expect(memoryOf(endPauses(pauseAt(NOW + 365 * day), NOW), 'traefik').pause).toBeNull();
  expect(memoryOf(endPauses(pauseAt(NOW), NOW), 'traefik').pause).not.toBeNull();
});

test('a daemon that is remembered already changes nothing', () => {
  const daemon = { version: '28.5.0', runtime: null };
  const memory = noteGoodDaemon(NO_MEMORY, daemon);
  expect(memory.lastGoodDaemon).toBe('28.5.0 -');
  expect(noteGoodDaemon(memory, daemon)).toBe(memory);
});
