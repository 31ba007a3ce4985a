// The agent over its socket: what it answers, what it refuses, and what stands there instead of one.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openAgentSource, type AgentSource } from '../../src/clients/agent.ts';
import { ok } from '../../src/contracts/reading.ts';
import * as make from '../doctor/facts.ts';
import { startBareAgent, type BareAgent } from './bare-agent.ts';

const never = new AbortController().signal;
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
const open = async (signal = never): Promise<AgentSource> => {
  const source = await openAgentSource({
    address: { kind: 'socket', socketPath: socketPath() },
    signal,
    claimedName: 'viktor',
  });
  closers.push(source.close);
  return source;
};
const startAgent = async (): Promise<BareAgent> => {
  const agent = await startBareAgent({ at: { socketPath: socketPath() } });
  closers.push(agent.stop);
  return agent;
};
/** Somebody who is no agent: hears connections and does with them what the test says. */
const startOther = async (onData: (socket: Socket) => void): Promise<void> => {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => onData(socket));
  });
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((done) => {
    server.listen(socketPath(), done);
  });
};
const failureOf = async (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

test('its subjects are those that it lists, and a subject is read with the time at which it was', async () => {
  const agent = await startAgent();
  if (MEMORY?.state !== 'ok') throw new Error('no memory was made');
  agent.facts('memory', ok({ ...MEMORY.value, said_by_a_newer_agent: 1 }, '/proc/meminfo', 42));
  const source = await open();
  expect(source).toMatchObject({ kind: 'agent', intervals: { memory: 1000, operations: 1000 } });
  // The rest is asked for seldom, and said to be absent.
  expect(source.followed).toEqual(['memory', 'operations']);
  expect(source.intervals.zfs).toBeGreaterThan(10_000);
  expect(await source.read('memory', { signal: never })).toEqual(ok(MEMORY.value, '/proc/meminfo', 42));
  expect(await source.read('zfs', { signal: never })).toMatchObject({ state: 'absent', code: 'not-here' });
});

test('what does not fit its schema is not understood, and is not quoted', async () => {
  const agent = await startAgent();
  agent.facts('memory', ok({ memory_total: 'felhom_secret' }, 'x', 1));
  const source = await open();
  const reading = await source.read('memory', { signal: never });
  expect(reading).toMatchObject({ state: 'failed', code: 'garbage' });
  expect(JSON.stringify(reading)).not.toContain('secret');
});

test('a refusal comes with its code, its hint and its whole answer', async () => {
  const agent = await startAgent();
  const body = {
    error: 'device is held by /mnt/usb',
    code: 'E_DEVICE_HELD',
    hint: 'umount /mnt/usb',
    more: { holder: 'mount' },
  };
  agent.answer({ runOperation: () => ({ status: 423, refused: body }) });
  const { call } = await open();
  const id = 'op_0123456789abcdef01234567';
  expect(await failureOf(call('runOperation', { params: { id }, body: { confirm: 'A' } }))).toMatchObject({
    kind: 'refused',
    message: body.error,
    code: body.code,
    hint: body.hint,
    answer: body,
  });
  // Who asks is said where the route has a place for it.
  expect(agent.asked.at(-1)).toMatchObject({ params: { id }, body: { confirm: 'A', name: 'viktor' } });
});

test('what is not there is not found', async () => {
  const agent = await startAgent();
  agent.answer({ operation: () => ({ status: 404, refused: { error: 'no such', code: 'E_NO_SUCH' } }) });
  const { call } = await open();
  const asked = call('operation', { params: { id: 'op_0123456789abcdef01234567' } });
  expect(await failureOf(asked)).toMatchObject({ kind: 'not-found', code: 'E_NO_SUCH' });
});

test('a connection that the agent closed meanwhile is opened anew for a question, not for a change', async () => {
  const agent = await startAgent();
  const { call } = await open();
  await call('healthz');
  let asked = 0;
  agent.answer({
    healthz: (_asked, response) => {
      asked += 1;
      if (asked > 1) return { status: 'ok' as const, version: '1' };
      response.socket?.destroy();
      return undefined;
    },
    resetClock: (_asked, response) => {
      asked += 1;
      response.socket?.destroy();
      return undefined;
    },
  });
  expect(await call('healthz')).toEqual({ status: 'ok', version: '1' });
  asked = 0;
  expect(await failureOf(call('resetClock'))).toMatchObject({ kind: 'unreachable', code: 'no-answer' });
  expect(asked).toBe(1);
});

test.each([
  ['nothing', async () => undefined, { code: 'no-answer', message: 'ENOENT' }],
  ['a plain file', async () => writeFile(socketPath(), 'x'), { code: 'no-answer', message: 'ECONNREFUSED' }],
  [
    'somebody who speaks otherwise',
    async () => startOther((socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n')),
    { code: 'garbage' },
  ],
  [
    'a page of HTML',
    async () => startOther((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>')),
    { code: 'garbage' },
  ],
  [
    'an error that is none of an agent',
    async () => startOther((socket) => socket.end('HTTP/1.1 502 Bad\r\ncontent-length: 3\r\n\r\nbad')),
    { code: 'garbage', message: 'HTTP status 502' },
  ],
  [
    'an answer that breaks off',
    async () => startOther((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{')),
    { code: 'no-answer' },
  ],
  ['somebody who closes', async () => startOther((socket) => socket.destroy()), { code: 'no-answer' }],
])('%s at its place is an agent that cannot be reached', async (_what, stand, wanted) => {
  await stand();
  expect(await failureOf(open())).toMatchObject({ kind: 'unreachable', ...wanted });
});

test.each([
  ['who says nothing', () => undefined],
  [
    'who drips',
    (socket: Socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n');
      const timer = setInterval(() => socket.write(' '), 50);
      socket.on('close', () => clearInterval(timer));
    },
  ],
  [
    'who drips headers',
    (socket: Socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket.write('x: y\r\n'), 50);
      socket.on('close', () => clearInterval(timer));
    },
  ],
])('somebody %s is given up in time', async (_what, onData) => {
  await startOther(onData);
  const started = performance.now();
  expect(await failureOf(open())).toMatchObject({ kind: 'unreachable', code: 'timeout' });
  expect(performance.now() - started).toBeLessThan(6000);
});

test('an answer of 4 GiB is given up early, and is not kept', async () => {
  let sent = 0;
  await startOther((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${4 * 1024 ** 3}\r\n\r\n`);
    const chunk = Buffer.alloc(1024 * 1024, 0x20);
    const more = () => {
      while (!socket.destroyed && socket.write(chunk)) sent += chunk.length;
    };
    socket.on('drain', () => {
      sent += chunk.length;
      more();
    });
    more();
  });
  const before = process.memoryUsage().rss;
  expect(await failureOf(open())).toMatchObject({ kind: 'unreachable', code: 'too-large' });
  expect(sent).toBeLessThan(64 * 1024 * 1024);
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
});

test('who gives up stops waiting, and the agent sees the connection end', async () => {
  let ended = false;
  await startOther((socket) => void socket.on('close', () => (ended = true)));
  expect(await failureOf(open(AbortSignal.timeout(100)))).toMatchObject({ kind: 'unreachable' });
  await expect.poll(() => ended).toBe(true);
});
