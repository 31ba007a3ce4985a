// An operation that only a signature allows, from its bytes to its end: what counts, and what does not.
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readChain, sealRecord } from '../../src/daemon/ledger/chain.ts';
import { plainSha256 } from '../../src/base/digest.ts';
import { formatApproval, parseApproval, type ApprovalPayload } from '../../src/contracts/approval-payload.ts';
import { storedOperation, type StoredOperation } from '../../src/contracts/stored-operation.ts';
import { makeKey, signByKeygen } from '../signing/keys.ts';
import { makeSecurityKey, signBySecurityKey } from '../signing/make-sk.ts';
import { createFakeDisks, MOUNTED, signalOf, type FakeDisks } from './fake-disks.ts';
import {
  codeOf,
  createTestClock,
  GROUP,
  guestOf,
  hostIdsOf,
  openAgent,
  refusalOf,
  ROOT,
  type AgentWish,
  type OpenedAgent,
} from './open-agent.ts';
import { makeSigners } from './signers.ts';
import { twinOf } from './twin.ts';

const MINUTE_MS = 60_000;
const CONTENT = { verdict: 'data', signals: [signalOf('signature', 'content')], reason: 'ext4' } as const;
const word = '-sdb';
const dataDisk = (): FakeDisks => createFakeDisks([{ name: 'sdb', ...CONTENT }]);

async function openSigning(wish: AgentWish = {}) {
  const signers = wish.signers ?? makeSigners();
  return { ...(await openAgent({ disks: dataDisk(), ...wish, signers })), signers };
}
type Signing = Awaited<ReturnType<typeof openSigning>>;

/** Asked for by a guest, on a disk that bears data. */
async function asked(agent: OpenedAgent): Promise<string> {
  expect(await codeOf(agent.format(guestOf(9200)))).toBe('E_PENDING_SIGNATURE');
  return (await agent.list(ROOT)).find(({ state }) => state !== 'denied' && state !== 'done')?.id ?? '';
}

async function approved(agent: Signing) {
  const id = await asked(agent);
  const { message } = await agent.bytes(ROOT, id);
  const signature = agent.signers.sign(message);
  return { id, message, signature, ...(await agent.submit(GROUP, id, signature)) };
}

const runCode = async (agent: OpenedAgent, id: string) => codeOf(agent.run(ROOT, id, { confirm: word }));

/** Not run, not approved any more, nothing written, and the ledger says why. */
async function expectLost(agent: OpenedAgent, id: string, why: string): Promise<void> {
  const refusal = await refusalOf(agent.run(ROOT, id, { confirm: word }));
  expect([refusal?.code, refusal?.message]).toEqual(['E_APPROVAL_LOST', expect.stringContaining(why)]);
  expect(await agent.show(ROOT, id)).toMatchObject({ state: 'pending', approved_by: null, approvals: [] });
  expect(agent.disks.passed).toEqual([]);
  expect((await agent.ledger()).findLast(({ what }) => what === 'op.approval-lost')).toMatchObject({
    subject: id,
    detail: { code: why },
  });
}

test('bytes, signature, run: the disk is wiped as the signed bytes say, and all of it is in the ledger', async () => {
  const agent = await openSigning();
  const { id, message, signature, operation, approval, ledger } = await approved(agent);
  const { fingerprint } = agent.signers.anna;
  expect(operation).toMatchObject({ state: 'approved', approved_by: { how: 'signature' } });
  expect(approval).toMatchObject({ principal: 'anna', fingerprint, by: { door: 'group' } });
  await agent.run(ROOT, id, { confirm: word });
  expect(await agent.settled(id, 'done')).toMatchObject({ state: 'done', dirty: true, stage: 'released' });
  expect(agent.disks.passed).toEqual([
    'rechecked',
    'wiping',
    'zero_verified',
    'mkfs',
    'fs_verified',
    'released',
  ]);
  const payload = parseApproval(message);
  expect(agent.disks.started[0]?.order).toMatchObject({
    wipe: 'full',
    fstype: 'ext4',
    fs_uuid: payload?.args.fs_uuid,
    facts_sha256: payload?.facts_sha256,
  });
  const records = await agent.ledger();
  expect(records.map(({ what }) => what)).toEqual([
    'agent.started',
    'op.requested',
    'install.made',
    'signers.changed',
    'op.bytes',
    'op.approved',
    'op.claimed',
    'op.done',
  ]);
  expect(records.find(({ what }) => what === 'op.approved')).toMatchObject({
    n: ledger.n,
    hash: ledger.hash,
    detail: { how: 'signature', principal: 'anna', fingerprint, message, signature },
  });
});

