// Containers by Docker's events, against a real daemon: what happens is heard at once, what does not costs nothing,
// and a daemon that hangs, dies or tells no events is noticed as it was before.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createEmbeddedSource } from '../../src/clients/embedded.ts';
import type { Reading } from '../../src/contracts/reading.ts';
import type { FactsSource } from '../../src/contracts/source.ts';
import { missingForDaemon, startDaemon, type Daemon } from '../docker/daemon.ts';
import { makeBusyboxArchive } from '../docker/image.ts';
import { tapSocket, type TappedSocket } from '../docker/tapped-socket.ts';

const missing = missingForDaemon();
const never = new AbortController().signal;
const SOON = { timeout: 5000, interval: 5 };
let daemon: Daemon;
let box: string;

beforeAll(async () => {
  if (missing !== undefined) return;
  daemon = await startDaemon();
  await daemon.engine.importImage(await makeBusyboxArchive(), 'box', '1');
  box = await daemon.engine.createContainer('web', { Image: 'box:1', Cmd: ['sleep', '1000'] });
});
afterAll(async () => daemon?.stop());
beforeEach((context) => context.skip(missing !== undefined, `a Docker daemon: ${missing ?? ''}`));

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

/** A source behind a socket that counts, and what it tells by itself. */
async function follow(refuse?: string) {
  const tapped: TappedSocket = await tapSocket(daemon.socketPath, refuse === undefined ? {} : { refuse });
  const source: FactsSource = createEmbeddedSource({ subjects: {}, dockerSocket: tapped.socketPath });
  const heard: { readonly at: number; readonly told: string }[] = [];
  const unfollow = source.follow?.({
    onReading: (_subject, reading) => heard.push({ at: performance.now(), told: describe(reading) }),
    onConnection: () => {},
    onNotice: () => {},
  });
  cleanUps.push(() => {
    source.close();
    return tapped.close();
  });
  const read = async () => source.read('containers', { signal: never });
  const count = (what: string) => tapped.asked.filter((one) => one === what).length;
  return {
    heard,
    read,
    unfollow,
    tapped,
    lists: () => count('GET /containers/json'),
    streams: () => count('GET /events'),
  };
}
type Known = { readonly containers: readonly { readonly name: string; readonly state: string }[] };
const isKnown = (value: unknown): value is Known =>
  typeof value === 'object' && value !== null && 'containers' in value;
const describe = (reading: Reading<unknown>): string => {
  if (reading.state !== 'ok') return reading.code;
  return isKnown(reading.value)
    ? reading.value.containers.map(({ name, state }) => `${name} ${state}`).join(', ')
    : '?';
};

test('a start and a kill are told within half a second, although nobody asks', async () => {
  const { heard, read } = await follow();
  expect(describe(await read())).toBe('web created');
  for (const [order, told] of [
    ['start', 'web running'],
    ['kill', 'web exited'],
  ] as const) {
    await daemon.engine.call('POST', `/containers/${box}/${order}`);
    const at = performance.now();
    await expect.poll(() => heard.at(-1)?.told, SOON).toBe(told);
    expect((heard.at(-1)?.at ?? Infinity) - at).toBeLessThan(500);
  }
});

test('while nothing happens the list is read once, the same value is given, and nobody is told', async () => {
  const { heard, read, lists, streams } = await follow();
  await read();
  await expect.poll(streams, SOON).toBe(1);
  // What the test before did may still be told.
  const listsOfARead = async () => {
    const before = lists();
    await read();
    return lists() - before;
  };
  await expect.poll(listsOfARead, SOON).toBe(0);
  const [before, told] = [lists(), heard.length];
  const [second, third] = [await read(), await read()];
  expect(lists()).toBe(before);
  expect(before).toBeLessThanOrEqual(3);
  expect(streams()).toBe(1);
  if (second.state !== 'ok' || third.state !== 'ok') throw new Error('no list');
  expect(second.value).toBe(third.value);
  expect(third.at).toBeGreaterThanOrEqual(second.at);
  expect(heard.length).toBe(told);
});

test('many events together make few lists', async () => {
  const { heard, read, lists, streams } = await follow();
  await read();
  await expect.poll(streams, SOON).toBe(1);
  const [start, before] = [performance.now(), lists()];
  const ids: string[] = [];
  for (let index = 0; index < 20; index += 1) {
    ids.push(await daemon.engine.createContainer(`many-${index}`, { Image: 'box:1', Cmd: ['true'] }));
  }
  for (const id of ids) await daemon.engine.call('DELETE', `/containers/${id}`);
  await expect.poll(() => heard.at(-1)?.told, SOON).toMatch(/^web \w+$/);
  const seconds = (performance.now() - start) / 1000;
  expect(lists() - before).toBeLessThanOrEqual(Math.ceil(seconds * 4) + 2);
});

test('who listens no more holds no stream', async () => {
  const { read, streams, unfollow, tapped } = await follow();
  await read();
  await expect.poll(streams, SOON).toBe(1);
  await expect.poll(tapped.open, SOON).toBe(1);
  unfollow?.();
  await expect.poll(tapped.open, SOON).toBe(0);
  await read();
  expect(streams()).toBe(1);
});

test('a daemon that hangs is noticed by the next read, stream or no stream', async () => {
  const { read, streams } = await follow();
  await read();
  await expect.poll(streams, SOON).toBe(1);
  await daemon.freeze();
  try {
    expect(describe(await read())).toBe('timeout');
  } finally {
    await daemon.thaw();
  }
  expect(describe(await read())).toMatch(/^web /);
});

test('a daemon that is killed is told without being asked; back again, its events are followed again', async () => {
  const { heard, read, streams } = await follow();
  await read();
  await expect.poll(streams, SOON).toBe(1);
  // A stream that ends as soon as it begins tells nothing.
  await sleep(1100);
  const at = performance.now();
  await daemon.kill();
  await expect.poll(() => heard.at(-1)?.told, SOON).toBe('no-answer');
  expect((heard.at(-1)?.at ?? Infinity) - at).toBeLessThan(1000);
  await daemon.restart();
  expect(describe(await read())).toMatch(/^web /);
  await expect.poll(streams, SOON).toBe(2);
  await daemon.engine.start(box);
  await expect.poll(() => heard.at(-1)?.told, SOON).toBe('web running');
  await daemon.engine.call('POST', `/containers/${box}/kill`);
});

test('where Docker has no events each read is a list, and there is no storm of questions', async () => {
  const { read, lists, streams } = await follow('/events');
  for (let time = 1; time <= 3; time += 1) {
    expect(describe(await read())).toMatch(/^web/);
    expect(lists()).toBe(time);
  }
  await sleep(300);
  expect(streams()).toBeLessThanOrEqual(3);
  expect(lists()).toBe(3);
});
