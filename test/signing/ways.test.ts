// From a guest's request to a formatted disk by the ways of a technician: signed on the laptop, or by its
// forwarded ssh-agent, through a real sshd, with each kind of key. The disk is a real device with files on it.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, type TestContext } from 'vitest';
import {
  APPROVAL_NAMESPACE,
  parseApproval,
  type ApprovalPayload,
} from '../../src/contracts/approval-payload.ts';
import { allOutputs } from '../../src/contracts/outputs.ts';
import type { LedgerRecord } from '../../src/contracts/facts/ledger.ts';
import { blkid, digestOf, lendDisk, operationOf, type LentDisk } from '../agent/lent-disk.ts';
import { runAgent, type RunningAgent } from '../agent/running-agent.ts';
import { makeFolder, mountAt, run, whyNoLoop } from '../host/loop-device.ts';
import { allowLine, makeKey, makeSigningFolder, signByKeygen } from './keys.ts';
import { makeSecurityKey, signBySecurityKey, TOUCHED } from './make-sk.ts';
import { startSshAgent } from './real-ssh-agent.ts';
import { startSshd, type Sshd } from './sshd.ts';
import { startTokenAgent } from './token-agent.ts';
import { writeTrust } from './trust-folder.ts';

const why = whyNoLoop('mkfs.ext4', 'curl', 'ssh');
beforeEach((context: TestContext) => {
  if (why !== undefined) context.skip(why);
});

const MEGABYTES = 32;
const ONLY_COPY = 'the only copy of the photos';

type Site = {
  readonly agent: RunningAgent;
  readonly sshd: Sshd;
  readonly disk: LentDisk;
  readonly id: string;
};

/** A disk with files, which a guest asked to have formatted; this key may approve. */
async function openSite(keyLine: string): Promise<Site> {
  const disk = lendDisk(MEGABYTES);
  run('mkfs.ext4', '-q', '-L', 'photos', disk.device);
  const point = join(makeFolder(), 'mnt');
  mountAt(point, disk.device);
  writeFileSync(join(point, 'photos.txt'), ONLY_COPY);
  run('umount', point);
  const agent = await runAgent({ disks: { allow_loop: true, auto_scan: false } });
  writeTrust({ allowed: allowLine('anna', keyLine) }, agent.folder);
  const { headerFile } = await agent.mint(9200);
  const wish = { vmid: 9200, device: disk.device, fstype: 'ext4' };
  const refused = agent.curl(headerFile, 'POST', '/disks/format', wish);
  expect(refused).toMatchObject({ status: 403, body: { formatted: false, code: 'E_PENDING_SIGNATURE' } });
  const { id } = Object(refused.body).pending_op;
  return { agent, sshd: await startSshd(agent.rootSocket), disk, id };
}

const wordOf = async ({ agent, id }: Site): Promise<string> =>
  String(operationOf((await agent.ask('GET', `/operations/${id}`)).body)['confirm_word']);

/** Everything that must be true when it is done, however it was signed. */
async function expectWiped(site: Site, message: string): Promise<void> {
  const { agent, sshd, disk, id } = site;
  const signed = parseApproval(message);
  expect(blkid(disk.device, 'TYPE')).toBe('ext4');
  expect(blkid(disk.device, 'UUID')).toBe(signed?.args.fs_uuid);
  expect(blkid(disk.device, 'LABEL')).toBe('');
  run('e2fsck', '-fn', disk.device);
  expect(readFileSync(disk.image).includes(ONLY_COPY)).toBe(false);
  const verified = await sshd.ssh(['felhom', 'ledger', 'verify']);
  expect(verified).toMatchObject({ code: 0 });
  const [, anchor = ''] = /--anchor (\S+)/.exec(verified.out) ?? [];
  expect(agent.command('ledger', 'verify', '--anchor', anchor).code).toBe(0);
  verifyLater(approvalRecord(site), message, signed);
  // What is done is done: neither the same signature nor the same order does it again.
  const again = agent.command('op', 'run', id, '--confirm', await wordOf(site));
  expect(again.code).toBe(4);
}

