// What a guest and a host see when they look: whole answers of a running agent, by the contract's schemas.
import { totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { failed, ok } from '../../src/contracts/reading.ts';
import { routes } from '../../src/contracts/routes.ts';
import { ask, open, type Asked } from './ask.ts';
import { GUEST, startTestAgent, STRANGER } from './test-agent.ts';

test('every look has the shape that the table of routes promises', async () => {
  const agent = await startTestAgent();
  for (const id of ['healthz', 'storage', 'hostMetrics', 'agent', 'disks'] as const) {
    for (const by of [{ door: 'root' }, { door: 'group' }, { token: GUEST.secret }] as const) {
      const { status, json } = await ask(agent, { path: routes[id].path, ...by });
      expect({ id, status }).toEqual({ id, status: 200 });
      expect(routes[id].answer.safeParse(json).error?.issues ?? []).toEqual([]);
    }
  }
});

test('the values are those of this machine, read just now', async () => {
  const agent = await startTestAgent();
  const { json } = await ask(agent, { path: '/host/metrics', token: GUEST.secret });
  expect(json).toMatchObject({ memory_total: totalmem(), every_s: 2 });
  expect(Math.abs(Date.now() - Number(json['at']))).toBeLessThan(5000);
  const { json: again } = await ask(agent, { path: '/host/metrics', token: GUEST.secret });
  expect(again).toEqual(json);
});

test('a guest is told its own number by its storages, and sees fewer subjects than the host', async () => {
  const agent = await startTestAgent();
  expect((await ask(agent, { path: '/storage', token: GUEST.secret })).json).toMatchObject({
    vmid: GUEST.vmid,
  });
  expect((await ask(agent, { door: 'root', path: '/storage' })).json).toMatchObject({ vmid: null });
  const subjects = async (by: object) =>
    Object.keys(Object((await ask(agent, { path: '/agent', ...by })).json['subjects']));
  const ofGuest = await subjects({ token: GUEST.secret });
  expect(ofGuest).toContain('disks');
  expect(ofGuest.filter((subject) => subject !== 'disks' && subject !== 'disk_flags')).toEqual([]);
  expect(await subjects({ door: 'group' })).toEqual(expect.arrayContaining(['memory', 'processes', 'smart']));
});

test('one subject of facts comes as sources of the console know it; one that is not here is told as such', async () => {
  const agent = await startTestAgent();
  const memory = await ask(agent, { door: 'group', path: '/facts/memory' });
  expect(memory.json).toMatchObject({ every_s: 1, reading: { state: 'ok', source: '/proc/meminfo' } });
  const ledger = await ask(agent, { door: 'group', path: '/facts/ledger' });
  expect(ledger).toMatchObject({ status: 404, json: { code: 'E_NO_SUCH' } });
});

test('disks that could not be looked at count as full', async () => {
  const agent = await startTestAgent({
    parts: () => ({
      subjects: {
        disk_flags: {
          everyMs: 1000,
          read: async () => Promise.resolve(failed('no-tool', 'blkid', Date.now())),
        },
      },
    }),
  });
  const { devices } = routes.disks.answer.parse(
    (await ask(agent, { path: '/disks', token: GUEST.secret })).json,
  );
  expect(devices.length).toBeGreaterThan(0);
  expect(devices.every(({ data_bearing, verdict }) => data_bearing && verdict === 'unverified')).toBe(true);
});

test('flags that were read too long ago call no disk blank any more', async () => {
  const now = { ageMs: 0 };
  const flag = { name: 'vda', data_bearing: false, verdict: 'blank_proven' as const, reason: 'all zero' };
  const agent = await startTestAgent({
    parts: () => ({
      subjects: {
        disk_flags: {
          everyMs: 400,
          read: async () =>
            Promise.resolve(
              ok(
                {
                  flags: names.map((name) => ({ ...flag, name, signals: [], scan: null })),
                  allow_loop: false,
                },
                'test',
                Date.now() - now.ageMs,
              ),
            ),
        },
      },
    }),
  });
  const read = async () =>
    routes.disks.answer.parse((await ask(agent, { door: 'root', path: '/disks' })).json);
  let names: readonly string[] = [];
  names = (await read()).devices.map(({ name }) => name);
  await sleep(400);
  const fresh = await read();
  expect(fresh.devices.every(({ data_bearing }) => !data_bearing)).toBe(true);
  now.ageMs = 60_000;
  await sleep(400);
  expect((await read()).devices.every(({ data_bearing }) => data_bearing)).toBe(true);
});

test('a guest sees which signals a disk has, and not what was seen where on the host', async () => {
  const line = { detail: 'args: -chardev socket,password=hush', where: '/etc/pve/qemu-server/9201.conf:7' };
  const named = { id: 'guest-config', class: 'named' as const, device: 'x', ...line, release: 'edit it' };
  const held = {
    id: 'mounted',
    class: 'held' as const,
    device: 'x',
    detail: '/srv/of-another-guest',
    where: '/proc/4711/mountinfo',
    release: 'umount it',
  };
  const reason = "device is named in a guest's configuration";
  let names: readonly string[] = [];
  const agent = await startTestAgent({
    disks: { allow_loop: true },
    parts: () => ({
      subjects: {
        disk_flags: {
          everyMs: 100,
          read: async () => {
            const flag = { data_bearing: true, verdict: 'in_use' as const, reason, scan: null };
            const flags = names.map((name) => ({ ...flag, name, signals: [held, named] }));
            return Promise.resolve(ok({ flags, allow_loop: false }, 'test', Date.now()));
          },
        },
      },
    }),
  });
  const look = async (by: Pick<Asked, 'door' | 'token'>) =>
    routes.disks.answer.parse((await ask(agent, { path: '/disks', ...by })).json).devices;
  const disks = await look({ door: 'root' });
  names = disks.map(({ name }) => name);
  await sleep(200);
  const nothing = { detail: '', where: '', release: null };
  const signals = [
    { ...held, ...nothing },
    { ...named, ...nothing },
  ];
  for (const device of await look({ door: 'group' })) expect(device.signals).toEqual([held, named]);
  const guest = { token: GUEST.secret };
  for (const device of await look(guest)) expect(device).toMatchObject({ reason, signals });
  const body = { device: disks.find(({ size_bytes }) => size_bytes > 0)?.path };
  const scan = await ask(agent, { method: 'POST', path: '/disks/scan', body, ...guest });
  expect(scan.json).toMatchObject({ device: { reason, signals } });
  const stream = await open(agent, { path: '/events?subjects=disk_flags', ...guest });
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString('utf8'))).on('error', () => {});
  await sleep(500);
  stream.destroy();
  expect(text).toContain(reason);
  for (const secret of ['hush', 'of-another-guest', '4711']) expect(text).not.toContain(secret);
});

