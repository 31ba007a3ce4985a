// The seeds' step 4 end to end: a guest's token, curl over pinned TLS, the running agent, real devices.
import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder, mountAt, run, whyNoLoop } from '../host/loop-device.ts';
import { blkid, digestOf, endOf, lendDisk, operationOf } from './lent-disk.ts';
import { runAgent } from './running-agent.ts';

const why = whyNoLoop('mkfs.ext4', 'curl');

test('A guest that asks to format a mounted disk gets 403 with the report’s fields, and no byte changes', async (context) => {
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
  const { headerFile } = await agent.mint(9200);
  const ask = { vmid: 9200, device, fstype: 'ext4' };
  const refusal = agent.curl(headerFile, 'POST', '/disks/format', ask);
  expect(refusal).toEqual({
    status: 403,
    body: {
      formatted: false,
      data_bearing: true,
      reason: 'device is mounted',
      pending_op: {
        op: 'storage_wipe',
        host_scope: 'demo-felhom-01',
        durable_id: durableId,
        fstype: 'ext4',
        id: expect.stringMatching(/^op_[0-9a-f]{24}$/),
      },
      error: 'device is data-bearing — format requires an operator signature (pending_signature)',
      code: 'E_PENDING_SIGNATURE',
    },
  });
  expect(agent.curl(headerFile, 'POST', '/disks/format', ask)).toEqual(refusal);
  // Whatever a caller claims counts for nothing.
  expect(
    agent.curl(headerFile, 'POST', '/disks/format', { ...ask, data_bearing: false, force: true }).status,
  ).not.toBe(202);
  const listed = agent.curl(headerFile, 'GET', '/disks');
  const found = Object(listed.body).devices.find((each: { readonly path: string }) => each.path === device);
  expect(found).toMatchObject({ data_bearing: true, verdict: 'in_use', reason: 'device is mounted' });
  expect(agent.curl(undefined, 'POST', '/disks/format', ask).status).toBe(401);
  const { headerFile: stranger } = await agent.mint(9300);
  expect(agent.curl(stranger, 'POST', '/disks/format', ask).status).toBe(403);
  expect(digestOf(device)).toBe(before);
});

test('A blank disk granted to the guest is read whole and formatted, with the UUID that was chosen before', async (context) => {
  if (why !== undefined) return context.skip(why);
  const { device, durableId } = lendDisk(64);
  const agent = await runAgent({
    disks: { allow_loop: true, auto_scan: false, grants: { 9200: [durableId] } },
  });
  const { headerFile } = await agent.mint(9200);
  const { status, body } = agent.curl(headerFile, 'POST', '/disks/format', {
    vmid: 9200,
    device,
    fstype: 'ext4',
  });
  expect({ status, body }).toMatchObject({ status: 202, body: { formatted: false } });
  const operation = await endOf(agent, String(operationOf(body)['id']));
  expect(operation).toMatchObject({ state: 'done', ended: { code: null }, approved_by: { how: 'grant' } });
  expect(blkid(device, 'TYPE')).toBe('ext4');
  expect(blkid(device, 'UUID')).toBe(operation['fs_uuid']);
  run('e2fsck', '-fn', device);
  expect(run('losetup', '--list', '--noheadings', '--output', 'BACK-FILE')).not.toContain(device);
});

