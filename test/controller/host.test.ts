// What a guest sees of its host through its controller: the agent's own process with real disks, the bundle's
// controller, pinned TLS between them. (The seeds' steps 3 and 4, and its break 3.2.)
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder, mountAt, run, whyNoLoop } from '../host/loop-device.ts';
import { digestOf, lendDisk } from '../agent/lent-disk.ts';
import { createFakeProxmox } from '../agent/fake-proxmox.ts';
import { runAgent, type RunningAgent } from '../agent/running-agent.ts';
import { makeDockerGuest, ledgerOf, NO_DOCKER } from './docker-guest.ts';
import { BOOTSTRAP } from './guest-folder.ts';

const why = whyNoLoop('mkfs.ext4');
const LISTEN = ['--listen', '127.0.0.1:0'];

async function guestOf(agent: RunningAgent) {
  const guest = await makeDockerGuest(NO_DOCKER, { images: false });
  const { token } = await agent.mint(9200);
  const endpoint = `127.0.0.1:${agent.port}`;
  guest.bootstrap({ ...BOOTSTRAP, local_api: { endpoint, fingerprint: agent.fingerprint(), token } });
  await guest.start(...LISTEN);
  return { guest, token };
}
const dataOf = ({ body }: { readonly body: Readonly<Record<string, unknown>> }) => Object(body['data']);

test('Host metrics that a guest is told are those of the host', async () => {
  const agent = await runAgent({ disks: { auto_scan: false } });
  const { guest } = await guestOf(agent);
  const told = await guest.ask('GET', '/api/host-metrics');
  expect(told).toMatchObject({ status: 200, body: { ok: true } });
  const metrics = dataOf(told);
  const kept = (name: string) =>
    Number(new RegExp(`${name}: +(\\d+) kB`).exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) * 1024;
  expect(metrics.memory_total).toBe(kept('MemTotal'));
  const used = kept('MemTotal') - kept('MemAvailable');
  expect(Math.abs(metrics.memory_used - used)).toBeLessThan(0.2 * kept('MemTotal'));
  const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  expect(Math.abs(metrics.uptime_s - uptime)).toBeLessThan(60);
  const [, total] = run('df', '--block-size=1', '--output=size', '/').trim().split('\n');
  expect(metrics.disk_total).toBe(Number(total));
  // A temperature is a real one, or it is missing and says why.
  expect(typeof metrics.cpu_temp_c === 'number' || typeof metrics.missing.cpu_temp_c === 'string').toBe(true);
  expect(dataOf(await guest.ask('GET', '/api/base')).base.links.agent.state).toBe('ok');
});

test("The host's disk is no storage path of the guest: the agent's storage view brings it (break 3.2)", async (context) => {
  if (why !== undefined) return context.skip(why);
  const { device } = lendDisk(32);
  run('mkfs.ext4', '-q', device);
  const point = join(makeFolder(), 'felhom-usb');
  mountAt(point, device);
  const proxmox = createFakeProxmox([{ vmid: 9200, name: 'demo-felhom' }]);
  const local = { type: 'dir', enabled: 1, active: 1, avail: 0, content: 'backup' };
  proxmox.store([
    { ...local, storage: 'local', total: 94e9, used: 20e9 },
    { ...local, storage: 'felhom-usb', total: String(983e9), used: 31e9 },
  ]);
  const agent = await runAgent({ disks: { allow_loop: true, auto_scan: false } }, proxmox.folder);
  const { guest } = await guestOf(agent);
  const { body, status } = await guest.ask('GET', '/api/host-metrics');
  expect({ status, ...body }).toMatchObject({ status: 200, ok: true });
  const { storages, missing } = Object(body['data']);
  const usb = { name: 'felhom-usb', type: 'dir', active: true, total: 983e9, used: 31e9 };
  expect(storages).toMatchObject([{ name: 'local', total: 94e9, used: 20e9 }, usb]);
  // The heat of its disk is a number, or it is said why there is none.
  expect(storages[1].smart_temperature_c ?? missing['storages.felhom-usb.smart_temperature_c']).toBeDefined();
  expect(JSON.stringify(body)).not.toContain(point);

  // What the controller tells by itself names no mount and no disk of the host, and no agent means no storage.
  const own = async () =>
    Promise.all(['/api/health', '/api/base', '/api/ledger'].map(async (path) => guest.ask('GET', path)));
  for (const told of [JSON.stringify(await own()), guest.log()]) {
    for (const hosts of [point, device, 'felhom-usb']) expect(told).not.toContain(hosts);
  }
  await agent.kill('SIGTERM');
  expect(await guest.ask('GET', '/api/host-metrics')).toMatchObject({
    status: 502,
    body: { code: 'E_AGENT' },
  });
}, 60_000);

test("A guest that asks to format a mounted disk: the agent's 403 is its 409 with the operation, and no byte changes", async (context) => {
  if (why !== undefined) return context.skip(why);
  const { device, durableId } = lendDisk(32);
  run('mkfs.ext4', '-q', device);
  const point = join(makeFolder(), 'mnt');
  mountAt(point, device);
  writeFileSync(join(point, 'photos.txt'), 'the only copy');
  run('umount', point);
  const before = digestOf(device);
  mountAt(point, '-o', 'ro,noload', device);
  const agent = await runAgent({ disks: { allow_loop: true, auto_scan: false } });
  const { guest, token } = await guestOf(agent);

  const listed = await guest.ask('GET', '/api/disks');
  expect(listed).toMatchObject({ status: 200, body: { ok: true } });
  const found = dataOf(listed).devices.find(({ path }: { readonly path: string }) => path === device);
  expect(found).toMatchObject({ data_bearing: true, reason: 'device is mounted' });

  const refused = await guest.ask('POST', '/api/disks/format', { device, fstype: 'ext4' });
  expect(refused).toMatchObject({
    status: 409,
    body: {
      ok: false,
      formatted: false,
      data_bearing: true,
      reason: 'device is mounted',
      pending_op: { op: 'storage_wipe', host_scope: 'demo-felhom-01', durable_id: durableId, fstype: 'ext4' },
      error: 'device is data-bearing — format requires an operator signature (pending_signature)',
      code: 'E_PENDING_SIGNATURE',
    },
  });
  expect(await guest.ask('POST', '/api/disks/format', { device, fstype: 'ext4' })).toEqual(refused);
  // No operation waits for what the agent does not know: that is no 409.
  const unknown = await guest.ask('POST', '/api/disks/format', { device: '/dev/nowhere', fstype: 'ext4' });
  expect(unknown).toMatchObject({ status: 422, body: { ok: false, code: 'E_DEVICE_UNKNOWN' } });
  expect(digestOf(device)).toBe(before);
  expect(ledgerOf(guest)).toEqual(
    expect.arrayContaining([expect.objectContaining({ what: 'disk.format-asked', subject: device })]),
  );
  expect(guest.log() + JSON.stringify(ledgerOf(guest))).not.toContain(token);

  await agent.kill('SIGTERM');
  expect(await guest.ask('GET', '/api/disks')).toMatchObject({
    status: 502,
    body: { ok: false, code: 'E_AGENT' },
  });
}, 60_000);