function approvalRecord({ agent, id }: Site): LedgerRecord {
  const { out } = agent.command('ledger', 'show', '--json');
  const { records } = allOutputs['ledger-show'].parse(JSON.parse(out));
  const record = records.find(({ what, subject }) => what === 'op.approved' && subject === id);
  if (record === undefined) throw new Error(`no approval of ${id} in the ledger`);
  return record;
}

/** Years later, with nothing but the ledger and plain ssh-keygen. */
function verifyLater(
  { at, detail }: LedgerRecord,
  message: string,
  signed: ApprovalPayload | undefined,
): void {
  expect(detail['message']).toBe(message);
  expect(detail['principal']).toBe('anna');
  const folder = makeSigningFolder();
  writeFileSync(join(folder, 'signature'), String(detail['signature']));
  writeFileSync(join(folder, 'allowed'), `${String(detail['signer'])}\n`);
  const time = new Date(at).toISOString().replaceAll(/[-:T]|\..*$/g, '');
  const verify = (input: string) =>
    execFileSync(
      'ssh-keygen',
      [
        '-Y',
        'verify',
        '-f',
        join(folder, 'allowed'),
        '-I',
        'anna',
        '-n',
        APPROVAL_NAMESPACE,
        '-s',
        join(folder, 'signature'),
        '-O',
        `verify-time=${time}Z`,
      ],
      { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] },
    );
  expect(verify(String(detail['message']))).toContain('Good');
  const other = signed?.args.fs_uuid.replace(/./, (digit) => (digit === '0' ? '1' : '0')) ?? '';
  expect(() => verify(message.replace(signed?.args.fs_uuid ?? '', other))).toThrow(/failed/);
}

const KINDS = ['ed25519', 'ecdsa-256', 'rsa-3072'] as const;

/** Each starts a dozen programs, one after the other. */
const LONG = 120_000;

describe('Way A, signed on the laptop, nothing forwarded:', { timeout: LONG }, () => {
  test.each(KINDS)('%s', async (kind) => {
    const key = makeKey(kind);
    const site = await openSite(key.line);
    const { sshd, id } = site;
    const bytes = await sshd.ssh(['felhom', 'op', 'bytes', id]);
    expect(bytes.code).toBe(0);
    const payload = parseApproval(bytes.out);
    expect(payload).toMatchObject({
      op_id: id,
      durable_id: site.disk.durableId,
      args: { wipe: 'full' },
      requested_by: { door: 'guest', vmid: 9200 },
    });
    expect(payload?.device.on_it).toMatchObject([{ type: 'ext4', label: 'photos' }]);
    const submitted = await sshd.ssh(['felhom', 'op', 'submit', id], { stdin: signByKeygen(key, bytes.out) });
    expect(submitted).toMatchObject({ code: 0, err: '' });
    expect(submitted.out).toContain(`Good signature by anna, ${key.fingerprint}`);
    const ran = await sshd.ssh(['felhom', 'op', 'run', id, '--confirm', await wordOf(site), '--wait']);
    expect(ran).toMatchObject({ code: 0 });
    await expectWiped(site, bytes.out);
  });

  test('the word is typed at the terminal that ssh -t opens, after what will be lost', async () => {
    const key = makeKey();
    const site = await openSite(key.line);
    const { sshd, id } = site;
    const bytes = await sshd.ssh(['felhom', 'op', 'bytes', id]);
    await sshd.ssh(['felhom', 'op', 'submit', id], { stdin: signByKeygen(key, bytes.out) });
    const words = ['felhom', 'op', 'run', id, '--wait'];
    expect(await sshd.ssh(words)).toMatchObject({ code: 2 });
    const wrong = await sshd.ssh(words, { terminal: true, stdin: 'yes\n' });
    expect(wrong.code).toBe(4);
    const ran = await sshd.ssh(words, { terminal: true, stdin: `${await wordOf(site)}\n` });
    expect(ran.code).toBe(0);
    expect(ran.out.indexOf('photos')).toBeGreaterThan(-1);
    expect(ran.out.indexOf('photos')).toBeLessThan(ran.out.indexOf('Type '));
    await expectWiped(site, bytes.out);
  });

  test('a security key counts when it was touched, and only then', async () => {
    const key = makeSecurityKey();
    const site = await openSite(key.line);
    const { sshd, id, disk } = site;
    const bytes = await sshd.ssh(['felhom', 'op', 'bytes', id]);
    const submit = async (flags: number) =>
      sshd.ssh(['felhom', 'op', 'submit', id, '--json'], { stdin: signBySecurityKey(key, bytes.out, flags) });
    const before = digestOf(disk.device);
    const untouched = await submit(0);
    expect(untouched.code).toBe(4);
    expect(JSON.parse(untouched.out)).toMatchObject({ api_code: 'E_SK_TOUCH' });
    const word = await wordOf(site);
    expect((await sshd.ssh(['felhom', 'op', 'run', id, '--confirm', word])).code).toBe(4);
    expect(digestOf(disk.device)).toBe(before);
    expect((await submit(TOUCHED)).code).toBe(0);
    expect((await sshd.ssh(['felhom', 'op', 'run', id, '--confirm', word, '--wait'])).code).toBe(0);
    await expectWiped(site, bytes.out);
  });
});

