// Who may ask the controller's API, by which names and from where; and clients that are broken, greedy or
// hostile: each gets its answer in the one form of all refusals, and nobody else is harmed.
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { controllerRoutes } from '../../../src/contracts/controller-routes.ts';
import { defaultApiLimits } from '../../../src/controller/api/limits.ts';
import { ask, DOORS, post, say } from './ask-api.ts';
import { makeFolder, startApi, type StartedApi } from './start-api.ts';

const HOST = 'Host: localhost\r\n';
const healthy = async (api: StartedApi) => (await ask(api, { door: 'socket', path: '/api/health' })).status;
const pathOf = (path: string) => path.replace(':service', 'traefik').replace(':id', 'traefik');

test('the socket and the token are for their owner alone, and the token is kept', async () => {
  const folder = makeFolder();
  const api = await startApi({ folder });
  expect(statSync(api.socketPath).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'api-token')).mode & 0o777).toBe(0o600);
  expect(api.token).toMatch(/^felhom_api_[\w-]{43}$/);
  await api.stop();
  expect(existsSync(api.socketPath)).toBe(false);
  expect((await startApi({ folder })).token).toBe(api.token);
});

test('a token that others can read is none any more: the API does not open', async () => {
  const folder = makeFolder();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'api-token'), 'known-to-everybody\n', { mode: 0o600 });
  chmodSync(join(folder, 'api-token'), 0o644);
  await expect(startApi({ folder })).rejects.toThrow(/api-token/);
  expect(existsSync(join(folder, 'controller.sock'))).toBe(false);
});

test('by HTTP everything but health needs the token; by the socket nothing does', async () => {
  const often = { perS: 1e6, burst: 1e6 };
  const rates = { ...defaultApiLimits.rates, wrongToken: often, connections: often, address: often };
  const api = await startApi({ limits: { rates } });
  for (const { method, path, open, kind } of Object.values(controllerRoutes)) {
    const asked = { method, path: pathOf(path), ...(method === 'POST' ? { body: {} } : {}) };
    for (const token of ['', 'wrong', api.token.slice(0, -1), `${api.token}x`]) {
      const { status, json } = await ask(api, { ...asked, token });
      expect({ path, status }).toEqual({ path, status: open ? 200 : 401 });
      expect(json).toMatchObject(open ? { ok: true } : { ok: false, code: 'E_TOKEN' });
    }
    if (kind === 'events') continue;
    for (const door of DOORS) expect((await ask(api, { ...asked, door })).status).not.toBe(401);
  }
  expect(api.logged.join('')).not.toContain(api.token);
});

test('who tries tokens is slowed down, and who has the right one is not', async () => {
  const slow = { ...defaultApiLimits.rates, wrongToken: { perS: 0.1, burst: 3 } };
  const api = await startApi({ limits: { rates: slow } });
  const statuses: number[] = [];
  for (let tries = 0; tries < 5; tries += 1) {
    statuses.push((await ask(api, { path: '/api/base', token: `guess-${tries}` })).status);
  }
  expect(statuses).toEqual([401, 401, 401, 429, 429]);
  expect((await ask(api, { path: '/api/base' })).status).toBe(200);
});

test.each([
  ['localhost', 200],
  ['LOCALHOST:8080', 200],
  ['127.0.0.1', 200],
  ['127.0.0.1:1234', 200],
  ['[::1]:8080', 200],
  ['felhom-controller:8080', 200],
  ['guest-controller', 200],
  ['kovacs', 200],
  ['felhom.kovacs.example.hu', 200],
  ['felhom.kovacs.example.hu:443', 200],
  ['kovacs.example.hu', 404],
  ['felhom.evil.example', 404],
  ['evil.example', 404],
  ['localhost.evil.example', 404],
  ['localhost:8080@evil.example', 404],
  ['localhost:', 404],
  ['localhost:123456', 404],
  ['localhost.', 404],
  ['127.0.0.1.nip.example', 404],
  ['127.1', 404],
  ['0.0.0.0', 404],
  ['[::ffff:127.0.0.1]', 404],
  ['::1', 404],
])('the name %j is answered with %i, for health as well', async (host, status) => {
  const api = await startApi();
  for (const path of ['/api/health', '/api/base', '/nothing']) {
    const answer = await ask(api, { path, headers: { host } });
    const isThere = path !== '/nothing';
    const code = status === 404 ? 'E_HOST_NAME' : isThere ? undefined : 'E_NO_ROUTE';
    expect({ status: answer.status, code: answer.json['code'] }).toEqual({
      status: isThere ? status : 404,
      code,
    });
  }
});

