// Clients that are broken, greedy or hostile: each gets its answer where HTTP still allows one, in the one
// form that all refusals have, and nobody else is harmed meanwhile.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as tlsConnect } from 'node:tls';
import { expect, test } from 'vitest';
import { defaultLimits } from '../../src/agent/limits.ts';
import { ask, dial, scrapeToken, type Door, type Reachable } from './ask.ts';
import { GENEROUS, GUEST, startTestAgent, STRANGER } from './test-agent.ts';

const DOORS: readonly Door[] = ['root', 'group', 'https'];
const HOST = 'Host: x\r\n';
const bearer = `Authorization: Bearer ${GUEST.secret}\r\n`;
/** Fast, so that tests need not wait for what a person would. */
const hasty = { headersMs: 400, requestMs: 800, handshakeMs: 500 };
const generous = { ...defaultLimits.rates, address: GENEROUS, guest: GENEROUS, group: GENEROUS };

const healthy = async (agent: Reachable) => (await ask(agent, { door: 'root', path: '/healthz' })).status;

/** Status and body of a raw answer. */
function parseRaw(text: string): { status: number; code: unknown } {
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]);
  const body: unknown = JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4));
  return {
    status,
    code: typeof body === 'object' && body !== null && 'code' in body ? body.code : undefined,
  };
}

async function say(agent: Reachable, door: Door, ...pieces: readonly string[]) {
  const connection = await dial(agent, door);
  for (const piece of pieces) connection.socket.write(piece);
  return parseRaw(await connection.ended);
}

test.each(DOORS)('what is no HTTP is told so at the door %s', async (door) => {
  const agent = await startTestAgent();
  for (const garbage of [
    'hello\r\n\r\n',
    '\0\x01\x02\x03\r\n\r\n',
    `GET /healthz HTTP/9.9\r\n${HOST}\r\n`,
    `GET /healthz HTTP/1.1\r\n${HOST}no colon here\r\n\r\n`,
    `POST /disks/scan HTTP/1.1\r\n${HOST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`,
    `POST /disks/scan HTTP/1.1\r\n${HOST}Content-Length: -1\r\n\r\n`,
  ]) {
    expect({ garbage, ...(await say(agent, door, garbage)) }).toMatchObject({
      status: 400,
      code: 'E_BAD_REQUEST',
    });
  }
  expect(await healthy(agent)).toBe(200);
});

test.each(DOORS)('headers without end are refused at the door %s', async (door) => {
  const agent = await startTestAgent();
  const answer = await say(
    agent,
    door,
    `GET /healthz HTTP/1.1\r\n${HOST}X-Long: ${'a'.repeat(20_000)}\r\n\r\n`,
  );
  expect(answer).toEqual({ status: 413, code: 'E_TOO_LARGE' });
});

test.each(DOORS)('a body that is too large is refused at the door %s, announced or not', async (door) => {
  const agent = await startTestAgent();
  const head = `POST /disks/scan HTTP/1.1\r\n${HOST}${bearer}Content-Type: application/json\r\n`;
  expect(await say(agent, door, `${head}Content-Length: 999999999\r\n\r\n`)).toMatchObject({
    code: 'E_TOO_LARGE',
  });
  const chunk = `8000\r\n${' '.repeat(0x8000)}\r\n`;
  expect(await say(agent, door, `${head}Transfer-Encoding: chunked\r\n\r\n`, chunk, chunk, chunk)).toEqual({
    status: 413,
    code: 'E_TOO_LARGE',
  });
  expect(await healthy(agent)).toBe(200);
});

test.each(DOORS)('who sends headers or a body too slowly is ended at the door %s', async (door) => {
  const agent = await startTestAgent({ limits: hasty });
  expect(await say(agent, door, 'GET /healthz HTT')).toEqual({ status: 408, code: 'E_TIMEOUT' });
  const head = `POST /disks/scan HTTP/1.1\r\n${HOST}${bearer}Content-Type: application/json\r\nContent-Length: 20\r\n\r\n`;
  expect(await say(agent, door, head, '{"dev')).toEqual({ status: 408, code: 'E_TIMEOUT' });
});

test('a TLS handshake that does not come is not waited for', async () => {
  const agent = await startTestAgent({ limits: hasty });
  const silent = connect(agent.port ?? 0, '127.0.0.1');
  const start = performance.now();
  await new Promise((resolve) =>
    silent
      .once('close', resolve)
      .resume()
      .on('error', () => {}),
  );
  expect(performance.now() - start).toBeLessThan(5000);
});

