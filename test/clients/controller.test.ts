// The client of this guest's controller, before its real API: what it reads, hears, asks, and what it says when
// nobody answers. And a source with it beside.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { openController, type ControllerClient } from '../../src/clients/controller.ts';
import { findController } from '../../src/clients/find-controller.ts';
import { withController } from '../../src/clients/with-controller.ts';
import type { Facts, Subject } from '../../src/contracts/all-facts.ts';
import { absent, ok, type Reading } from '../../src/contracts/reading.ts';
import type { FactsSource } from '../../src/contracts/source.ts';
import { makeFolder, startApi } from '../controller/api/start-api.ts';
import { collect } from './collect.ts';

const request = { signal: new AbortController().signal };
const open = (socketPath: string): ControllerClient => {
  const client = openController({ socketPath, random: () => 0, claimedName: 'anna' });
  onTestFinished(client.close);
  return client;
};

test('it reads what the controller tells, and says who asks for what', async () => {
  const api = await startApi();
  const client = open(api.socketPath);
  expect(await client.read('base_stack', request)).toMatchObject({
    state: 'ok',
    source: api.socketPath,
    value: { status: 'ok', controller: { customer_id: 'kovacs' } },
  });
  await client.call('applyBase', { body: {} });
  expect(api.asked).toEqual([{ apply: { door: 'socket', vmid: null, name: 'anna' } }]);
  for (const subject of ['a', 'b']) await api.ledger.record({ what: 'x', by: null, subject, detail: {} });
  expect(await client.read('ledger', request)).toMatchObject({
    state: 'ok',
    // The newest first, as all facts of ledgers.
    value: { records: [{ subject: 'b' }, { subject: 'a' }], intact: true },
  });
});

test('a no is told with its code, its hint, and whose it is', async () => {
  const client = open((await startApi()).socketPath);
  await expect(client.call('stopContainer', { params: { id: 'traefik' }, body: {} })).rejects.toMatchObject({
    kind: 'refused',
    code: 'E_WORD',
    peer: 'controller',
    hint: 'send confirm: traefik',
  });
  await expect(client.call('startContainer', { params: { id: 'gone' }, body: {} })).rejects.toMatchObject({
    kind: 'not-found',
    code: 'E_NO_SUCH',
  });
});

test.each([
  ['nobody', (_path: string) => {}, 'no-answer', 'ENOENT'],
  ['a file', (path: string) => writeFileSync(path, ''), 'no-answer', /ECONNREFUSED|ENOTSOCK/],
])('%s at its place is a silence, not an exception', async (_what, make, code, detail) => {
  const path = join(makeFolder(), 'controller.sock');
  make(path);
  const reading = await open(path).read('base_stack', request);
  expect(reading).toMatchObject({ state: 'failed', code, detail: expect.stringMatching(detail) });
});