test('the bytes stay the same while they last, and other wishes need new ones', async () => {
  const clock = createTestClock();
  const agent = await openSigning({ clock });
  const id = await asked(agent);
  const first = await agent.bytes(ROOT, id, { wipe: 'quick' });
  expect(parseApproval(first.message)?.args.wipe).toBe('quick');
  expect(first.operation.bytes).toMatchObject({ sha256: plainSha256(first.message), offline: false });
  clock.advance(MINUTE_MS);
  expect((await agent.bytes(GROUP, id)).message).toBe(first.message);
  expect((await agent.bytes(GROUP, id, { wipe: 'quick', offline: false })).message).toBe(first.message);
  for (const wish of [{ wipe: 'full' }, { offline: true }] as const) {
    const refusal = await refusalOf(agent.bytes(ROOT, id, wish));
    expect(refusal).toMatchObject({ code: 'E_OP_BYTES', hint: expect.stringContaining('--renew') });
  }
  const offline = await agent.bytes(ROOT, id, { offline: true, renew: true });
  const { created = '', expires = '', nonce } = parseApproval(offline.message) ?? {};
  expect(Date.parse(expires) - Date.parse(created)).toBe(24 * 60 * MINUTE_MS);
  expect(nonce).not.toBe(parseApproval(first.message)?.nonce);
  clock.advance(24 * 60 * MINUTE_MS);
  const again = await agent.bytes(ROOT, id);
  expect(again.message).not.toBe(offline.message);
  expect(again.operation.bytes?.offline).toBe(false);
});

test('a signature of old bytes counts for nothing, and new bytes take an approval away', async () => {
  const agent = await openSigning();
  const { id, signature } = await approved(agent);
  const { operation, message } = await agent.bytes(ROOT, id, { renew: true });
  expect(operation).toMatchObject({ state: 'pending', approved_by: null, approvals: [] });
  expect(await codeOf(agent.submit(ROOT, id, signature))).toBe('E_SIG_BAD');
  expect(await runCode(agent, id)).toBe('E_OP_STATE');
  await agent.submit(ROOT, id, agent.signers.sign(message));
  expect(await codeOf(agent.submit(ROOT, id, agent.signers.sign(message)))).toBe('E_OP_STATE');
});

test('signatures do not travel: not to another operation, another host, or an installation made anew', async () => {
  const signers = makeSigners();
  const disks = createFakeDisks([
    { name: 'sdb', ...CONTENT },
    { name: 'sdc', ...CONTENT },
  ]);
  const agent = await openSigning({ signers, disks });
  const { id, message, signature } = await approved(agent);
  expect(await codeOf(agent.format(ROOT, { device: '/dev/sdc' }))).toBe('E_PENDING_SIGNATURE');
  const other = (await agent.list(ROOT)).find(({ state }) => state === 'pending')?.id ?? '';
  expect(await codeOf(agent.submit(ROOT, other, signature))).toBe('E_OP_BYTES');
  await agent.bytes(ROOT, other);
  expect(await refusalOf(agent.submit(ROOT, other, signature))).toMatchObject({ code: 'E_SIG_BAD' });
  const elsewhere = await openSigning({ signers });
  const twin = await asked(elsewhere);
  await elsewhere.bytes(ROOT, twin);
  expect(await codeOf(elsewhere.submit(ROOT, twin, signature))).toBe('E_SIG_BAD');
  await agent.acceptInstall();
  await expectLost(agent, id, 'E_OP_HOST');
  expect(await codeOf(agent.submit(ROOT, id, signature))).toBe('E_OP_HOST');
  expect((await agent.bytes(ROOT, id)).message).not.toBe(message);
});

test('what has ended is signed and run no more', async () => {
  const agent = await openSigning();
  const first = await approved(agent);
  await agent.deny(ROOT, first.id);
  expect(await codeOf(agent.submit(ROOT, first.id, first.signature))).toBe('E_OP_STATE');
  expect(await codeOf(agent.bytes(ROOT, first.id))).toBe('E_OP_STATE');
  expect(await runCode(agent, first.id)).toBe('E_OP_STATE');
  const second = await approved(agent);
  await agent.run(ROOT, second.id, { confirm: word });
  await agent.settled(second.id, 'done');
  expect(await codeOf(agent.submit(ROOT, second.id, second.signature))).toBe('E_OP_STATE');
  expect(await runCode(agent, second.id)).toBe('E_OP_STATE');
  expect(agent.disks.started).toHaveLength(1);
});

test('files that are put back to before a run do not let it run again: the ledger knows', async () => {
  const signers = makeSigners();
  const agent = await openSigning({ signers });
  const { id, signature } = await approved(agent);
  const file = join(agent.stateFolder, 'operations', `${id}.json`);
  const before = readFileSync(file, 'utf8');
  await agent.run(ROOT, id, { confirm: word });
  await agent.settled(id, 'done');
  await agent.memory.stop();
  const pending = before.replace('"state":"approved"', '"state":"pending"');
  for (const text of [before, pending]) {
    writeFileSync(file, text);
    rmSync(join(agent.stateFolder, 'claims', id), { force: true });
    const again = await openSigning({ signers, stateFolder: agent.stateFolder });
    expect((await again.show(ROOT, id)).state).toBe('done');
    expect(await codeOf(again.submit(ROOT, id, signature))).toBe('E_OP_STATE');
    expect(await runCode(again, id)).toBe('E_OP_STATE');
    expect(again.disks.started).toEqual([]);
    await again.memory.stop();
  }
});

test('bytes that were made anew are not the old ones again with their file', async () => {
  const signers = makeSigners();
  const agent = await openSigning({ signers });
  const id = await asked(agent);
  const { message } = await agent.bytes(ROOT, id);
  const file = join(agent.stateFolder, 'operations', `${id}.json`);
  const before = readFileSync(file, 'utf8');
  await agent.bytes(ROOT, id, { renew: true });
  await agent.memory.stop();
  writeFileSync(file, before);
  const again = await openSigning({ signers, stateFolder: agent.stateFolder });
  expect(await codeOf(again.submit(ROOT, id, signers.sign(message)))).toBe('E_OP_STATE');
  expect(await again.show(ROOT, id)).toMatchObject({ state: 'invalid', ended: { code: 'E_OP_STATE' } });
});