test('an older TLS is not spoken, and no session is resumed', async () => {
  const agent = await startTestAgent();
  const to = { host: '127.0.0.1', port: agent.port, rejectUnauthorized: false } as const;
  const old = tlsConnect({ ...to, maxVersion: 'TLSv1.2' });
  await expect(
    new Promise((resolve, reject) => old.once('secureConnect', resolve).once('error', reject)),
  ).rejects.toThrow(/protocol version/);

  const sessions: Buffer[] = [];
  const once = async (session?: Buffer) =>
    new Promise<boolean>((resolve, reject) => {
      const socket = tlsConnect({ ...to, ...(session === undefined ? {} : { session }) });
      socket.on('session', (ticket) => sessions.push(ticket));
      socket.once('error', reject);
      socket.once('secureConnect', () => {
        const reused = socket.isSessionReused();
        socket.end(`GET /healthz HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`);
        socket.resume().once('close', () => resolve(reused));
      });
    });
  await once();
  for (const session of sessions.slice()) expect(await once(session)).toBe(false);
});

test.each(DOORS)('a client that closes its half gets its answer at the door %s', async (door) => {
  const agent = await startTestAgent({ limits: { rates: generous } });
  const connection = await dial(agent, door);
  connection.socket.end(`GET /host/metrics HTTP/1.1\r\n${HOST}${bearer}Connection: close\r\n\r\n`);
  expect(await connection.ended).toMatch(/^HTTP\/1\.1 200 /);
});