test('a guest that asks for one reading after the other floods neither log nor notices', async () => {
  const agent = await startTestAgent({ disks: { allow_loop: true } });
  const { devices } = routes.disks.answer.parse((await ask(agent, { door: 'root', path: '/disks' })).json);
  const body = { device: devices.find(({ size_bytes }) => size_bytes > 0)?.path };
  const scan = async (by: Pick<Asked, 'door' | 'token'>) =>
    ask(agent, { method: 'POST', path: '/disks/scan', body, ...by });
  expect((await scan({ token: GUEST.secret })).status).toBe(202);
  for (const { secret } of [GUEST, STRANGER]) {
    const again = await scan({ token: secret });
    expect(again).toMatchObject({ status: 429, json: { code: 'E_RATE' } });
  }
  expect(agent.logged.filter((line) => line.includes('scan ended'))).toHaveLength(1);
  expect((await scan({ door: 'group' })).status).toBe(202);
});

test.each([
  '/dev/../dev/vda',
  '/dev/none',
  '//dev/vda',
  '/etc/passwd',
  'vda',
  'byid:nothing',
  '/dev/disk/by-id/x',
  '',
  '\u0000',
])('a disk that is not listed by exactly this name (%j) is unknown', async (device) => {
  const agent = await startTestAgent({ disks: { allow_loop: true } });
  for (const path of ['/disks/scan', '/disks/release', '/disks/identify']) {
    const { status } = await ask(agent, { door: 'root', method: 'POST', path, body: { device } });
    expect(status).toBe(device === '' ? 400 : 422);
  }
});