test.each([
  ['no HTTP', 'hello\r\n\r\n'],
  ['no JSON', 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nnope'],
  ['another document', 'HTTP/1.1 200 OK\r\ncontent-length: 22\r\n\r\n{"ok":true,"data":null}'],
  ['a secret', 'HTTP/1.1 500 Bad\r\ncontent-length: 14\r\n\r\ntoken=hunter22'],
])('who answers with %s is not understood, and not quoted', async (_what, answer) => {
  const path = join(makeFolder(), 'controller.sock');
  const server = createServer((socket) => socket.on('error', () => {}).end(answer)).listen(path);
  onTestFinished(() => void server.close());
  const reading = await open(path).read('base_stack', request);
  expect(reading).toMatchObject({ state: 'failed', code: 'garbage' });
  expect(JSON.stringify(reading)).not.toContain('hunter22');
});

test.runIf(process.getuid?.() === 0)(
  "it is found by its files, and root's socket is nobody else's",
  async () => {
    const folder = makeFolder();
    const volume = join(folder, 'volume');
    const data = join(folder, 'data');
    expect(findController([data, volume])).toBeUndefined();
    mkdirSync(volume);
    // Its data is here: it is expected.
    expect(findController([data, volume])).toBe(join(volume, 'controller.sock'));
    mkdirSync(data);
    writeFileSync(join(volume, 'controller.sock'), '');
    expect(findController([data, volume])).toBe(join(volume, 'controller.sock'));
    chmodSync(volume, 0o000);
    expect(findController([volume])).toBe(join(volume, 'controller.sock'));
  },
);

/** Says of every subject that it has that it is so. */
const plainSource = (subjects: readonly Subject[], more: Partial<FactsSource> = {}): FactsSource => ({
  kind: 'embedded',
  intervals: Object.fromEntries(subjects.map((subject) => [subject, 1000])),
  read: async <S extends Subject>(): Promise<Reading<Facts[S]>> =>
    Promise.resolve(absent('asleep', 'plain', 1)),
  readContainer: async () => Promise.resolve(absent('asleep', 'plain', 1)),
  close: () => {},
  ...more,
});
const beside = (source: FactsSource, place: () => string | undefined, opened: string[] = []): FactsSource => {
  const made = withController({
    source,
    find: place,
    open: async (socketPath) => {
      opened.push(socketPath);
      return Promise.resolve(openController({ socketPath, random: () => 0 }));
    },
    clock: systemClock,
  });
  onTestFinished(made.close);
  return made;
};

test('where there is no sign of a controller nothing is opened, and its facts are absent', async () => {
  const opened: string[] = [];
  const source = beside(plainSource(['memory', 'ledger']), () => undefined, opened);
  expect(await source.read('base_stack', request)).toMatchObject({ state: 'absent', code: 'not-here' });
  expect(await source.read('ledger', request)).toMatchObject({ state: 'absent', code: 'asleep' });
  expect(source.callController).toBeUndefined();
  collect(source).stop();
  expect(opened).toEqual([]);
});

test('what the controller tells is heard at once, beside what the source has', async () => {
  const api = await startApi();
  const source = beside(plainSource(['memory']), () => api.socketPath);
  const heard = collect(source);
  onTestFinished(heard.stop);
  await expect.poll(() => heard.readings.map(({ subject }) => subject)).toContain('base_stack');
  api.change({ status: 'fail' });
  api.notice({ kind: 'service-healed', at: 1, subject: 'traefik', detail: 'started' });
  await expect.poll(() => heard.notices).toMatchObject([{ kind: 'service-healed' }]);
  await expect.poll(() => heard.readings.at(-1)?.reading).toMatchObject({ value: { status: 'fail' } });
  // Its connection is no word about the agent's.
  expect(heard.connections).toEqual([]);
  expect(await source.read('memory', request)).toMatchObject({ code: 'asleep' });
  expect(await source.callController?.('health')).toMatchObject({ status: 'fail' });
});

test('a controller that goes away is a failure of its facts, and is heard again when it is back', async () => {
  const folder = makeFolder();
  const api = await startApi({ folder });
  const source = beside(plainSource([]), () => api.socketPath);
  const heard = collect(source);
  onTestFinished(heard.stop);
  await expect.poll(() => heard.readings.length).toBeGreaterThan(0);
  await api.stop();
  await expect
    .poll(() => heard.readings.at(-1))
    .toMatchObject({ subject: 'base_stack', reading: { state: 'failed', code: 'no-answer' } });
  expect(await source.read('base_stack', request)).toMatchObject({ state: 'failed', code: 'no-answer' });
  const again = await startApi({ folder });
  again.change({ status: 'warn' });
  await expect
    .poll(() => heard.readings.findLast(({ subject }) => subject === 'base_stack')?.reading, {
      timeout: 5000,
    })
    .toMatchObject({ state: 'ok', value: { status: 'warn' } });
});

test('one that comes later is taken when its facts are asked for', async () => {
  const api = await startApi();
  const here: { place?: string } = {};
  const source = beside(plainSource([]), () => here.place);
  const heard = collect(source);
  onTestFinished(heard.stop);
  expect(await source.read('base_stack', request)).toMatchObject({ state: 'absent' });
  here.place = api.socketPath;
  expect(await source.read('base_stack', request)).toMatchObject({ state: 'ok' });
  await expect.poll(() => heard.readings.map(({ subject }) => subject)).toContain('base_stack');
  expect(source.callController).toBeDefined();
});

test("an agent's ledger stays the agent's", async () => {
  const api = await startApi();
  const ledger = { records: [], count: 9, intact: true, broken: null };
  const agent = plainSource(['ledger'], {
    kind: 'agent',
    followed: ['ledger'],
    read: async <S extends Subject>(subject: S): Promise<Reading<Facts[S]>> =>
      Promise.resolve(Object.assign(absent('asleep', subject, 1), ok(ledger, 'agent', 1))),
  });
  const source = beside(agent, () => api.socketPath);
  expect(await source.read('ledger', request)).toMatchObject({ state: 'ok', source: 'agent' });
  const heard = collect(source);
  await expect.poll(() => heard.readings.map(({ subject }) => subject)).toContain('base_stack');
  heard.stop();
  expect(heard.readings.map(({ subject }) => subject)).not.toContain('ledger');
  expect(source).toMatchObject({ kind: 'agent', followed: ['ledger'] });
});
