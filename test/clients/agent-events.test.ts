// Following an agent: what it tells arrives, and its silence is noticed, said and ended.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openAgentSource, type AgentSource } from '../../src/clients/agent.ts';
import { ok } from '../../src/contracts/reading.ts';
import * as make from '../doctor/facts.ts';
import { startBareAgent, type BareAgent } from './bare-agent.ts';
import { collect } from './collect.ts';
import { startAgentChild } from './start-agent-child.ts';

const MEMORY = make.availableMemory(50).memory;
let folder: string;
let closers: (() => unknown)[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'felhom-agent-'));
  closers = [];
});
afterEach(async () => {
  for (const close of closers.toReversed()) await close();
  await rm(folder, { recursive: true, force: true });
});

const socketPath = (): string => join(folder, 'root.sock');
const startAgent = async (): Promise<BareAgent> => {
  const agent = await startBareAgent({ at: { socketPath: socketPath() } });
  closers.push(agent.stop);
  return agent;
};
const open = async (random = 0): Promise<AgentSource> => {
  const source = await openAgentSource({
    address: { kind: 'socket', socketPath: socketPath() },
    random: () => random,
  });
  closers.push(source.close);
  return source;
};
const follow = (source: AgentSource) => {
  const heard = collect(source);
  closers.push(heard.stop);
  return heard;
};
const memoryEvent = (at: number) => {
  if (MEMORY?.state !== 'ok') throw new Error('no memory was made');
  return { subject: 'memory', every_s: 1, reading: ok(MEMORY.value, 'test', at) };
};
const plugged = { kind: 'disk-plugged', at: 1, subject: 'sdb', detail: 'Model, 1 TB\u001b[31m' };

test('facts and notices arrive as they are told; what only a newer agent knows is passed over', async () => {
  const agent = await startAgent();
  const heard = follow(await open());
  await expect.poll(agent.followers).toBe(1);
  expect(agent.asked.at(-1)?.query.get('subjects')).toBe('memory,operations');
  agent.emit('facts', { subject: 'moon_phase', every_s: 1, reading: ok(1, 'test', 1) });
  agent.emit('weather', { rain: true });
  agent.emit('notice', { ...plugged, kind: 'disk-on-fire' });
  agent.write('event: facts\ndata: {not json\n\n: keep alive\n\nnonsense: 1\n\n');
  agent.emit('facts', memoryEvent(42));
  agent.emit('facts', {
    subject: 'operations',
    every_s: 1,
    reading: ok({ operations: 'felhom_x' }, 'test', 43),
  });
  agent.emit('notice', plugged);
  await expect.poll(() => heard.notices).toEqual([plugged]);
  expect(heard.readings).toMatchObject([
    { subject: 'memory', reading: { state: 'ok', at: 42 } },
    { subject: 'operations', reading: { state: 'failed', code: 'garbage' } },
  ]);
  expect(JSON.stringify(heard.readings)).not.toContain('felhom_x');
  expect(heard.connections).toMatchObject([{ state: 'connected' }]);
});

test('an event in many small pieces, in the middle of a character too, is one event', async () => {
  const agent = await startAgent();
  const heard = follow(await open());
  await expect.poll(agent.followers).toBe(1);
  const detail = 'Árvíztűrő 漢 𝄞';
  const bytes = Buffer.from(`event: notice\ndata: ${JSON.stringify({ ...plugged, detail })}\n\n`);
  for (const byte of bytes) {
    agent.writeBytes(Buffer.from([byte]));
    await new Promise(setImmediate);
  }
  await expect.poll(() => heard.notices.map((notice) => notice.detail)).toEqual([detail]);
});

