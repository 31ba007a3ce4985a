// The agent over HTTPS: the pinned certificate decides, before anything of a request leaves.
import { createServer as createTcpServer } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { openAgentSource, type AgentSource } from '../../src/clients/agent.ts';
import { ACKNOWLEDGE_HEADER } from '../../src/contracts/routes.ts';
import type { Connection } from '../../src/contracts/source.ts';
import { startBareAgent, type BareAgent } from './bare-agent.ts';
import { makeCertificate, type Certificate } from './certificate.ts';
import { collect } from './collect.ts';
import { DEVICE } from './flagged-device.ts';

const TOKEN = 'felhom_9200_not-a-real-token';
const never = new AbortController().signal;
let first: Certificate;
let second: Certificate;
let third: Certificate;
let closers: (() => unknown)[] = [];

beforeAll(() => {
  [first, second, third] = [makeCertificate(), makeCertificate(), makeCertificate()];
});
afterEach(async () => {
  for (const close of closers.toReversed()) await close();
  closers = [];
});

const startAgent = async (): Promise<BareAgent> => {
  const agent = await startBareAgent({
    at: { port: 0, certificate: first },
    intervals: { disks: 5, disk_flags: 5, operations: 1, guests: 10 },
  });
  closers.push(agent.stop);
  return agent;
};
const open = async (
  port: number,
  fingerprint: string,
  keepFingerprint?: (fingerprint: string) => Promise<void>,
): Promise<AgentSource> => {
  const source = await openAgentSource({
    address: { kind: 'https', endpoint: `127.0.0.1:${port}`, fingerprint, token: TOKEN },
    random: () => 0,
    ...(keepFingerprint === undefined ? {} : { keepFingerprint }),
  });
  closers.push(source.close);
  return source;
};
const failureOf = async (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
/** TLS on the loopback that keeps what it hears inside. */
const startTls = async (options: Certificate & { maxVersion?: 'TLSv1.2' }) => {
  const heard: Buffer[] = [];
  const server: Server = createServer(options, (socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => heard.push(chunk));
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => void server.close());
  const address: AddressInfo | string | null = server.address();
  return { heard, port: typeof address === 'object' && address !== null ? address.port : 0 };
};

test('with the pinned certificate the token goes along; colons and capitals do not matter', async () => {
  const agent = await startAgent();
  await open(agent.port, first.fingerprint.toUpperCase().replaceAll(/(..)(?=.)/g, '$1:'));
  expect(agent.asked.map(({ route }) => route)).toEqual(['agent', 'storage']);
  for (const { headers } of agent.asked) expect(headers.authorization).toBe(`Bearer ${TOKEN}`);
});

test('another certificate is refused before a byte of the request has left, and both are named', async () => {
  const { heard, port } = await startTls(second);
  const error = await failureOf(open(port, first.fingerprint));
  expect(error).toMatchObject({ kind: 'unreachable', code: 'certificate' });
  expect(String(error)).toContain(first.fingerprint.slice(0, 16));
  expect(String(error)).toContain(second.fingerprint.slice(0, 16));
  expect(String(error)).not.toContain(TOKEN);
  await new Promise((resolve) => {
    setTimeout(resolve, 100);
  });
  expect(Buffer.concat(heard).toString()).toBe('');
});

test.each(['', 'ab', 'g'.repeat(64)])('a pin that is none (%j) accepts nothing', async (pin) => {
  const { heard, port } = await startTls(first);
  expect(await failureOf(open(port, pin))).toMatchObject({ code: 'certificate' });
  expect(heard).toEqual([]);
});

test('nothing older than TLS 1.3 is spoken, even with the right certificate', async () => {
  const { heard, port } = await startTls({ ...first, maxVersion: 'TLSv1.2' });
  expect(await failureOf(open(port, first.fingerprint))).toMatchObject({ kind: 'unreachable' });
  expect(heard).toEqual([]);
});

test('a server without TLS hears no token', async () => {
  let heard = '';
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  expect(await failureOf(open(port, first.fingerprint))).toMatchObject({ kind: 'unreachable' });
  expect(heard).not.toBe('');
  expect(heard).not.toContain(TOKEN);
});

test('a token that is not valid is refused with the code', async () => {
  const agent = await startAgent();
  agent.answer({ agent: () => ({ status: 401, refused: { error: 'no valid token', code: 'E_TOKEN' } }) });
  expect(await failureOf(open(agent.port, first.fingerprint))).toMatchObject({
    kind: 'refused',
    code: 'E_TOKEN',
  });
});

test('a certificate that was announced goes on after the switch; one that was not is refused and said', async () => {
  const agent = await startAgent();
  agent.answer({
    storage: () => ({ ...STORAGE, next_fingerprint: second.fingerprint }),
  });
  const source = await open(agent.port, first.fingerprint);
  const heard = collect(source);
  closers.push(heard.stop);
  await expect.poll(() => heard.connection()?.state).toBe('connected');

  agent.answer({ storage: () => STORAGE });
  agent.certificate(second);
  await expect.poll(() => heard.connection()?.state).toBe('lost');
  await expect.poll(() => heard.connection()?.state, { timeout: 5000 }).toBe('connected');
  expect(await source.call('healthz')).toMatchObject({ status: 'ok' });

  agent.certificate(third);
  await expect.poll(() => heard.connection()?.state, { timeout: 8000 }).toBe('refused');
  const refused: Connection | undefined = heard.connection();
  const reason = refused?.state === 'refused' ? refused.reason : '';
  for (const { fingerprint } of [first, second, third]) expect(reason).toContain(fingerprint.slice(0, 16));
  agent.certificate(second);
  await expect.poll(() => heard.connection()?.state, { timeout: 20_000 }).toBe('connected');
});

test('an agent that was refused is trusted once its new certificate and token are known', async () => {
  const agent = await startAgent();
  const known = { fingerprint: first.fingerprint, token: TOKEN };
  const address = () => ({ kind: 'https', endpoint: `127.0.0.1:${agent.port}`, ...known }) as const;
  const source = await openAgentSource({
    address: address(),
    readdress: async () => Promise.resolve(address()),
    random: () => 0,
  });
  closers.push(source.close);
  const heard = collect(source);
  closers.push(heard.stop);
  await expect.poll(() => heard.connection()?.state).toBe('connected');
  agent.certificate(second);
  await expect.poll(() => heard.connection()?.state, { timeout: 5000 }).toBe('refused');
  known.fingerprint = second.fingerprint;
  known.token = 'felhom_9200_another';
  await expect.poll(() => heard.connection()?.state, { timeout: 8000 }).toBe('connected');
  expect(agent.asked.at(-1)?.headers.authorization).toBe('Bearer felhom_9200_another');
  // The old one is not trusted any more.
  agent.certificate(first);
  await expect.poll(() => heard.connection()?.state, { timeout: 8000 }).toBe('refused');
});

test('who keeps the announced fingerprint for good acknowledges it, others never', async () => {
  const agent = await startAgent();
  agent.answer({ storage: () => ({ ...STORAGE, next_fingerprint: second.fingerprint }) });
  const acknowledged = () => agent.asked.map(({ headers }) => headers[ACKNOWLEDGE_HEADER]).filter(Boolean);
  await (await open(agent.port, first.fingerprint)).call('healthz');
  expect(acknowledged()).toEqual([]);
  await failureOf(
    open(agent.port, first.fingerprint, async () => Promise.reject(new Error('the disk is full'))),
  );
  expect(acknowledged()).toEqual([]);
  const kept: string[] = [];
  const keep = async (fingerprint: string) => Promise.resolve(void kept.push(fingerprint));
  await (await open(agent.port, first.fingerprint, keep)).call('healthz');
  expect(kept).toEqual([second.fingerprint]);
  expect(acknowledged()).toEqual([second.fingerprint, second.fingerprint]);
});

test('a guest reads what its host serves it by the routes that it may use', async () => {
  const agent = await startAgent();
  agent.answer({
    disks: () => ({ at: 42, every_s: 5, devices: [DEVICE] }),
    operations: () => ({ at: 43, every_s: 1, operations: [] }),
    guests: () => ({ at: 44, every_s: 10, guests: [] }),
    facts: () => ({ status: 403, refused: { error: 'not for guests', code: 'E_FORBIDDEN' } }),
  });
  const source = await open(agent.port, first.fingerprint);
  const { data_bearing, verdict, reason, signals, scan, ...device } = DEVICE;
  expect(await source.read('disks', { signal: never })).toMatchObject({
    at: 42,
    value: { devices: [device] },
  });
  expect(await source.read('disk_flags', { signal: never })).toMatchObject({
    value: { flags: [{ name: 'sda', data_bearing, verdict, reason, signals, scan }], allow_loop: false },
  });
  expect(await source.read('operations', { signal: never })).toMatchObject({ value: { operations: [] } });
  expect(await source.read('guests', { signal: never })).toMatchObject({ state: 'ok', at: 44 });
  expect(await source.read('ledger', { signal: never })).toMatchObject({ state: 'absent', code: 'not-here' });
  expect(agent.asked.some(({ route }) => route === 'facts')).toBe(false);
});

const STORAGE = {
  at: 1,
  every_s: 1,
  host_scope: 'demo-felhom-01',
  vmid: 9200,
  storages: [],
  missing: {},
  next_fingerprint: null,
};