test('no name, two names, and a name in the place of the path are none of ours', async () => {
  const api = await startApi();
  const end = 'Connection: close\r\n\r\n';
  for (const request of [
    `GET /api/health HTTP/1.1\r\n${end}`,
    `GET /api/health HTTP/1.1\r\nHost: \r\n${end}`,
    `GET /api/health HTTP/1.1\r\n${HOST}Host: evil.example\r\n${end}`,
    `GET http://evil.example/api/health HTTP/1.1\r\n${HOST}${end}`,
  ]) {
    const answer = await say(api, 'http', request);
    expect({ request, ...answer }).toMatchObject({ ok: false });
    expect([400, 404]).toContain(answer.status);
  }
});

test('until it knows whose guest this is, it answers to the names that every guest has', async () => {
  const api = await startApi();
  api.state.config = null;
  expect((await ask(api, { path: '/api/health', headers: { host: 'kovacs' } })).status).toBe(404);
  expect((await ask(api, { path: '/api/health' })).status).toBe(200);
});

const JSON_KIND = { 'content-type': 'application/json' };
test.each([
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'E_BAD_REQUEST'],
  ['plain text', { 'content-type': 'text/plain' }, 'E_BAD_REQUEST'],
  ['a multipart form', { 'content-type': 'multipart/form-data; boundary=x' }, 'E_BAD_REQUEST'],
  ['JSON by another name', { 'content-type': 'text/plain; application/json' }, 'E_BAD_REQUEST'],
  ['another origin', { ...JSON_KIND, origin: 'https://evil.example' }, 'E_CROSS_SITE'],
  ['a hidden origin', { ...JSON_KIND, origin: 'null' }, 'E_CROSS_SITE'],
  ['our name with more', { ...JSON_KIND, origin: 'http://localhost.evil.example' }, 'E_CROSS_SITE'],
  ['our name on another port', { ...JSON_KIND, origin: 'http://localhost:3000' }, 'E_CROSS_SITE'],
  ['a file', { ...JSON_KIND, origin: 'file://localhost' }, 'E_CROSS_SITE'],
  ['cross-site', { ...JSON_KIND, 'sec-fetch-site': 'cross-site' }, 'E_CROSS_SITE'],
  ['same-site', { ...JSON_KIND, 'sec-fetch-site': 'same-site' }, 'E_CROSS_SITE'],
  [
    'both, and one is wrong',
    { ...JSON_KIND, origin: 'http://localhost', 'sec-fetch-site': 'cross-site' },
    'E_CROSS_SITE',
  ],
  ['the same origin', { ...JSON_KIND, origin: 'http://localhost', 'sec-fetch-site': 'same-origin' }, null],
  ['no browser', JSON_KIND, null],
])('a change with %s', async (_what, headers, code) => {
  const api = await startApi();
  const { json } = await ask(api, { method: 'POST', path: '/api/base/apply', body: '{}', headers });
  expect({ ok: json['ok'], code: json['code'] ?? null }).toEqual({ ok: code === null, code });
  expect(api.asked).toHaveLength(code === null ? 1 : 0);
});

test('a change without a body and without its kind is refused, and no answer speaks of CORS or cookies', async () => {
  const api = await startApi();
  expect((await ask(api, { method: 'POST', path: '/api/base/apply' })).status).toBe(400);
  const preflight = await ask(api, {
    method: 'OPTIONS',
    path: '/api/base/apply',
    headers: {
      ...JSON_KIND,
      origin: 'https://evil.example',
      'access-control-request-method': 'POST',
    },
  });
  expect(preflight.status).toBe(403);
  const named = Object.keys({
    ...preflight.headers,
    ...(await ask(api, { path: '/api/health', headers: { origin: 'https://evil.example' } })).headers,
  });
  expect(named.filter((name) => /^access-control|cookie/.test(name))).toEqual([]);
});

test.each(DOORS)('what is no HTTP is told so at the door %s', async (door) => {
  const api = await startApi();
  for (const garbage of [
    'hello\r\n\r\n',
    '\0\x01\x02\x03\r\n\r\n',
    `GET /api/health HTTP/9.9\r\n${HOST}\r\n`,
    `POST /api/base/apply HTTP/1.1\r\n${HOST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`,
  ]) {
    expect({ garbage, ...(await say(api, door, garbage)) }).toMatchObject({
      ok: false,
      status: 400,
      code: 'E_BAD_REQUEST',
    });
  }
  expect(await healthy(api)).toBe(200);
});