test.each([
  ['denied', async (agent: Signing, id: string) => agent.deny(ROOT, id)],
  ['given new bytes', async (agent: Signing, id: string) => agent.bytes(ROOT, id, { renew: true })],
] as const)(
  'an approval that the ledger took away is not there again with its file: %s',
  async (_how, takeAway) => {
    const signers = makeSigners();
    const agent = await openSigning({ signers });
    const { id, signature } = await approved(agent);
    const file = join(agent.stateFolder, 'operations', `${id}.json`);
    const before = readFileSync(file, 'utf8');
    await takeAway(agent, id);
    await agent.memory.stop();
    // As after a loss of power between the two, or put back from a copy.
    writeFileSync(file, before);
    const again = await openSigning({ signers, stateFolder: agent.stateFolder });
    expect(await again.show(ROOT, id)).toMatchObject({ state: 'invalid' });
    expect(await runCode(again, id)).toBe('E_OP_STATE');
    expect(await codeOf(again.submit(ROOT, id, signature))).toBe('E_OP_STATE');
    expect(again.disks.started).toEqual([]);
  },
);

test('the twin of an ECDSA signature is one approval and no second one', async () => {
  const agent = await openSigning();
  const { id, signature } = await approved(agent);
  const twin = twinOf(signature);
  expect(twin).not.toBe(signature);
  expect(await codeOf(agent.submit(ROOT, id, twin))).toBe('E_OP_STATE');
  expect((await agent.show(ROOT, id)).approvals).toHaveLength(1);
  await agent.run(ROOT, id, { confirm: word });
  await agent.settled(id, 'done');
  expect(await codeOf(agent.submit(ROOT, id, twin))).toBe('E_OP_STATE');
});

test('each kind of key approves; an untouched security key does not', async () => {
  const agent = await openSigning();
  const bela = makeKey('ed25519');
  const cili = makeSecurityKey();
  agent.signers.allow('bela', bela);
  agent.signers.allow('cili', cili);
  for (const [principal, sign] of [
    ['bela', (message: string) => signByKeygen(bela, message)],
    ['cili', (message: string) => signBySecurityKey(cili, message)],
  ] as const) {
    const id = await asked(agent);
    const { message } = await agent.bytes(ROOT, id, { renew: true });
    expect(await codeOf(agent.submit(ROOT, id, signBySecurityKey(cili, message, 0)))).toBe('E_SK_TOUCH');
    const { approval } = await agent.submit(ROOT, id, sign(message));
    expect(approval.principal).toBe(principal);
  }
});

test('only the signed fields run: whatever is changed in the stored file ends the approval', async () => {
  const changes: readonly ((stored: StoredOperation) => StoredOperation)[] = [
    ...operationChanges,
    ...Object.values(PAYLOAD_CHANGES).map((change) => (stored: StoredOperation) => forge(stored, change)),
    ({ signing, ...rest }) => ({ ...rest, signing: { message: signing?.message ?? '', signatures: [] } }),
    ({ signing, ...rest }) => ({
      ...rest,
      signing: { message: `${signing?.message ?? ''} `, signatures: signing?.signatures ?? [] },
    }),
    ({ ...rest }) => ({ ...rest, signing: null }),
  ];
  const signers = makeSigners();
  const agent = await openSigning({ signers });
  const { id } = await approved(agent);
  await agent.memory.stop();
  const file = join(agent.stateFolder, 'operations', `${id}.json`);
  const ledger = join(agent.stateFolder, 'ledger.jsonl');
  const [before, ledgerBefore] = [readFileSync(file, 'utf8'), readFileSync(ledger, 'utf8')];
  for (const change of changes) {
    const stored = change(storedOperation.parse(JSON.parse(before)));
    const changed = `${JSON.stringify(stored)}\n`;
    expect(changed).not.toBe(before);
    writeFileSync(file, changed);
    // Whoever writes there can write into the ledger, too.
    const detail = { sha256: stored.operation.bytes?.sha256 ?? '' };
    const forged = { at: agent.clock.now(), what: 'op.bytes', by: null, subject: id, detail };
    writeFileSync(ledger, `${ledgerBefore}${sealRecord(readChain(ledgerBefore).last, forged).line}`);
    const attacked = await openSigning({ signers, stateFolder: agent.stateFolder });
    expect([change.toString(), await runCode(attacked, id)]).toEqual([change.toString(), 'E_APPROVAL_LOST']);
    expect((await attacked.show(ROOT, id)).state).toBe('pending');
    expect(attacked.disks.started).toEqual([]);
    await attacked.memory.stop();
  }
  // Untouched it would have run.
  writeFileSync(file, before);
  writeFileSync(ledger, ledgerBefore);
  const whole = await openSigning({ signers, stateFolder: agent.stateFolder });
  expect(await runCode(whole, id)).toBe('answered');
});

