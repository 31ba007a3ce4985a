// Signed wipes of real disks by the real agent: from a guest's request to a fresh file system; and disks that are
// not any more what was signed for, which stay as they are to the last byte.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { APPROVAL_NAMESPACE, parseApproval } from '../../src/contracts/approval-payload.ts';
import { detachOurs, makeFolder, quietly, run, whyNoLoop, writePartitionTable } from '../host/loop-device.ts';
import { blkid, digestOf, endOf, lendDisk, operationOf, type LentDisk } from './lent-disk.ts';
import { runAgent, type RunningAgent } from './running-agent.ts';
import { makeSigners, type TestSigners } from './signers.ts';

const why = whyNoLoop('mkfs.ext4', 'setpriv', 'ssh-keygen');
const MEGABYTES = 64;
const config = { disks: { allow_loop: true, auto_scan: false } };

/** With a file system, and a file on it. */
function lendFull(megabytes = MEGABYTES): LentDisk {
  const disk = lendDisk(megabytes);
  run('mkfs.ext4', '-q', '-L', 'képek', disk.device);
  const point = join(makeFolder(), 'point');
  mkdirSync(point);
  run('mount', disk.device, point);
  try {
    writeFileSync(join(point, 'kept.txt'), 'what a customer would miss'.repeat(1000));
  } finally {
    run('umount', point);
  }
  run('blockdev', '--flushbufs', disk.device);
  return disk;
}

type Setting = { readonly agent: RunningAgent; readonly signers: TestSigners };
async function runSigning(): Promise<Setting> {
  const agent = await runAgent(config);
  return { agent, signers: makeSigners(agent.folder) };
}

/** Asked for by a guest with its token, and refused; the operation waits. */
async function askAsGuest(agent: RunningAgent, device: string, vmid = 9200): Promise<string> {
  const { headerFile } = await agent.mint(vmid);
  const asked = agent.curl(headerFile, 'POST', '/disks/format', { vmid, device, fstype: 'ext4' });
  expect(asked).toMatchObject({ status: 403, body: { code: 'E_PENDING_SIGNATURE', formatted: false } });
  return String(Object(asked.body).pending_op.id);
}

async function approve({ agent, signers }: Setting, id: string) {
  const { status, body } = await agent.ask('POST', `/operations/${id}/bytes`, {});
  expect([status, Object(body).code]).toEqual([200, undefined]);
  const message = String(Object(body).message);
  const signature = signers.sign(message);
  const submitted = await agent.ask('POST', `/operations/${id}/submit`, { signature });
  expect(submitted).toMatchObject({ status: 200, body: { operation: { state: 'approved' } } });
  return { message, signature, word: String(operationOf(body)['confirm_word']) };
}

const askToRun = async (agent: RunningAgent, id: string, word: string) =>
  agent.ask('POST', `/operations/${id}/run`, { confirm: word });

async function ledgerOf(agent: RunningAgent): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { body } = await agent.ask('GET', '/ledger');
  expect(body).toMatchObject({ intact: true });
  return Object(body).records;
}