test('A blank disk that nobody granted waits for a confirm on the host, with the right word', async (context) => {
  if (why !== undefined) return context.skip(why);
  const { device } = lendDisk(64);
  const agent = await runAgent({ disks: { allow_loop: true, auto_scan: false } });
  const { headerFile } = await agent.mint(9200);
  const asked = agent.curl(headerFile, 'POST', '/disks/format', { vmid: 9200, device, fstype: 'xfs' });
  const fits = asked.status === 202;
  expect(asked).toMatchObject({ status: 202, body: { operation: { state: 'pending', fstype: 'xfs' } } });
  expect(fits).toBe(true);
  const id = String(operationOf(asked.body)['id']);
  const word = String(operationOf(asked.body)['confirm_word']);
  expect(agent.curl(headerFile, 'POST', `/operations/${id}/confirm`, { confirm: word }).status).toBe(403);
  expect((await agent.ask('POST', `/operations/${id}/confirm`, { confirm: `${word}x` })).status).toBe(422);
  expect((await agent.ask('POST', `/operations/${id}/deny`, {})).status).toBe(200);
  expect(await agent.ask('GET', `/operations/${id}`)).toMatchObject({
    body: { operation: { state: 'denied' } },
  });
  const again = agent.curl(headerFile, 'POST', '/disks/format', { vmid: 9200, device, fstype: 'ext4' });
  const next = String(operationOf(again.body)['id']);
  expect((await agent.ask('POST', `/operations/${next}/confirm`, { confirm: word })).status).toBe(202);
  expect(await endOf(agent, next)).toMatchObject({ state: 'done', approved_by: { how: 'confirm' } });
  expect(blkid(device, 'TYPE')).toBe('ext4');
});

test('One byte that is not zero ends an unsigned format unwritten, and the next request asks for a signature', async (context) => {
  if (why !== undefined) return context.skip(why);
  const { device, durableId } = lendDisk(64);
  execFileSync(
    'dd',
    ['if=/dev/urandom', `of=${device}`, 'bs=1', 'count=3', 'seek=41000001', 'conv=notrunc'],
    {
      stdio: 'ignore',
    },
  );
  const before = digestOf(device);
  const agent = await runAgent({
    disks: { allow_loop: true, auto_scan: false, grants: { 9200: [durableId] } },
  });
  const { headerFile } = await agent.mint(9200);
  const ask = { vmid: 9200, device, fstype: 'ext4' };
  const { body, status } = agent.curl(headerFile, 'POST', '/disks/format', ask);
  expect(status).toBe(202);
  expect(await endOf(agent, String(operationOf(body)['id']))).toMatchObject({
    state: 'invalid',
    dirty: false,
    ended: { code: 'E_NOT_BLANK' },
  });
  expect(digestOf(device)).toBe(before);
  expect(agent.curl(headerFile, 'POST', '/disks/format', ask)).toMatchObject({
    status: 403,
    body: { code: 'E_PENDING_SIGNATURE', data_bearing: true },
  });
  expect(digestOf(device)).toBe(before);
});

test('A token minted while the agent runs works at once, a revoked one not, and neither is ever written out', async (context) => {
  if (why !== undefined) return context.skip(why);
  const agent = await runAgent();
  const file = join(agent.folder, 'guest.token');
  const minted = agent.command('tokens', 'mint', '--vmid', '9200', '--out', file);
  expect(minted.code).toBe(0);
  const secret = execFileSync('cat', [file], { encoding: 'utf8' }).trim();
  expect(run('stat', '--format', '%a %U', file).trim()).toBe('600 root');
  const headerFile = join(agent.folder, 'header');
  writeFileSync(headerFile, `Authorization: Bearer ${secret}\n`, { mode: 0o600 });
  expect(agent.curl(headerFile, 'GET', '/storage').status).toBe(200);
  const revoked = agent.command('tokens', 'revoke', '--vmid', '9200');
  expect(revoked.code).toBe(0);
  expect(agent.curl(headerFile, 'GET', '/storage').status).toBe(401);
  const listed = agent.command('tokens', 'list', '--json');
  const told = [agent.log(), minted.out, minted.err, revoked.out, revoked.err, listed.out].join('\n');
  const kept = readdirSync(agent.stateDir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(agent.stateDir, name))
    .filter((path) => lstatSync(path).isFile());
  expect(kept.length).toBeGreaterThan(3);
  const files = kept.filter((path) => readFileSync(path).includes(secret));
  expect(told).not.toContain(secret);
  expect(files).toEqual([]);
});