/** What an attacker without a key would like to change, in the operation itself. */
const operationChanges: readonly ((stored: StoredOperation) => StoredOperation)[] = [
  ({ operation, ...rest }) => ({ ...rest, operation: { ...operation, fstype: 'xfs' } }),
  ({ operation, ...rest }) => ({
    ...rest,
    operation: { ...operation, fs_uuid: '00000000-0000-4000-8000-000000000000' },
  }),
  ({ operation, ...rest }) => ({ ...rest, operation: { ...operation, host_scope: 'another' } }),
  ({ operation, ...rest }) => ({ ...rest, operation: { ...operation, facts_sha256: 'f'.repeat(64) } }),
  ({ operation, ...rest }) => ({
    ...rest,
    operation: { ...operation, requested_by: { door: 'root', vmid: null, name: null } },
  }),
  ({ operation, ...rest }) => ({ ...rest, operation: { ...operation, approvals: [] } }),
  ({ operation, ...rest }) => ({
    ...rest,
    operation: {
      ...operation,
      approvals: operation.approvals.map((approval) => ({ ...approval, principal: 'bela' })),
    },
  }),
  ({ operation, ...rest }) => ({
    ...rest,
    operation: {
      ...operation,
      bytes: operation.bytes === null ? null : { ...operation.bytes, wipe: 'quick' },
    },
  }),
  ({ operation, ...rest }) => ({
    ...rest,
    operation: {
      ...operation,
      bytes:
        operation.bytes === null ? null : { ...operation.bytes, expires: operation.bytes.expires + 1000 },
    },
  }),
  ({ operation, ...rest }) => ({
    ...rest,
    operation: {
      ...operation,
      bytes: operation.bytes === null ? null : { ...operation.bytes, sha256: '0'.repeat(64) },
    },
  }),
  ({ operation, identity, ...rest }) => ({
    ...rest,
    operation,
    identity: { ...identity, durable_id: 'byid:wwn-0x5000000000000sdc' },
  }),
];

/** One for each member of the message: a new one cannot be forgotten. */
const PAYLOAD_CHANGES: {
  readonly [
    M in keyof Required<Omit<ApprovalPayload, 'v' | 'type' | 'intent' | 'op'>>
  ]: Partial<ApprovalPayload>;
} = {
  op_id: { op_id: 'op_000000000000000000000000' },
  host_scope: { host_scope: 'another' },
  install: { install: '0'.repeat(64) },
  durable_id: { durable_id: 'byid:wwn-0x5000000000000sdc' },
  fstype: { fstype: 'btrfs' },
  args: { args: { fs_uuid: '00000000-0000-4000-8000-000000000000', wipe: 'quick' } },
  device: { device: { bytes: 1, on_it: [], more: 0 } },
  facts_sha256: { facts_sha256: '0'.repeat(64) },
  nonce: { nonce: '0'.repeat(64) },
  created: { created: '2026-09-21T00:00:00Z' },
  expires: { expires: '2099-01-01T00:00:00Z' },
  threshold: { threshold: 2 },
  requested_by: { requested_by: { door: 'root' } },
};

/** The message as the attacker wants it, and all that the operation says of it with it. */
function forge(
  { operation, identity, signing, version }: StoredOperation,
  change: Partial<ApprovalPayload>,
): StoredOperation {
  const payload = parseApproval(signing?.message ?? '');
  if (payload === undefined || signing === null || operation.bytes === null)
    throw new Error('nothing to forge');
  const forged = { ...payload, ...change };
  const message = formatApproval(forged);
  return {
    version,
    identity,
    signing: { ...signing, message },
    operation: {
      ...operation,
      fstype: forged.fstype,
      fs_uuid: forged.args.fs_uuid,
      facts_sha256: change.facts_sha256 === undefined ? operation.facts_sha256 : forged.facts_sha256,
      requested_by: { ...operation.requested_by, door: forged.requested_by.door },
      bytes: {
        ...operation.bytes,
        wipe: forged.args.wipe,
        made: Date.parse(forged.created),
        expires: Date.parse(forged.expires),
        sha256: plainSha256(message),
      },
    },
  };
}

test('the bytes last an hour: later they are not taken, and what they approved is lost', async () => {
  const clock = createTestClock();
  const agent = await openSigning({ clock });
  const { id } = await approved(agent);
  clock.advance(60 * MINUTE_MS);
  expect(await runCode(agent, id)).toBe('E_OP_STATE');
  expect(await agent.show(ROOT, id)).toMatchObject({ state: 'pending', approvals: [] });
  const lost = (await agent.ledger()).findLast(({ what }) => what === 'op.approval-lost');
  expect(lost).toMatchObject({ subject: id, detail: { code: 'E_OP_EXPIRED' } });
  const { message } = await agent.bytes(ROOT, id);
  clock.advance(60 * MINUTE_MS);
  expect(await codeOf(agent.submit(ROOT, id, agent.signers.sign(message)))).toBe('E_OP_EXPIRED');
});