test.each(DOORS)('too much is refused at the door %s: headers, a body, announced or not', async (door) => {
  const api = await startApi();
  const tooLarge = { ok: false, status: 413, code: 'E_TOO_LARGE' };
  const long = `GET /api/health HTTP/1.1\r\n${HOST}X-Long: ${'a'.repeat(20_000)}\r\n\r\n`;
  expect(await say(api, door, long)).toMatchObject(tooLarge);
  const bearer = `Authorization: Bearer ${api.token}\r\n`;
  const head = `POST /api/base/apply HTTP/1.1\r\n${HOST}${bearer}Content-Type: application/json\r\n`;
  expect(await say(api, door, `${head}Content-Length: 999999999\r\n\r\n`)).toMatchObject(tooLarge);
  const chunk = `8000\r\n${' '.repeat(0x8000)}\r\n`;
  expect(await say(api, door, `${head}Transfer-Encoding: chunked\r\n\r\n`, chunk, chunk)).toMatchObject(
    tooLarge,
  );
  // Who shows no token is not listened to at all.
  const stranger = head.replace(bearer, '');
  expect(await say(api, 'http', `${stranger}Content-Length: 999999999\r\n\r\n`)).toMatchObject({
    status: 401,
  });
  expect(api.asked).toEqual([]);
});

test.each(DOORS)(
  'who sends too slowly is ended at the door %s, and others are answered meanwhile',
  async (door) => {
    const api = await startApi({ limits: { headersMs: 400, requestMs: 800 } });
    const slow = say(api, door, 'GET /api/health HTT');
    expect(await healthy(api)).toBe(200);
    expect(await slow).toMatchObject({ ok: false, status: 408, code: 'E_TIMEOUT' });
  },
);

test.each(DOORS)('who connects and says nothing does not stay at the door %s', async (door) => {
  const api = await startApi({ limits: { headersMs: 400, requestMs: 800 } });
  expect(await say(api, door)).toMatchObject({ status: 408 });
});

test('a flood of connections by HTTP leaves the socket open', async () => {
  const connections = { all: 8, socket: 4, http: 6, address: 6 };
  const api = await startApi({ limits: { connections } });
  const sockets = Array.from({ length: 12 }, () =>
    connect(api.port, '127.0.0.1')
      .on('error', () => {})
      .resume(),
  );
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  await expect.poll(async () => healthy(api)).toBe(200);
  expect(
    await ask(api, { path: '/api/health' }).then(
      ({ status }) => status,
      () => 'ended',
    ),
  ).not.toBe(200);
});

test.each([
  ['no JSON', '{', 400],
  ['a list', '[]', 400],
  ['a field that nobody knows', '{"force":true}', 400],
  ['a prototype', '{"__proto__":{"confirm":"traefik"}}', 400],
  ['a name that is too long', JSON.stringify({ name: 'n'.repeat(101) }), 400],
])('a body that is %s stops nothing', async (_what, body, status) => {
  const api = await startApi();
  const answer = await post(api, '/api/containers/traefik/stop', body);
  expect(answer.json).toMatchObject({ ok: false });
  expect(answer.status).toBe(status);
  expect(api.asked).toEqual([]);
});

test('paths that lead elsewhere are nothing here', async () => {
  const api = await startApi();
  for (const path of [
    '/',
    '/api',
    '/api/../etc/passwd',
    '/api/containers/%2e%2e/logs',
    '/api/containers//logs',
    '/%',
    '/api/base/',
  ]) {
    const { status, json } = await ask(api, { path });
    expect({ path, ok: json['ok'] }).toEqual({ path, ok: false });
    expect([400, 404]).toContain(status);
  }
  expect((await ask(api, { method: 'DELETE', path: '/api/base', headers: JSON_KIND })).headers.allow).toBe(
    'GET',
  );
});

test('what fails by a mistake of ours says nothing of it outside, and the log does', async () => {
  const api = await startApi();
  api.state.plan = new TypeError('undefined is not a secret');
  const { status, text } = await ask(api, { path: '/api/base/plan' });
  expect(status).toBe(500);
  expect(text).not.toContain('secret');
  expect(api.logged.join('')).toContain('undefined is not a secret');
});

test('nothing of the token stands in the log', async () => {
  const api = await startApi();
  await ask(api, { path: '/api/base' });
  await ask(api, { path: `/api/${api.token}` });
  await ask(api, { path: `/api/containers/${api.token}/logs` });
  await ask(api, { path: `/api/base/${api.token}/resume`, method: 'POST', body: {} });
  await ask(api, { path: `/api/ledger?after=${api.token}` });
  await ask(api, { path: '/api/base', token: '', headers: { authorization: api.token } });
  await ask(api, { path: '/api/base', token: 'wrong' });
  expect(readFileSync(join(api.folder, 'api-token'), 'utf8')).toContain(api.token);
  const log = api.logged.join('');
  expect(log.match(/E_TOKEN/g)).toHaveLength(2);
  expect(log).toContain('E_NO_ROUTE');
  expect(log).not.toContain(api.token);
});