test('a lost connection says since when, why, and when it is tried again, and goes on where it was', async () => {
  const agent = await startAgent();
  const heard = follow(await open());
  await expect.poll(agent.followers).toBe(1);
  agent.emit('facts', memoryEvent(1), '7-1');
  agent.emit('facts', memoryEvent(2), '7-2');
  await expect.poll(() => heard.readings.length).toBe(2);
  await agent.stop();
  await expect.poll(() => heard.connection()?.state).toBe('lost');
  const lost = heard.connection();
  if (lost?.state !== 'lost') throw new Error('not lost');
  expect(lost.retryAt).toBeGreaterThan(Date.now());
  expect(lost.retryAt - Date.now()).toBeLessThanOrEqual(1000);
  await expect.poll(() => heard.connections.length, { timeout: 4000 }).toBeGreaterThan(3);
  const tries = heard.connections.flatMap((each) => (each.state === 'lost' ? [each] : []));
  expect(new Set(tries.map(({ since }) => since))).toEqual(new Set([lost.since]));
  expect(tries.at(-1)?.reason).toBe('ENOENT');
  const again = await startBareAgent({ at: { socketPath: socketPath() } });
  closers.push(again.stop);
  await expect.poll(() => heard.connection()?.state, { timeout: 8000 }).toBe('connected');
  expect(again.asked.find(({ route }) => route === 'events')?.headers['last-event-id']).toBe('7-2');
  again.emit('reset', {});
  again.emit('facts', memoryEvent(3));
  await expect.poll(() => heard.readings.at(-1)?.reading.at).toBe(3);
});

test('it is tried later and later, at most fifteen seconds apart', async () => {
  const agent = await startAgent();
  const heard = follow(await open(0));
  await expect.poll(agent.followers).toBe(1);
  await agent.stop();
  await expect.poll(() => heard.connections.length, { timeout: 9000 }).toBe(5);
  const waits = heard.connections.flatMap((each, index) => {
    const next = heard.connections[index + 1];
    return each.state === 'lost' && next?.state === 'lost' ? [next.retryAt - each.retryAt] : [];
  });
  // Half of 2, 4, 8 s, as the test's dice say 0.
  for (const [index, wait] of waits.entries()) {
    expect(Math.round(wait / 500) * 500).toBe(1000 * 2 ** index);
  }
});

test('an agent that does not let us in is refused, with its words', async () => {
  const agent = await startAgent();
  agent.answer({
    events: () => ({ status: 403, refused: { error: 'this door is closed', code: 'E_FORBIDDEN' } }),
  });
  const heard = follow(await open());
  await expect.poll(heard.connection).toMatchObject({ state: 'refused', reason: 'this door is closed' });
});

test.each([
  ['an answer that is no stream', 'application/json', '{}'],
  ['an event without an end', 'text/event-stream', `data: ${'x'.repeat(9 * 1024 * 1024)}`],
])('%s is no connection', async (_what, type, text) => {
  const agent = await startAgent();
  agent.answer({
    events: (_asked, response) => {
      response.writeHead(200, { 'content-type': type });
      response.write(text);
      if (type !== 'text/event-stream') response.end();
      return undefined;
    },
  });
  const heard = follow(await open());
  await expect.poll(() => heard.connection()?.state, { timeout: 5000 }).toBe('lost');
});

test('a silence is no loss while the agent lives', async () => {
  const agent = await startAgent();
  const heard = follow(await open());
  await expect.poll(agent.followers).toBe(1);
  await expect
    .poll(() => agent.asked.filter(({ route }) => route === 'healthz').length, { timeout: 12_000 })
    .toBeGreaterThan(0);
  expect(heard.connections).toMatchObject([{ state: 'connected' }]);
});

test('an agent that hangs is noticed, and heard again when it goes on', async () => {
  const child = await startAgentChild(socketPath());
  closers.push(child.kill);
  const source = await open();
  const heard = follow(source);
  await expect.poll(() => heard.readings.length, { timeout: 5000 }).toBeGreaterThan(20);
  child.signal('SIGSTOP');
  const started = performance.now();
  const asked = source.read('memory', { signal: new AbortController().signal });
  await expect.poll(() => heard.connection()?.state, { timeout: 20_000 }).toBe('lost');
  expect(performance.now() - started).toBeLessThan(20_000);
  // Whoever waits for an answer is told at once.
  expect(await asked).toMatchObject({ state: 'failed' });
  const count = heard.readings.length;
  child.signal('SIGCONT');
  await expect.poll(() => heard.connection()?.state, { timeout: 20_000 }).toBe('connected');
  await expect.poll(() => heard.readings.length).toBeGreaterThan(count);
}, 60_000);

test('who stops following ends the connection, and is told nothing more', async () => {
  const agent = await startAgent();
  const heard = follow(await open());
  await expect.poll(agent.followers).toBe(1);
  heard.stop();
  await expect.poll(agent.followers).toBe(0);
  expect(heard.connections).toMatchObject([{ state: 'connected' }]);
});