test('a clock that was set back makes nothing valid again', async () => {
  const clock = createTestClock();
  const agent = await openSigning({ clock });
  const { id } = await approved(agent);
  clock.advance(-10 * MINUTE_MS);
  expect(await runCode(agent, id)).toBe('E_CLOCK_BACK');
  expect(await codeOf(agent.bytes(ROOT, id))).toBe('E_CLOCK_BACK');
  expect((await agent.show(ROOT, id)).state).toBe('approved');
  await agent.handlers.resetClock({ ...agent.request, caller: ROOT, params: {}, body: {} });
  // Made by a clock that was ahead: nobody knows how long they would last.
  await expectLost(agent, id, 'E_OP_EXPIRED');
  expect((await agent.ledger()).map(({ what }) => what)).toContain('clock.reset');
});

test.each<[string, (agent: Signing) => void, string]>([
  ['the key is revoked', ({ signers }) => signers.revoke(signers.anna), 'E_KEY_REVOKED'],
  ['nobody may sign any more', ({ signers }) => signers.write({ allowed: '' }), 'E_TRUST'],
  ['allowed_signers is gone', ({ signers }) => rmSync(join(signers.folder, 'allowed_signers')), 'E_TRUST'],
  ['revoked_signers is gone', ({ signers }) => rmSync(join(signers.folder, 'revoked_signers')), 'E_TRUST'],
  [
    'others can write allowed_signers',
    ({ signers }) => chmodSync(join(signers.folder, 'allowed_signers'), 0o666),
    'E_TRUST',
  ],
  ['a line is spoilt', ({ signers }) => signers.write({ allowed: 'anna\n' }), 'E_TRUST'],
  ['the policy names other approvers', ({ signers }) => signers.policy('approvers: [bela]'), 'E_OP_ROLE'],
  [
    'the policy asks for a security key',
    ({ signers }) => signers.policy('security_key: true'),
    'E_SK_REQUIRED',
  ],
  ['the policy asks for two', ({ signers }) => signers.policy('threshold: 2'), 'E_TRUST'],
])('between approval and run %s: the approval is lost, and nothing is written', async (_, happen, code) => {
  const agent = await openSigning();
  const { id } = await approved(agent);
  happen(agent);
  await expectLost(agent, id, code);
  expect((await agent.ledger()).filter(({ what }) => what === 'signers.changed').length).toBeGreaterThan(0);
});

test('a lifetime that the policy shortens counts for bytes that were made before', async () => {
  const clock = createTestClock();
  const agent = await openSigning({ clock });
  const { id } = await approved(agent);
  agent.signers.policy('lifetime_minutes: 5');
  clock.advance(5 * MINUTE_MS);
  expect((await agent.show(ROOT, id)).bytes?.expires).toBeGreaterThan(clock.now());
  await expectLost(agent, id, 'E_OP_EXPIRED');
});

test('revoked while the format holds the device already: it is not let through', async () => {
  const agent = await openSigning();
  const { id } = await approved(agent);
  agent.disks.beforeStage = async (stage) => {
    if (stage === 'rechecked') agent.signers.revoke(agent.signers.anna);
    return Promise.resolve(undefined);
  };
  await expectLost(agent, id, 'E_KEY_REVOKED');
  expect(agent.disks.started).toHaveLength(1);
});

test('bytes made anew and signed while it starts: what was started is not what runs', async () => {
  const agent = await openSigning();
  const { id } = await approved(agent);
  agent.disks.beforeStage = async (stage) => {
    if (stage !== 'rechecked') return undefined;
    expect(await codeOf(agent.bytes(ROOT, id, { renew: true, wipe: 'quick' }))).toBe('E_DEVICE_BUSY');
    return undefined;
  };
  await agent.run(ROOT, id, { confirm: word });
  expect((await agent.settled(id, 'done'))?.bytes?.wipe).toBe('full');
});

test('approved anew while it starts: what was started is not what was signed, and does not run', async () => {
  const clock = createTestClock();
  const agent = await openSigning({ clock });
  const { id } = await approved(agent);
  agent.disks.beforeStage = async (stage) => {
    if (stage !== 'rechecked') return undefined;
    clock.advance(60 * MINUTE_MS);
    const { message } = await agent.bytes(ROOT, id, { wipe: 'quick' });
    await agent.submit(ROOT, id, agent.signers.sign(message));
    return undefined;
  };
  const refusal = await refusalOf(agent.run(ROOT, id, { confirm: word }));
  expect(refusal).toMatchObject({ code: 'E_OP_STATE', message: expect.stringContaining('approved anew') });
  expect(agent.disks.passed).toEqual([]);
  agent.disks.beforeStage = async () => Promise.resolve(undefined);
  await agent.run(ROOT, id, { confirm: word });
  await agent.settled(id, 'done');
  expect(agent.disks.started.map(({ order }) => order.wipe)).toEqual(['full', 'quick']);
});

test('what cannot be written into the ledger approves nothing', async () => {
  const agent = await openSigning();
  const id = await asked(agent);
  const { message } = await agent.bytes(ROOT, id);
  const ledger = join(agent.stateFolder, 'ledger.jsonl');
  const before = readFileSync(ledger);
  rmSync(ledger);
  mkdirSync(ledger);
  const signature = agent.signers.sign(message);
  expect(await codeOf(agent.submit(ROOT, id, signature))).toBe('E_STORE');
  expect(await codeOf(agent.bytes(ROOT, id, { renew: true }))).toBe('E_STORE');
  expect(await agent.show(ROOT, id)).toMatchObject({ state: 'pending', approvals: [] });
  expect(await runCode(agent, id)).toBe('E_OP_STATE');
  rmSync(ledger, { recursive: true });
  writeFileSync(ledger, before);
  expect((await agent.submit(ROOT, id, signature)).operation.state).toBe('approved');
});

