// What the controller's API answers, what it asks the parts behind it for, and what stands in the ledger
// before anything is done.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ActionableError } from '../../../src/base/errors.ts';
import { EngineError } from '../../../src/clients/engine.ts';
import { PENDING_SIGNATURE } from '../../../src/contracts/api-error.ts';
import { ask, post } from './ask-api.ts';
import { baseTold, idOf, serviceTold } from '../example-base.ts';
import { NOTHING_TO_DO, START_TRAEFIK } from './small-parts.ts';
import { startApi, type StartedApi } from './start-api.ts';

const recordsOf = async ({ ledger }: StartedApi) =>
  (await ledger.verify()).records.map(({ what, by, subject, detail }) => ({ what, by, subject, detail }));

test('health is open, and says which issue is the worst', async () => {
  const api = await startApi();
  const issue = {
    code: 'protected-not-running',
    level: 'fail' as const,
    subject: 'traefik',
    text: 'Protected container not running: traefik',
    since: 1,
    count: 2,
    hint: null,
    heals_itself: true,
  };
  api.state.base = baseTold({ status: 'fail', issues: [issue] });
  const { status, json } = await ask(api, { path: '/api/health', token: '' });
  expect({ status, json }).toMatchObject({
    status: 200,
    json: { ok: true, data: { status: 'fail', issues: [issue], version: '0.0.0-test' } },
  });
});

test('what was written into controller.yaml a moment ago is in the plan', async () => {
  const api = await startApi();
  api.state.planOnDisk = { ...NOTHING_TO_DO, steps: [START_TRAEFIK] };
  const { json } = await ask(api, { path: '/api/base/plan' });
  expect(json).toMatchObject({ data: { steps: [{ kind: 'start' }] } });
  const { json: applied } = await post(api, '/api/base/apply', {});
  expect(applied).toMatchObject({ data: { applied: [{ kind: 'start' }] } });
});

test('the plan is told with its causes, and nothing is done', async () => {
  const api = await startApi();
  const held = { subject: 'cloudflared', why: 'back-off after 3 failures', until: 5 };
  api.state.plan = { ...NOTHING_TO_DO, steps: [START_TRAEFIK], held: [held] };
  const { json } = await ask(api, { path: '/api/base/plan' });
  expect(json).toMatchObject({
    ok: true,
    data: {
      steps: [{ kind: 'start', subject: 'traefik', cause: 'exited with code 137 2 s ago' }],
      held: [held],
      blocked: null,
    },
  });
  expect(api.asked).toEqual([]);
  expect(await recordsOf(api)).toEqual([]);
});

test('who applied it, by which door and under which name, is handed on for the ledger', async () => {
  const api = await startApi();
  api.state.plan = { ...NOTHING_TO_DO, steps: [START_TRAEFIK] };
  const { json } = await post(api, '/api/base/apply', { name: 'anna' });
  expect(json).toMatchObject({ ok: true, data: { applied: [{ kind: 'start', subject: 'traefik' }] } });
  await post(api, '/api/base/apply', {}, { door: 'http' });
  expect(api.asked).toEqual([
    { apply: { door: 'socket', vmid: null, name: 'anna' } },
    { apply: { door: 'token', vmid: null, name: null } },
  ]);
});

test('without a ledger that can be written the agent is not asked for a format', async () => {
  const api = await startApi();
  mkdirSync(join(api.folder, 'ledger'));
  const answer = await post(api, '/api/disks/format', { device: '/dev/sdb', fstype: 'ext4' });
  expect(answer).toMatchObject({ status: 503, json: { ok: false, code: 'E_STORE' } });
  expect(api.asked).toEqual([]);
});