describe.skipIf(why !== undefined)('a signed wipe', () => {
  test('from a guest’s request to a fresh file system, and a ledger that plain ssh-keygen verifies', async () => {
    const disk = lendFull();
    const setting = await runSigning();
    const { agent } = setting;
    const id = await askAsGuest(agent, disk.device);
    const { message, word } = await approve(setting, id);
    expect(await askToRun(agent, id, word)).toMatchObject({ status: 202 });
    expect(await endOf(agent, id)).toMatchObject({ state: 'done', stage: 'released', ended: { code: null } });
    expect(blkid(disk.device, 'TYPE')).toBe('ext4');
    expect(blkid(disk.device, 'UUID')).toBe(parseApproval(message)?.args.fs_uuid);
    expect(blkid(disk.device, 'LABEL')).toBe('');
    expect(readFileSync(disk.image).includes('what a customer would miss')).toBe(false);
    const records = await ledgerOf(agent);
    const approved = Object(records.find(({ what }) => what === 'op.approved')?.['detail']);
    // Years later, with nothing but the record.
    const folder = makeFolder();
    writeFileSync(join(folder, 'signers'), `${approved.signer}\n`);
    writeFileSync(join(folder, 'op.json.sig'), approved.signature);
    const verify = ['-Y', 'verify', '-n', APPROVAL_NAMESPACE, '-I', approved.principal];
    const out = execFileSync(
      'ssh-keygen',
      [...verify, '-f', join(folder, 'signers'), '-s', join(folder, 'op.json.sig')],
      { input: approved.message, encoding: 'utf8' },
    );
    expect(out).toContain(`Good "${APPROVAL_NAMESPACE}" signature for anna`);
    expect(approved.message).toBe(message);
  });

  test('sixteen runs at once: one runs', async () => {
    const disk = lendFull();
    const setting = await runSigning();
    const { agent } = setting;
    const id = await askAsGuest(agent, disk.device);
    const { word } = await approve(setting, id);
    const answers = await Promise.all(Array.from({ length: 16 }, async () => askToRun(agent, id, word)));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(await endOf(agent, id)).toMatchObject({ state: 'done' });
    const claimed = (await ledgerOf(agent)).filter(({ what }) => what === 'op.claimed');
    expect(claimed).toHaveLength(1);
  });

  test('a second guest neither gets at it nor loses it for the first', async () => {
    const disk = lendFull();
    const setting = await runSigning();
    const { agent } = setting;
    const id = await askAsGuest(agent, disk.device);
    await approve(setting, id);
    const before = digestOf(disk.device);
    const other = await agent.mint(9300);
    const asked = agent.curl(other.headerFile, 'POST', '/disks/format', {
      device: disk.device,
      fstype: 'xfs',
    });
    expect(asked).toMatchObject({ status: 409, body: { code: 'E_OP_OPEN' } });
    for (const [route, body] of [
      ['bytes', {}],
      ['submit', { signature: '' }],
      ['run', {}],
      ['deny', {}],
    ] as const) {
      const tried = agent.curl(other.headerFile, 'POST', `/operations/${id}/${route}`, body);
      expect(tried).toMatchObject({ status: 403, body: { code: 'E_FORBIDDEN' } });
    }
    expect(agent.curl(other.headerFile, 'GET', '/signers').status).toBe(403);
    expect(await askAsGuest(agent, disk.device)).toBe(id);
    const { body } = await agent.ask('GET', `/operations/${id}`);
    expect(operationOf(body)).toMatchObject({ state: 'approved' });
    expect(digestOf(disk.device)).toBe(before);
  });

  test('cancelled while it zeroes: the disk counts as written, and the signature is spent', async () => {
    const disk = lendFull(1024);
    const setting = await runSigning();
    const { agent } = setting;
    const id = await askAsGuest(agent, disk.device);
    const { word, signature } = await approve(setting, id);
    expect(await askToRun(agent, id, word)).toMatchObject({ status: 202 });
    const journal = join(agent.stateDir, 'operations', `${id}.journal`);
    while (!readFileSync(journal, 'utf8').includes('"stage":"wiping"')) await sleep(1);
    expect(await agent.ask('POST', `/operations/${id}/cancel`, {})).toMatchObject({ status: 202 });
    expect(await endOf(agent, id)).toMatchObject({
      state: 'cancelled',
      dirty: true,
      stage: 'wiping',
      ended: { code: 'E_CANCELLED' },
    });
    expect(await agent.ask('POST', `/operations/${id}/submit`, { signature })).toMatchObject({ status: 409 });
    expect(await askToRun(agent, id, word)).toMatchObject({ status: 409, body: { code: 'E_OP_STATE' } });
  });

  test.each(['rechecked', 'wiping', 'mkfs'])(
    'kill -9 when %s has begun: interrupted, and it never runs again',
    async (stage) => {
      const disk = lendFull(stage === 'wiping' ? 512 : MEGABYTES);
      const setting = await runSigning();
      const { agent } = setting;
      const id = await askAsGuest(agent, disk.device);
      const { word, signature } = await approve(setting, id);
      const journal = join(agent.stateDir, 'operations', `${id}.journal`);
      const begun = askToRun(agent, id, word).catch(() => undefined);
      while (!existsSync(journal) || !readFileSync(journal, 'utf8').includes(`"stage":"${stage}"`)) {
        await sleep(1);
      }
      await agent.kill('SIGKILL');
      await begun;
      const hasWritten = readFileSync(journal, 'utf8').includes('"stage":"wiping"');
      await agent.start();
      const { body } = await agent.ask('GET', `/operations/${id}`);
      const operation = operationOf(body);
      expect(operation).toMatchObject({
        state: 'interrupted',
        dirty: hasWritten,
        ended: { code: 'E_INTERRUPTED' },
      });
      const after = digestOf(disk.device);
      const tries = [
        await askToRun(agent, id, word),
        await agent.ask('POST', `/operations/${id}/submit`, { signature }),
        await agent.ask('POST', `/operations/${id}/bytes`, {}),
      ];
      for (const tried of tries) expect(tried).toMatchObject({ status: 409, body: { code: 'E_OP_STATE' } });
      expect(digestOf(disk.device)).toBe(after);
      expect(existsSync(join(agent.stateDir, 'claims', id))).toBe(true);
    },
  );
});

