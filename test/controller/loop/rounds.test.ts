// What never comes to rest is left alone for a while, and told; lanes tell what of a look still holds.
import { expect, test } from 'vitest';
import { concernsUs } from '../../../src/controller/loop/concerns-us.ts';
import { createLanes } from '../../../src/controller/loop/lanes.ts';
import { createRounds } from '../../../src/controller/loop/rounds.ts';

test('six steps in a row without rest: the subject is left alone, told, and tried again after a while', () => {
  let now = 1000;
  const rounds = createRounds({ monotonic: () => now }, 300_000);
  for (let step = 0; step < 6; step += 1) expect(rounds.mayTry('traefik')).toBe(true);
  expect(rounds.mayTry('cloudflared')).toBe(true);
  expect(rounds.mayTry('traefik')).toBe(false);
  expect(rounds.issues().map(({ code, subject }) => `${code} ${subject}`)).toEqual([
    'not-converging traefik',
  ]);
  rounds.rest(() => false);
  expect(rounds.mayTry('traefik')).toBe(false);
  now += 300_000;
  expect(rounds.issues()).toEqual([]);
  expect(rounds.mayTry('traefik')).toBe(true);
});

test('whoever comes to rest begins anew', () => {
  const rounds = createRounds({ monotonic: () => 1000 }, 300_000);
  for (let step = 0; step < 30; step += 1) {
    expect(rounds.mayTry('traefik')).toBe(true);
    if (step % 5 === 4) rounds.rest(() => false);
  }
});

test('what was seen of a service holds only when nothing was done to it then, nor since', async () => {
  const lanes = createLanes();
  const before = lanes.mark();
  let end = () => {};
  const work = lanes.run('traefik', async () => new Promise<void>((done) => (end = done)));
  const meanwhile = lanes.mark();
  expect([before('traefik'), before('filebrowser'), before(null)]).toEqual([false, true, false]);
  await Promise.resolve();
  end();
  await work;
  // It is done, but the look began before that.
  expect([lanes.busy('traefik'), meanwhile('traefik'), meanwhile(null)]).toEqual([false, false, false]);
  const after = lanes.mark();
  expect([after('traefik'), after(null)]).toEqual([true, true]);
});

test('an event that frees or takes one of our names concerns us, whatever the name is now', () => {
  const event = { type: 'container', id: 'c0ffee', exitCode: null, signal: null, at: 1 };
  // Docker tells the new name.
  expect(concernsUs({ ...event, action: 'rename', name: 'traefik-old' })).toBe(true);
  expect(concernsUs({ ...event, action: 'die', name: 'traefik' })).toBe(true);
  expect(concernsUs({ ...event, action: 'die', name: 'traefik-of-others' })).toBe(false);
  expect(concernsUs({ ...event, action: 'exec_start: wget', name: 'traefik' })).toBe(false);
});