test('a pause has a reason, an end within a day, and the typed name of the service', async () => {
  const api = await startApi();
  const path = '/api/base/traefik/pause';
  const whole = { reason: 'certificates are being moved', minutes: 30, confirm: 'traefik', name: 'anna' };
  for (const [body, code] of [
    [{ ...whole, confirm: undefined }, 'E_WORD'],
    [{ ...whole, confirm: 'cloudflared' }, 'E_WORD'],
    [{ ...whole, reason: '  x ' }, 'E_BAD_REQUEST'],
    [{ ...whole, reason: undefined }, 'E_BAD_REQUEST'],
    [{ ...whole, minutes: 0 }, 'E_BAD_REQUEST'],
    [{ ...whole, minutes: 1441 }, 'E_BAD_REQUEST'],
    [{ ...whole, minutes: 1.5 }, 'E_BAD_REQUEST'],
  ] as const) {
    expect((await post(api, path, body)).json).toMatchObject({ ok: false, code });
  }
  expect((await post(api, '/api/base/app/pause', { ...whole, confirm: 'app' })).json).toMatchObject({
    code: 'E_NO_SUCH',
  });
  expect(api.asked).toEqual([]);
  expect((await post(api, path, whole)).status).toBe(200);
  expect(api.asked).toMatchObject([{ pause: 'traefik', reason: whole.reason, by: { name: 'anna' } }]);
  const [asked] = api.asked;
  const { from, until } = { from: 0, until: 0, ...Object(asked) };
  expect(until - from).toBe(30 * 60_000);
});

test.each(['stop', 'restart'])('a protected container is not to be had by a slip: %s', async (deed) => {
  const api = await startApi();
  const id = idOf('traefik');
  for (const name of ['traefik', id, id.slice(0, 12)]) {
    for (const confirm of [undefined, '', 'app', id]) {
      const { status, json } = await post(api, `/api/containers/${name}/${deed}`, { confirm });
      expect({ name, status, code: json['code'] }).toEqual({ name, status: 422, code: 'E_WORD' });
    }
  }
  expect(api.asked).toEqual([]);
  expect((await post(api, `/api/containers/${id}/${deed}`, { confirm: 'traefik' })).status).toBe(200);
  expect((await post(api, `/api/containers/app/${deed}`, {})).status).toBe(200);
  const by = { door: 'socket', vmid: null, name: null };
  expect(api.asked).toEqual([
    { [deed]: 'traefik', by },
    { [deed]: 'app', by },
  ]);
});

test('what is not ours, is not there, or Docker does not do is refused with its code', async () => {
  const api = await startApi();
  expect(await post(api, '/api/containers/foreign/restart', {})).toMatchObject({
    status: 403,
    json: { code: 'E_NOT_OURS' },
  });
  expect(await post(api, '/api/containers/nothing/start', {})).toMatchObject({
    status: 404,
    json: { code: 'E_NO_SUCH' },
  });
  api.state.plan = new EngineError('unreachable', 'connect ENOENT /run/docker.sock');
  for (const answer of [await ask(api, { path: '/api/base/plan' }), await post(api, '/api/base/apply', {})]) {
    expect(answer).toMatchObject({ status: 503, json: { ok: false, code: 'E_DOCKER' } });
    expect(answer.headers['retry-after']).toBeDefined();
  }
});

test('logs are bounded, and the run before is asked for by name', async () => {
  const api = await startApi();
  expect((await ask(api, { path: '/api/containers/app/logs' })).json).toMatchObject({
    data: { lines: ['one', 'two'] },
  });
  await ask(api, { path: '/api/containers/app/logs?tail=7&previous=true' });
  for (const query of ['tail=0', 'tail=5001', 'tail=x', 'previous=yes', 'since=1']) {
    expect((await ask(api, { path: `/api/containers/app/logs?${query}` })).status).toBe(400);
  }
  expect(api.asked).toEqual([
    { log: 'app', tail: 200, previous: false },
    { log: 'app', tail: 7, previous: true },
  ]);
});