describe('Way B, by the ssh-agent that ssh -A forwarded:', { timeout: LONG }, () => {
  const bytesOf = async ({ sshd, id }: Site): Promise<string> =>
    (await sshd.ssh(['felhom', 'op', 'bytes', id])).out;

  test.each(KINDS)('%s', async (kind) => {
    const [key, other] = [makeKey(kind), makeKey()];
    const laptop = await startSshAgent();
    laptop.add([other.path]);
    laptop.add([key.path]);
    const site = await openSite(key.line);
    const { sshd, id } = site;
    const word = await wordOf(site);
    const sign = ['felhom', 'op', 'sign', id, '--confirm', word];
    const alone = await sshd.ssh([...sign, '--json']);
    expect(alone.code).toBe(4);
    expect(JSON.parse(alone.out)).toMatchObject({ api_code: 'E_AGENT_NONE' });
    const signed = await sshd.ssh(sign, { forward: laptop.socket });
    expect(signed).toMatchObject({ code: 0 });
    expect(signed.err).toContain('root on this host');
    expect(signed.out).toContain(`Good signature by anna, ${key.fingerprint}`);
    const message = await bytesOf(site);
    expect((await sshd.ssh(['felhom', 'op', 'run', id, '--confirm', word, '--wait'])).code).toBe(0);
    await expectWiped(site, message);
  });

  test('keys of others only, a locked ssh-agent, and one that a person tells no', async () => {
    const [key, other] = [makeKey(), makeKey()];
    const site = await openSite(key.line);
    const { sshd, id, disk } = site;
    const before = digestOf(disk.device);
    const sign = ['felhom', 'op', 'sign', id, '--json', '--confirm', await wordOf(site)];
    const laptop = await startSshAgent('/bin/false');
    const codeOf = async (): Promise<unknown> =>
      JSON.parse((await sshd.ssh(sign, { forward: laptop.socket })).out).api_code;
    expect(await codeOf()).toBe('E_AGENT_EMPTY');
    laptop.add([other.path]);
    expect(await codeOf()).toBe('E_AGENT_NO_SIGNER');
    laptop.add(['-c', key.path]);
    expect(await codeOf()).toBe('E_AGENT_REFUSED');
    laptop.add(['-x'], 'secret');
    expect(await codeOf()).toBe('E_AGENT_EMPTY');
    expect(digestOf(disk.device)).toBe(before);
  });

  test.each([
    ['touched', TOUCHED, 0, undefined],
    ['not touched', 0, 4, 'E_SK_TOUCH'],
  ])('a security key that was %s', async (_how, flags, code, api_code) => {
    const key = makeSecurityKey();
    const site = await openSite(key.line);
    const { sshd, id } = site;
    const forward = await startTokenAgent(key, flags);
    const word = await wordOf(site);
    const signed = await sshd.ssh(['felhom', 'op', 'sign', id, '--confirm', word, '--json'], { forward });
    expect(signed.err).toContain('touch the security key');
    expect(signed.code).toBe(code);
    expect(JSON.parse(signed.out).api_code).toBe(api_code);
    if (code !== 0) return;
    const message = await bytesOf(site);
    expect((await sshd.ssh(['felhom', 'op', 'run', id, '--confirm', word, '--wait'])).code).toBe(0);
    await expectWiped(site, message);
  });
});