test('handed in twice at once, it counts once', async () => {
  const agent = await openSigning();
  const id = await asked(agent);
  const { message } = await agent.bytes(ROOT, id);
  const signature = agent.signers.sign(message);
  const codes = await Promise.all(
    Array.from({ length: 8 }, async () => codeOf(agent.submit(ROOT, id, signature))),
  );
  expect(codes.toSorted()).toEqual([
    'E_OP_STATE',
    'E_OP_STATE',
    'E_OP_STATE',
    'E_OP_STATE',
    'E_OP_STATE',
    'E_OP_STATE',
    'E_OP_STATE',
    'answered',
  ]);
  expect((await agent.ledger()).filter(({ what }) => what === 'op.approved')).toHaveLength(1);
});

test('a signed run wants the word that belongs to the disk', async () => {
  const agent = await openSigning();
  const { id } = await approved(agent);
  expect(await codeOf(agent.run(ROOT, id))).toBe('E_WORD');
  expect(await codeOf(agent.run(ROOT, id, { confirm: '' }))).toBe('E_WORD');
  expect(await codeOf(agent.run(ROOT, id, { confirm: 'wrong' }))).toBe('E_WORD');
  expect(agent.disks.started).toEqual([]);
});

test('a mounted disk is not wiped, and stays approved until it is released', async () => {
  const agent = await openSigning();
  const { id } = await approved(agent);
  agent.disks.set({ name: 'sdb', ...MOUNTED });
  const refusal = await refusalOf(agent.run(ROOT, id, { confirm: word }));
  expect(refusal).toMatchObject({ code: 'E_DEVICE_HELD', hint: 'release it with: umount /mnt' });
  expect((await agent.show(ROOT, id)).state).toBe('approved');
  expect(agent.disks.started).toEqual([]);
  agent.disks.set({ name: 'sdb', ...CONTENT });
  expect(await runCode(agent, id)).toBe('answered');
});

test('another disk than the one that was signed for: the operation is dead', async () => {
  const agent = await openSigning();
  const { id, signature } = await approved(agent);
  agent.disks.set({ name: 'sdb', ...CONTENT, facts: 'another' });
  expect(await runCode(agent, id)).toBe('E_DEVICE_CHANGED');
  expect(await agent.show(ROOT, id)).toMatchObject({ state: 'invalid', dirty: false });
  agent.disks.set({ name: 'sdb', ...CONTENT });
  expect(await codeOf(agent.submit(ROOT, id, signature))).toBe('E_OP_STATE');
  expect(agent.disks.started).toEqual([]);
});

test('asking for bytes looks at the disk: what has changed is told before anybody signs', async () => {
  const agent = await openSigning();
  const id = await asked(agent);
  agent.disks.set({ name: 'sdb', ...CONTENT, facts: 'another' });
  expect(await codeOf(agent.bytes(ROOT, id))).toBe('E_DEVICE_CHANGED');
  expect((await agent.show(ROOT, id)).state).toBe('invalid');
});

test('a guest that asks again takes no approval away, starts nothing, and sees none of it', async () => {
  const agent = await openSigning({ grants: { 9200: '*' } });
  const { id } = await approved(agent);
  expect(await codeOf(agent.format(guestOf(9200)))).toBe('E_PENDING_SIGNATURE');
  expect((await agent.show(ROOT, id)).state).toBe('approved');
  expect(await codeOf(agent.format(guestOf(9300)))).toBe('E_OP_OPEN');
  // Blank by now, and granted: still it is the signature's.
  agent.disks.set({ name: 'sdb' });
  expect(await agent.format(guestOf(9200))).toMatchObject({ id, state: 'approved' });
  expect(await agent.format(guestOf(9200))).toMatchObject({ id, approved_by: { how: 'signature' } });
  expect(agent.disks.started).toEqual([]);
  // Nor was it tried.
  expect(agent.problems).toEqual([]);
  const all = await agent.facts.operations();
  const seen = [
    await agent.format(guestOf(9200)),
    await agent.show(guestOf(9200), id),
    ...(await agent.list(guestOf(9200))),
    ...agent.memory.subjects.operations.forGuest(all, 9200).operations,
  ];
  expect(seen).toHaveLength(4);
  for (const operation of seen) expect(operation).toMatchObject({ bytes: null, approvals: [] });
  expect(JSON.stringify(seen)).not.toContain('anna');
  for (const route of ['bytesOperation', 'submitOperation'] as const) {
    const body = { signature: '' };
    const call = { ...agent.request, caller: guestOf(9200), params: { id }, body };
    expect(await codeOf(agent.handlers[route](call))).toBe('E_FORBIDDEN');
  }
});

test('on a disk that is blank a signature does as well, and no word is taken in its place', async () => {
  const agent = await openSigning({ disks: createFakeDisks([{ name: 'sdb' }]) });
  const { id } = await agent.format(ROOT);
  const { message } = await agent.bytes(ROOT, id, { wipe: 'quick' });
  await agent.submit(ROOT, id, agent.signers.sign(message));
  expect(await codeOf(agent.confirm(ROOT, id, { confirm: word }))).toBe('E_OP_STATE');
  await agent.run(ROOT, id, { confirm: word });
  await agent.settled(id, 'done');
  expect(agent.disks.started[0]?.order.wipe).toBe('quick');
});