type Changed = {
  readonly differs: string;
  /** Another disk that may be taken for it by now. */
  readonly other?: string;
};

/** What happens to the disk between signature and run. */
const CHANGES: Readonly<Record<string, (disk: LentDisk) => Changed>> = {
  'is swapped for another under the same name': ({ device, image }) => {
    const other = lendFull();
    run('cp', other.image, `${image}.other`);
    run('losetup', '--detach', device);
    run('losetup', device, `${image}.other`);
    onTestFinished(() => detachOurs(device, `${image}.other`));
    return { differs: 'backing_file' };
  },
  'is pulled out and plugged in again': ({ device, image }) => {
    run('losetup', '--detach', device);
    run('losetup', device, image);
    return { differs: 'diskseq' };
  },
  'is partitioned': ({ device }) => {
    writePartitionTable(device, [[2048, 4096]]);
    run('blockdev', '--flushbufs', device);
    return { differs: 'what lies on it' };
  },
  'gets a new file system': ({ device }) => {
    run('mkfs.ext4', '-q', '-F', '-L', 'képek', device);
    return { differs: 'what lies on it' };
  },
  'loses its link to another disk': ({ durableId }) => {
    const other = lendFull();
    const link = join('/dev/disk/by-id', durableId.replace('byid:', ''));
    rmSync(join('/dev/disk/by-id', other.durableId.replace('byid:', '')));
    rmSync(link);
    symlinkSync(`../../${basename(other.device)}`, link);
    return { differs: 'diskseq', other: other.device };
  },
};

describe.skipIf(why !== undefined)('between signature and run', () => {
  test.each(Object.entries(CHANGES))(
    'the disk %s: refused, nothing written, and the operation is dead',
    async (_, change) => {
      const disk = lendFull();
      const setting = await runSigning();
      const { agent } = setting;
      const id = await askAsGuest(agent, disk.device);
      const { word, signature } = await approve(setting, id);
      const { differs, other } = change(disk);
      const devices = [disk.device, ...(other === undefined ? [] : [other])];
      const before = devices.map(digestOf);
      const refused = await askToRun(agent, id, word);
      expect(refused).toMatchObject({ status: 409, body: { code: 'E_DEVICE_CHANGED' } });
      expect(String(Object(refused.body).error)).toContain(differs);
      expect(await endOf(agent, id)).toMatchObject({
        state: 'invalid',
        dirty: false,
        ended: { code: 'E_DEVICE_CHANGED' },
      });
      const again = [
        await askToRun(agent, id, word),
        await agent.ask('POST', `/operations/${id}/submit`, { signature }),
      ];
      for (const { status } of again) expect(status).toBe(409);
      expect(devices.map(digestOf)).toEqual(before);
      quietly('partx', '--delete', disk.device);
    },
  );

  test('the disk is mounted: it waits, and runs once it is released', async () => {
    const disk = lendFull();
    const setting = await runSigning();
    const { agent } = setting;
    const id = await askAsGuest(agent, disk.device);
    const { word } = await approve(setting, id);
    const point = join(makeFolder(), 'point');
    mkdirSync(point);
    run('mount', '-o', 'ro,noload', disk.device, point);
    onTestFinished(() => quietly('umount', point));
    const held = await askToRun(agent, id, word);
    expect(held).toMatchObject({ status: 423, body: { code: 'E_DEVICE_HELD' } });
    run('umount', point);
    expect(await askToRun(agent, id, word)).toMatchObject({ status: 202 });
    expect(await endOf(agent, id)).toMatchObject({ state: 'done' });
  });
});