test.each(DOORS)(
  'requests sent in one piece are all answered, in their order, at the door %s',
  async (door) => {
    const agent = await startTestAgent({ limits: { rates: generous } });
    const connection = await dial(agent, door);
    const paths = Array.from({ length: 100 }, (_, n) => (n % 2 === 0 ? '/healthz' : '/nowhere'));
    const requests = paths.map(
      (path, n) => `GET ${path} HTTP/1.1\r\n${HOST}${bearer}${n === 99 ? 'Connection: close\r\n' : ''}\r\n`,
    );
    connection.socket.write(requests.join(''));
    const statuses = [...(await connection.ended).matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
    expect(statuses).toEqual(paths.map((path) => (path === '/healthz' ? '200' : '404')));
  },
);

test.each(DOORS)('who asks and does not read is cut off at the door %s', async (door) => {
  const agent = await startTestAgent({ limits: { rates: generous, stalledMs: 700 } });
  const connection = await dial(agent, door);
  connection.socket.pause();
  const cut: string[] = [];
  connection.socket.once('error', () => cut.push('error')).once('close', () => cut.push('close'));
  // More answers than the kernel keeps for both ends.
  connection.socket.write(`GET /disks HTTP/1.1\r\n${HOST}${bearer}\r\n`.repeat(5000));
  // Whoever does not read notices only when it writes.
  for (let tries = 0; tries < 200 && cut.length === 0; tries += 1) {
    await sleep(100);
    connection.socket.write('GET ');
  }
  expect(cut).not.toEqual([]);
  expect(await healthy(agent)).toBe(200);
});

test('a flood of refusals does not fill the log, and it says how many it left out', async () => {
  const rates = { ...generous, refusalLines: { perS: 2, burst: 5 } };
  const agent = await startTestAgent({ limits: { rates } });
  for (let n = 0; n < 50; n += 1) await ask(agent, { door: 'root', path: '/nowhere' });
  await sleep(600);
  await ask(agent, { door: 'root', path: '/nowhere' });
  const lines = agent.logged.filter((line) => line.includes('request refused'));
  expect(lines.length).toBeLessThan(10);
  expect(lines.at(-1)).toMatch(/"untold":4\d/);
});

test('a flood of requests that fail does not fill the log either, and hides no refusal', async () => {
  const rates = { ...generous, refusalLines: { perS: 0.001, burst: 5 } };
  const agent = await startTestAgent({ limits: { rates } });
  for (let n = 0; n < 20; n += 1) {
    expect((await ask(agent, { path: '/operations', token: GUEST.secret })).status).toBe(503);
  }
  await ask(agent, { path: '/nothing', token: GUEST.secret });
  const lines = (what: string) => agent.logged.filter((line) => line.includes(what)).length;
  expect(lines('request failed')).toBe(5);
  expect(lines('request refused')).toBe(1);
});

test('a body that is left unread is never taken for the next request', async () => {
  const agent = await startTestAgent();
  const inner = `GET /healthz HTTP/1.1\r\n${HOST}\r\n`;
  const connection = await dial(agent, 'https');
  connection.socket.write(
    `POST /tokens HTTP/1.1\r\n${HOST}${bearer}Content-Type: application/json\r\nContent-Length: ${inner.length + 50}\r\n\r\n${inner}`,
  );
  await sleep(200);
  connection.socket.end();
  const text = await connection.ended;
  expect([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['403']);
});

test.each([
  ['an unknown path', { path: '/nothing' }, 404, 'E_NO_ROUTE'],
  ['a path with a slash too many', { path: '/healthz/' }, 404, 'E_NO_ROUTE'],
  ['another method', { path: '/storage', method: 'DELETE' }, 405, 'E_METHOD'],
  ['a method that HTTP hardly knows', { path: '/healthz', method: 'PROPFIND' }, 405, 'E_METHOD'],
  ['HEAD', { path: '/healthz', method: 'HEAD' }, 405, undefined],
  ['a path that is no URL', { path: '/operations/%E0%A4%A' }, 400, 'E_BAD_REQUEST'],
  ['an id that is none', { path: '/operations/op_../../etc/passwd' }, 404, 'E_NO_ROUTE'],
  ['an id of another form', { path: '/operations/op_1' }, 400, 'E_BAD_REQUEST'],
  ['a subject that is none', { path: '/facts/__proto__' }, 400, 'E_BAD_REQUEST'],
  ['a query that no schema names', { path: '/storage?a=1' }, 400, 'E_BAD_REQUEST'],
  ['a query twice', { path: '/events?subjects=disks&subjects=disks' }, 400, 'E_BAD_REQUEST'],
  [
    'a body that is no JSON',
    { path: '/disks/scan', method: 'POST', body: '{"device":' },
    400,
    'E_BAD_REQUEST',
  ],
  ['a body that is no object', { path: '/disks/scan', method: 'POST', body: '[1]' }, 400, 'E_BAD_REQUEST'],
  [
    'a body with a field too many',
    { path: '/disks/scan', method: 'POST', body: { device: 'a', b: 1 } },
    400,
    'E_BAD_REQUEST',
  ],
  [
    'a body of another kind',
    { path: '/disks/scan', method: 'POST', body: 'device=a', headers: { 'content-type': 'text/plain' } },
    400,
    'E_BAD_REQUEST',
  ],
  ['no body', { path: '/disks/scan', method: 'POST' }, 400, 'E_BAD_REQUEST'],
  [
    'bytes that are no UTF-8',
    { path: '/disks/scan', method: 'POST', body: '{"device":"\ud800"}' },
    422,
    'E_DEVICE_UNKNOWN',
  ],
] as const)('%s is refused in the one form', async (_title, asked, status, code) => {
  const agent = await startTestAgent();
  const answer = await ask(agent, { door: 'root', ...asked });
  expect(answer.status).toBe(status);
  if (code === undefined) return;
  expect(answer.json).toMatchObject({ code, error: expect.any(String) });
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
});

test('a method that a path does not take is told which it does', async () => {
  const agent = await startTestAgent();
  const answer = await ask(agent, { door: 'root', path: '/tokens', method: 'PUT' });
  expect(answer.headers['allow']).toBe('GET, POST');
});

test('a guest that asks too often is told when to come again, and another guest is served', async () => {
  const rates = { ...generous, guest: { perS: 1, burst: 5 } };
  const agent = await startTestAgent({ limits: { rates } });
  const statuses: number[] = [];
  for (let n = 0; n < 8; n += 1)
    statuses.push((await ask(agent, { path: '/disks', token: GUEST.secret })).status);
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
  const refused = await ask(agent, { path: '/disks', token: GUEST.secret });
  expect(refused).toMatchObject({ json: { code: 'E_RATE' } });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect((await ask(agent, { path: '/disks', token: STRANGER.secret })).status).toBe(200);
});

test('wrong tokens are slowed down and then refused, and a right one from the same place still works', async () => {
  const agent = await startTestAgent({ limits: { wrongTokenMs: 50 } });
  const start = performance.now();
  const first = await ask(agent, { path: '/disks', token: 'guess' });
  expect(first).toMatchObject({ status: 401, json: { code: 'E_TOKEN' } });
  expect(performance.now() - start).toBeGreaterThan(49);
  const statuses = await Promise.all(
    Array.from(
      { length: 30 },
      async (_, n) => (await ask(agent, { path: '/disks', token: `guess${n}` })).status,
    ),
  );
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(20);
  expect((await ask(agent, { path: '/disks', token: GUEST.secret })).status).toBe(200);
});

test('a flood of connections leaves room for others, and for root always', async () => {
  const connections = { all: 20, root: 10, group: 10, https: 12, address: 6 };
  const agent = await startTestAgent({ limits: { connections } });
  const flood = await Promise.all(
    Array.from({ length: 6 }, async () => dial(agent, 'https').catch(() => undefined)),
  );
  await expect(dial(agent, 'https')).rejects.toThrow(/disconnected|ECONNRESET|hang up/);
  const group = await Promise.all(Array.from({ length: 14 }, async () => dial(agent, 'group')));
  // The last of them were told why.
  const told = await Promise.race(group.slice(10).map(async ({ ended }) => ended));
  expect(parseRaw(told)).toEqual({ status: 503, code: 'E_NOT_READY' });
  expect(await healthy(agent)).toBe(200);
  for (const one of [...flood, ...group]) one?.socket.destroy();
  await sleep(100);
  expect((await ask(agent, { path: '/healthz' })).status).toBe(200);
});

test('who connects too fast is turned away before it costs a handshake, and gets in again later', async () => {
  const rates = { ...generous, connections: { perS: 5, burst: 5 } };
  const agent = await startTestAgent({ limits: { rates } });
  const dials = await Promise.all(
    Array.from({ length: 20 }, async () =>
      dial(agent, 'https').then(
        () => 'in',
        () => 'away',
      ),
    ),
  );
  expect(dials.filter((one) => one === 'in').length).toBeLessThan(12);
  await sleep(1000);
  expect((await ask(agent, { path: '/healthz' })).status).toBe(200);
  expect(await healthy(agent)).toBe(200);
});

test('a token is in no answer and in no line of the log, however it is sent', async () => {
  const agent = await startTestAgent();
  const secret = 'felhom_9200_abcdefghijklmnopqrstuvwxyz0123456789';
  agent.tokens.set(secret, { vmid: 9200, id: 't-long' });
  const answers = [
    await ask(agent, { path: '/disks', token: secret }),
    await ask(agent, { path: '/tokens', token: secret }),
    await ask(agent, { path: `/nowhere/${secret}`, token: secret }),
    await ask(agent, { path: `/operations/${secret}`, token: secret }),
    await ask(agent, { path: `/events?subjects=${secret}`, token: secret }),
    await ask(agent, { path: '/disks/scan', method: 'POST', body: `{"token":"${secret}"`, token: secret }),
    await ask(agent, { path: '/disks', headers: { authorization: secret } }),
    await ask(agent, { path: '/metrics', token: scrapeToken(agent) }),
  ];
  expect(
    await say(agent, 'https', `GET / HTTP/1.1\r\nAuthorization: Bearer ${secret}\r\nbroken\r\n\r\n`),
  ).toBeTruthy();
  const log = agent.logged.join('');
  expect(log.length).toBeGreaterThan(500);
  expect(log).not.toContain(secret);
  // What a caller asks for by name is told back to that caller only.
  expect(answers.filter(({ text }) => text.includes(secret)).map(({ status }) => status)).toEqual([400]);
});

test.each([
  ['a path that is no URL', 'GET /facts/%zz HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['an expectation that nobody knows', 'GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: cake\r\n\r\n'],
])('%s is counted like any other request, and answered in the same form', async (_what, request) => {
  const rates = { ...defaultLimits.rates, address: { perS: 0.001, burst: 3 } };
  const agent = await startTestAgent({ limits: { rates } });
  const { socket, received } = await dial(agent, 'https');
  socket.write(request.repeat(5));
  await sleep(500);
  socket.destroy();
  expect(received().match(/"code":"E_RATE"/g)).toHaveLength(2);
});

test('a guest that asks for work without end is slowed down, whatever tokens it has, and another one is not', async () => {
  const agent = await startTestAgent();
  agent.tokens.set('second-secret-of-9200', { vmid: GUEST.vmid, id: 't-second' });
  const format = async (token: string) =>
    (
      await ask(agent, {
        method: 'POST',
        path: '/disks/format',
        body: { device: '/dev/x', fstype: 'ext4' },
        token,
      })
    ).status;
  const statuses: number[] = [];
  for (let n = 0; n < 30; n += 1) {
    statuses.push(await format(GUEST.secret), await format('second-secret-of-9200'));
  }
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(20);
  expect(await format(STRANGER.secret)).toBe(503);
  expect((await ask(agent, { path: '/agent', token: GUEST.secret })).status).toBe(200);
});