test('a weak name: neither grant nor word is enough, only a signature; and it needs a serial of its own', async () => {
  const durableId = 'byid:usb-Bridge_0123456789-0:0';
  const disks = createFakeDisks([{ name: 'sdb', durableId }]);
  const agent = await openSigning({ disks, grants: { 9200: '*' } });
  expect(await codeOf(agent.format(guestOf(9200)))).toBe('E_PENDING_SIGNATURE');
  const [operation] = await agent.list(ROOT);
  const id = operation?.id ?? '';
  expect(await codeOf(agent.confirm(ROOT, id, { confirm: word }))).toBe('E_PENDING_SIGNATURE');
  const { message } = await agent.bytes(ROOT, id);
  await agent.submit(ROOT, id, agent.signers.sign(message));
  agent.disks.set({ name: 'sdc', serial: 'SERIAL-sdb' });
  expect(await codeOf(agent.run(ROOT, id, { confirm: word }))).toBe('E_DEVICE_BARRED');
  agent.disks.pull('sdc');
  await agent.run(ROOT, id, { confirm: word });
  await agent.settled(id, 'done');
  agent.disks.set({ name: 'sdd', durableId: 'byid:usb-Bridge_-0:0', serial: null });
  expect(await codeOf(agent.format(ROOT, { device: '/dev/sdd' }))).toBe('E_DEVICE_BARRED');
});

test('sixteen runs of a signed one at once: one runs', async () => {
  const agent = await openSigning();
  const { id } = await approved(agent);
  const codes = await Promise.all(Array.from({ length: 16 }, async () => runCode(agent, id)));
  expect(codes.filter((code) => code === 'answered')).toHaveLength(1);
  await agent.settled(id, 'done');
  expect(agent.disks.started).toHaveLength(1);
});

test('zeroing can be cancelled: the signature is spent, and the disk counts as written', async () => {
  const agent = await openSigning();
  const { id, signature } = await approved(agent);
  agent.disks.beforeStage = async (stage) => {
    if (stage === 'zero_verified') await agent.cancel(ROOT, id);
    return undefined;
  };
  await agent.run(ROOT, id, { confirm: word });
  expect(await agent.settled(id, 'cancelled')).toMatchObject({
    state: 'cancelled',
    dirty: true,
    stage: 'wiping',
    ended: { code: 'E_CANCELLED', detail: expect.stringContaining('the signature is spent') },
  });
  expect(await codeOf(agent.submit(ROOT, id, signature))).toBe('E_OP_STATE');
});

test('from mkfs on it goes to its end', async () => {
  const agent = await openSigning();
  const { id } = await approved(agent);
  const codes: string[] = [];
  agent.disks.beforeStage = async (stage) => {
    if (stage === 'fs_verified') codes.push(await codeOf(agent.cancel(ROOT, id)));
    return undefined;
  };
  await agent.run(ROOT, id, { confirm: word });
  await agent.settled(id, 'done');
  expect(codes).toEqual(['E_OP_STATE']);
});

test('a signed run does not leave out the zeroing', async () => {
  const agent = await openSigning();
  const { id } = await approved(agent);
  const heard: string[] = [];
  agent.disks.beforeStage = async (stage, listener) => {
    if (stage === 'wiping')
      await listener.onStage('zero_verified', true).catch((error: unknown) => heard.push(String(error)));
    return undefined;
  };
  await agent.run(ROOT, id, { confirm: word });
  expect(await agent.settled(id, 'failed')).toMatchObject({ state: 'failed', dirty: false });
  expect(heard).toEqual([expect.stringContaining('zero_verified cannot follow rechecked')]);
});

test('who tries signatures by the dozen waits; the other door does not', async () => {
  const clock = createTestClock();
  const agent = await openSigning({ clock });
  const id = await asked(agent);
  await agent.bytes(ROOT, id);
  for (let count = 0; count < 10; count++) {
    expect(await codeOf(agent.submit(GROUP, id, 'nothing'))).toBe('E_SIG_ARMOR');
  }
  expect(await refusalOf(agent.submit(GROUP, id, 'nothing'))).toMatchObject({
    code: 'E_RATE',
    retryAfterS: 6,
  });
  expect(await codeOf(agent.submit(ROOT, id, 'nothing'))).toBe('E_SIG_ARMOR');
  clock.advance(6000);
  expect(await codeOf(agent.submit(GROUP, id, 'nothing'))).toBe('E_SIG_ARMOR');
  expect(await codeOf(agent.submit(GROUP, id, 'x'.repeat(17_000)))).toBe('E_SIG_TOO_LARGE');
});