const waiting = {
  formatted: false,
  data_bearing: true,
  reason: 'device is mounted',
  pending_op: {
    op: 'storage_wipe',
    host_scope: 'demo-felhom-01',
    durable_id: 'byid:wwn-1',
    fstype: 'ext4',
    id: 'op_1',
  },
  error: PENDING_SIGNATURE,
  code: 'E_PENDING_SIGNATURE',
  more: 'of a newer agent',
};
const refused = (code: string, answer: unknown = { error: 'no', code }) =>
  new ActionableError('refused', 'no', { code, answer });

test.each([
  ['waits for a signature', refused('E_PENDING_SIGNATURE', waiting), 409, 'E_PENDING_SIGNATURE'],
  ['says 403 without an operation', refused('E_PENDING_SIGNATURE'), 403, 'E_PENDING_SIGNATURE'],
  [
    'says 403 with half an operation',
    refused('E_PENDING_SIGNATURE', { ...waiting, pending_op: { op: 'storage_wipe' } }),
    403,
    'E_PENDING_SIGNATURE',
  ],
  ['forbids', refused('E_FORBIDDEN', { ...waiting, code: 'E_FORBIDDEN' }), 403, 'E_FORBIDDEN'],
  ['bars the device', refused('E_DEVICE_BARRED'), 422, 'E_DEVICE_BARRED'],
  ['is busy with it', refused('E_DEVICE_BUSY'), 423, 'E_DEVICE_BUSY'],
  [
    'knows no such device',
    new ActionableError('not-found', 'no', { code: 'E_DEVICE_UNKNOWN' }),
    422,
    'E_DEVICE_UNKNOWN',
  ],
  ['is asked too often', refused('E_RATE'), 429, 'E_RATE'],
  ['does not know this guest', refused('E_TOKEN'), 502, 'E_AGENT'],
  ['is newer', refused('E_NEWER'), 502, 'E_AGENT'],
  ['is silent', new ActionableError('unreachable', 'ECONNREFUSED', { code: 'no-answer' }), 502, 'E_AGENT'],
])('when the agent %s, that is what the caller hears', async (_what, error, status, code) => {
  const api = await startApi();
  api.state.agentSays = error;
  const answer = await post(api, '/api/disks/format', { device: '/dev/sdb', fstype: 'ext4' });
  expect(answer).toMatchObject({ status, json: { ok: false, code } });
  const { ok: _ok, error: _error, code: _code, hint: _hint, ...more } = answer.json;
  const { error: _said, code: _same, ...handedOn } = waiting;
  expect(more).toEqual(status === 409 ? handedOn : {});
  expect(api.asked).toEqual([{ format: { device: '/dev/sdb', fstype: 'ext4' } }]);
  expect(await recordsOf(api)).toMatchObject([
    { what: 'disk.format-asked', subject: '/dev/sdb', detail: { fstype: 'ext4' } },
  ]);
});

test('the ledger is told page by page, and that it was changed', async () => {
  const api = await startApi();
  for (const subject of ['a', 'b', 'c'])
    await api.ledger.record({ what: 'x', by: null, subject, detail: {} });
  expect((await ask(api, { path: '/api/ledger?after=1' })).json).toMatchObject({
    data: { count: 3, intact: true, records: [{ n: 2 }, { n: 3 }], anchor: { n: 3 } },
  });
  writeFileSync(join(api.folder, 'ledger'), '{"n":1}\n');
  expect((await ask(api, { path: '/api/ledger' })).json).toMatchObject({ data: { intact: false } });
});

test('services are told as they are, foreign text and all', async () => {
  const api = await startApi();
  const cause = 'exited: \u001B]52;c;x\u0007';
  api.state.base = baseTold({
    services: [serviceTold('traefik', { state: 'back-off', cause, next_try: 9 })],
  });
  expect((await ask(api, { path: '/api/base' })).json).toMatchObject({
    ok: true,
    data: { every_s: 5, base: { services: [{ name: 'traefik', cause, next_try: 9 }] } },
  });
});