test('a copy of the host signs and runs nothing until root has said that it is right', async () => {
  const signers = makeSigners();
  const agent = await openSigning({ signers });
  const { id, signature } = await approved(agent);
  await agent.memory.stop();
  const copy = await openSigning({ signers, stateFolder: agent.stateFolder, hostIds: hostIdsOf('two') });
  expect(copy.memory.trouble()).toContain('not the installation');
  expect(copy.problems.join()).toContain('not the installation');
  expect(await runCode(copy, id)).toBe('E_INSTALL_CHANGED');
  expect(await codeOf(copy.bytes(ROOT, id))).toBe('E_INSTALL_CHANGED');
  expect((await copy.show(ROOT, id)).state).toBe('approved');
  const { install } = await copy.acceptInstall();
  expect(copy.memory.trouble()).toBeUndefined();
  await expectLost(copy, id, 'E_OP_HOST');
  expect(await codeOf(copy.submit(ROOT, id, signature))).toBe('E_OP_HOST');
  const told = (await copy.ledger()).filter(({ what }) => what.startsWith('install.'));
  expect(told.map(({ what }) => what)).toEqual(['install.made', 'install.changed', 'install.accepted']);
  expect(told[2]?.detail).toEqual({ before: told[0]?.detail['now'], now: install });
  const { message } = await copy.bytes(ROOT, id);
  expect(parseApproval(message)?.install).toBe(install);
});

test('a host that is again what it was says so once, and goes on', async () => {
  const signers = makeSigners();
  const agent = await openSigning({ signers });
  const { id, operation } = await approved(agent);
  const { stateFolder } = agent;
  await agent.memory.stop();
  const other = await openSigning({ signers, stateFolder, hostIds: hostIdsOf('two') });
  await other.memory.stop();
  const again = await openSigning({ signers, stateFolder });
  expect(again.memory.trouble()).toBeUndefined();
  await again.run(ROOT, id, { confirm: operation.confirm_word });
  await again.settled(id, 'done');
  await again.memory.stop();
  const last = await openSigning({ signers, stateFolder });
  const told = (await last.ledger()).filter(({ what }) => what.startsWith('install.'));
  expect(told.map(({ what }) => what)).toEqual(['install.made', 'install.changed', 'install.restored']);
});

test.each<[string, (file: string) => void]>([
  ['gone', (file) => rmSync(file)],
  ['torn', (file) => writeFileSync(file, '{"version":1')],
  [
    'of another',
    (file) =>
      writeFileSync(file, JSON.stringify({ version: 1, id: '0'.repeat(64), install: '1'.repeat(64) })),
  ],
])('a file of the installation that is %s is no new beginning', async (_, spoil) => {
  const signers = makeSigners();
  const agent = await openSigning({ signers });
  await approved(agent);
  await agent.memory.stop();
  spoil(join(agent.stateFolder, 'installation'));
  const next = await openSigning({ signers, stateFolder: agent.stateFolder });
  const [operation] = await next.list(ROOT);
  expect(await runCode(next, operation?.id ?? '')).toBe('E_INSTALL_CHANGED');
  await next.acceptInstall();
  await expectLost(next, operation?.id ?? '', 'E_OP_HOST');
});

test('long and foreign names have room: the rows that do not fit are counted', async () => {
  const row = {
    device: 'sdb1',
    size_bytes: 4096,
    fs_type: 'ext4',
    label: '\u001B[2J\u202E%képek'.repeat(9),
    uuid: null,
    last_mounted: 1_790_000_000_000,
    last_mounted_on: '/srv/képek',
  };
  const content = Array.from({ length: 60 }, (_, index) => ({ ...row, device: `sdb${index}` }));
  const agent = await openSigning({ disks: createFakeDisks([{ name: 'sdb', ...CONTENT, content }]) });
  const id = await asked(agent);
  const { message } = await agent.bytes(ROOT, id);
  expect(message).toMatch(/^[\u0020-\u007E]+\n$/);
  const { device } = parseApproval(message) ?? {};
  expect(message.length).toBeGreaterThan(3500);
  expect(device?.on_it.length).toBeGreaterThan(5);
  expect((device?.on_it.length ?? 0) + (device?.more ?? 0)).toBe(60);
  expect(device?.on_it[0]).toMatchObject({
    label: expect.stringMatching(/^%1B\[2J%E2%80%AE%25k%C3%A9pek.*\.\.\.$/),
    last_mounted: '2026-09-21T14:13:20Z',
    last_mounted_on: '/srv/k%C3%A9pek',
  });
});

test('who may sign is told as it is now, and what changed stands in the ledger', async () => {
  const agent = await openSigning();
  const tell = async () => {
    const answer = await agent.handlers.signers({ ...agent.request, caller: GROUP, params: {}, body: {} });
    return 'signers' in answer ? answer.signers : undefined;
  };
  expect(await tell()).toMatchObject({ ready: true, signers: [{ principal: 'anna', state: 'usable' }] });
  await tell();
  agent.signers.revoke(agent.signers.anna);
  expect(await tell()).toMatchObject({ ready: true, signers: [{ principal: 'anna', state: 'revoked' }] });
  const changed = (await agent.ledger()).filter(({ what }) => what === 'signers.changed');
  expect(changed).toHaveLength(2);
  expect(changed[1]?.detail['before']).toBe(changed[0]?.detail['now']);
  // Whose files they are is no matter of what stands in them, and counts as much.
  chmodSync(join(agent.signers.folder, 'allowed_signers'), 0o666);
  expect(await tell()).toMatchObject({ ready: false });
  const last = (await agent.ledger()).findLast(({ what }) => what === 'signers.changed');
  expect(last?.detail).toMatchObject({ ready: false, why: expect.stringContaining('allowed_signers') });
});
