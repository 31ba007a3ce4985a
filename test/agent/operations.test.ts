// Operations by their routes: asked for, confirmed, denied, run, cancelled, by whom and what of it stands.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { formatRefused, PENDING_SIGNATURE } from '../../src/contracts/api-error.ts';
import { createFakeDisks, MOUNTED, signalOf, type FakeDisks, type UNSIGNED_STAGES } from './fake-disks.ts';
import {
  codeOf,
  createTestClock,
  GROUP,
  guestOf,
  openAgent,
  refusalOf,
  ROOT,
  type OpenedAgent,
} from './open-agent.ts';

const DAY_MS = 24 * 3_600_000;
const oneDisk = () => createFakeDisks([{ name: 'sdb' }]);
const word = '-sdb';

/** Holds every format at this stage until it is let go. */
function holdAt(disks: FakeDisks, stage: (typeof UNSIGNED_STAGES)[number]) {
  const gate = Promise.withResolvers<undefined>();
  const reached = Promise.withResolvers<undefined>();
  disks.beforeStage = async (now) => {
    if (now !== stage) return undefined;
    reached.resolve(undefined);
    await gate.promise;
    return undefined;
  };
  return { reached: reached.promise, letGo: () => gate.resolve(undefined) };
}

test('the seeds’ refusal, word for word, and a repeat gives the same operation', async () => {
  const durableId = 'byid:wwn-0x5000039ddb108568-part1';
  const disks = createFakeDisks([{ name: 'sdb1', durableId, ...MOUNTED }]);
  const agent = await openAgent({ disks, grants: { 9200: '*' } });
  const ask = async () => refusalOf(agent.format(guestOf(9200), { vmid: 9200, device: '/dev/sdb1' }));
  const refusal = await ask();
  const body = { error: refusal?.message, code: refusal?.code, ...refusal?.extra };
  const [operation] = await agent.list(guestOf(9200));
  expect(body).toEqual({
    error: 'device is data-bearing — format requires an operator signature (pending_signature)',
    code: 'E_PENDING_SIGNATURE',
    formatted: false,
    data_bearing: true,
    reason: 'device is mounted',
    pending_op: {
      op: 'storage_wipe',
      host_scope: 'demo-felhom-01',
      durable_id: durableId,
      fstype: 'ext4',
      id: operation?.id,
    },
  });
  expect(formatRefused.parse(body).error).toBe(PENDING_SIGNATURE);
  expect((await ask())?.extra).toEqual(refusal?.extra);
  expect(await agent.list(ROOT)).toHaveLength(1);
  expect(disks.started).toEqual([]);
});

test('a granted blank one runs to its end, with the UUID that was chosen beforehand', async () => {
  const agent = await openAgent({ disks: oneDisk(), grants: { 9200: '*' } });
  const operation = await agent.format(guestOf(9200));
  expect(operation).toMatchObject({ state: 'approved', data_bearing: true, fstype: 'ext4' });
  expect(operation.approved_by).toMatchObject({ how: 'grant', by: { door: 'guest', vmid: 9200 } });
  const done = await agent.settled(operation.id, 'done');
  expect(done).toMatchObject({ state: 'done', dirty: true, stage: 'released', ended: { code: null } });
  expect(agent.disks.started[0]?.order).toMatchObject({ fs_uuid: operation.fs_uuid, fstype: 'ext4' });
  expect((await agent.ledger()).map(({ what }) => what)).toEqual([
    'agent.started',
    'op.requested',
    'op.approved',
    'op.claimed',
    'op.done',
  ]);
  expect(agent.notices).toMatchObject([{ kind: 'operation-ended', subject: operation.id }]);
});

test('without a grant it waits on the host for a confirm with the word', async () => {
  const agent = await openAgent({ disks: oneDisk() });
  const { id, state } = await agent.format(guestOf(9200));
  expect(state).toBe('pending');
  expect(await codeOf(agent.confirm(GROUP, id))).toBe('E_WORD');
  expect(await codeOf(agent.confirm(GROUP, id, { confirm: 'sdb' }))).toBe('E_WORD');
  expect(await codeOf(agent.run(GROUP, id))).toBe('E_OP_STATE');
  expect(agent.disks.started).toEqual([]);
  const claimed = await agent.confirm(GROUP, id, { confirm: word, name: 'anna' });
  expect(claimed.state).toBe('claimed');
  expect(claimed.approved_by).toMatchObject({ how: 'confirm', by: { door: 'group', name: 'anna' } });
  expect((await agent.settled(id, 'done'))?.state).toBe('done');
  expect(await codeOf(agent.confirm(GROUP, id, { confirm: word }))).toBe('E_OP_STATE');
});

test('data that came after the request is not confirmed away', async () => {
  const agent = await openAgent({ disks: oneDisk() });
  const { id } = await agent.format(guestOf(9200));
  agent.disks.set({ name: 'sdb', verdict: 'data', signals: [signalOf('signature', 'content')] });
  expect(await codeOf(agent.confirm(ROOT, id, { confirm: word }))).toBe('E_PENDING_SIGNATURE');
  expect((await agent.ledger()).map(({ what }) => what)).not.toContain('op.approved');
  agent.disks.set({ name: 'sdb', facts: 'another' });
  expect(await codeOf(agent.confirm(ROOT, id, { confirm: word }))).toBe('E_DEVICE_CHANGED');
  const ended = await agent.show(ROOT, id);
  expect(ended).toMatchObject({ state: 'invalid', dirty: false, ended: { code: 'E_DEVICE_CHANGED' } });
  expect(agent.disks.started).toEqual([]);
});

test('a data-bearing one can be confirmed by nobody', async () => {
  const disks = createFakeDisks([{ name: 'sdb', ...MOUNTED }]);
  const agent = await openAgent({ disks });
  const refusal = await refusalOf(agent.format(ROOT, { confirm: word }));
  expect(refusal?.code).toBe('E_PENDING_SIGNATURE');
  const [operation] = await agent.list(ROOT);
  const id = operation?.id ?? '';
  expect(await codeOf(agent.confirm(ROOT, id, { confirm: word }))).toBe('E_PENDING_SIGNATURE');
  expect(await codeOf(agent.run(ROOT, id))).toBe('E_OP_STATE');
  expect(disks.started).toEqual([]);
});

test('held at the claim: 423 names the holder, the operation stays approved and runs later', async () => {
  const agent = await openAgent({ disks: oneDisk() });
  let held = true;
  agent.disks.beforeStage = async () =>
    held ? { state: 'held', detail: 'opened by mkfs (pid 7)' } : undefined;
  const { id } = await agent.format(guestOf(9200));
  const refusal = await refusalOf(agent.confirm(ROOT, id, { confirm: word }));
  expect(refusal?.code).toBe('E_DEVICE_HELD');
  expect(refusal?.message).toContain('opened by mkfs (pid 7)');
  expect(await agent.show(ROOT, id)).toMatchObject({ state: 'approved', dirty: false, stage: null });
  held = false;
  expect((await agent.run(ROOT, id)).state).toBe('claimed');
  expect((await agent.settled(id, 'done'))?.state).toBe('done');
});

test('held before the claim: 423 names how to release it', async () => {
  const agent = await openAgent({ disks: oneDisk() });
  agent.disks.beforeStage = async () => ({ state: 'held', detail: 'opened' });
  const { id } = await agent.format(guestOf(9200));
  await refusalOf(agent.confirm(ROOT, id, { confirm: word }));
  agent.disks.set({
    name: 'sdb',
    verdict: 'in_use',
    reason: 'device is opened by another process',
    signals: [signalOf('open', 'held', 'kill 7')],
  });
  const refusal = await refusalOf(agent.run(ROOT, id));
  expect(refusal).toMatchObject({ code: 'E_DEVICE_HELD', hint: 'release it with: kill 7' });
  expect((await agent.show(ROOT, id)).state).toBe('approved');
  expect(agent.disks.started).toHaveLength(1);
});

test('who only looks at a disk for a moment, as lvs and smartd do, holds nobody up', async () => {
  const agent = await openAgent({ disks: oneDisk(), grants: { 9200: '*' } });
  agent.disks.set({ name: 'sdb', verdict: 'in_use', signals: [signalOf('open', 'held')] });
  const asked = agent.format(guestOf(9200));
  await sleep(600);
  agent.disks.set({ name: 'sdb' });
  expect(await asked).toMatchObject({ state: 'approved' });
});

test('an approval is lost when there is data at the run', async () => {
  const agent = await openAgent({ disks: oneDisk() });
  agent.disks.beforeStage = async () => ({ state: 'held', detail: 'opened' });
  const { id } = await agent.format(guestOf(9200));
  await refusalOf(agent.confirm(ROOT, id, { confirm: word }));
  agent.disks.set({ name: 'sdb', ...MOUNTED });
  expect(await codeOf(agent.run(ROOT, id))).toBe('E_PENDING_SIGNATURE');
  expect(await agent.show(ROOT, id)).toMatchObject({
    state: 'pending',
    approved_by: null,
    data_bearing: true,
  });
});

test('an approved one whose disk is another by the time of the run is invalid', async () => {
  const agent = await openAgent({ disks: oneDisk() });
  agent.disks.beforeStage = async () => ({ state: 'held', detail: 'opened' });
  const { id } = await agent.format(guestOf(9200));
  await refusalOf(agent.confirm(ROOT, id, { confirm: word }));
  agent.disks.set({ name: 'sdb', facts: 'another' });
  expect(await codeOf(agent.run(ROOT, id))).toBe('E_DEVICE_CHANGED');
  expect(await agent.show(ROOT, id)).toMatchObject({ state: 'invalid', ended: { code: 'E_DEVICE_CHANGED' } });
  expect(agent.disks.started).toHaveLength(1);
});

test('asked again for what bears data by now, an approval is gone', async () => {
  const agent = await openAgent({ disks: oneDisk() });
  agent.disks.beforeStage = async () => ({ state: 'held', detail: 'opened' });
  const { id } = await agent.format(guestOf(9200));
  await refusalOf(agent.confirm(ROOT, id, { confirm: word }));
  agent.disks.set({ name: 'sdb', ...MOUNTED });
  const refusal = await refusalOf(agent.format(guestOf(9200)));
  expect(refusal?.extra).toMatchObject({ reason: 'device is mounted', pending_op: { id } });
  expect(await agent.show(ROOT, id)).toMatchObject({
    state: 'pending',
    approved_by: null,
    reason: 'device is mounted',
  });
});

test('a disk without a word is confirmed by no word, and not by an empty one', async () => {
  const agent = await openAgent({ disks: createFakeDisks([{ name: 'sdb', word: '' }]) });
  expect(await codeOf(agent.format(ROOT, { confirm: '' }))).toBe('E_WORD');
  const { id } = await agent.format(ROOT);
  expect(await codeOf(agent.confirm(ROOT, id, { confirm: '' }))).toBe('E_WORD');
  expect(await codeOf(agent.confirm(ROOT, id))).toBe('E_WORD');
});

test('a grant that is gone by the time of the run does not hold', async () => {
  const agent = await openAgent({ disks: oneDisk(), grants: { 9200: '*' } });
  agent.disks.beforeStage = async () => ({ state: 'held', detail: 'opened' });
  const { id } = await agent.format(guestOf(9200));
  await agent.settled(id, 'approved');
  await agent.notBegun();
  agent.setting.grants = new Error('the file is gone');
  expect(await codeOf(agent.run(ROOT, id))).toBe('E_OP_STATE');
  expect(await agent.show(ROOT, id)).toMatchObject({ state: 'pending', approved_by: null });
});

test.each<[string, (agent: OpenedAgent) => void]>([
  ['its grant is taken back', (agent) => void (agent.setting.grants = {})],
  ['it expires', (agent) => agent.clock.advance(8 * DAY_MS)],
  ['the clock is set back', (agent) => agent.clock.advance(-DAY_MS)],
])('%s between start and claim: it is not let through', async (_name, happen) => {
  const agent = await openAgent({ disks: oneDisk(), grants: { 9200: '*' } });
  const hold = holdAt(agent.disks, 'rechecked');
  const { id } = await agent.format(guestOf(9200));
  await hold.reached;
  happen(agent);
  hold.letGo();
  await agent.notBegun();
  expect(agent.disks.passed).toEqual([]);
  expect((await agent.show(ROOT, id)).state).not.toBe('claimed');
  expect((await agent.ledger()).map(({ what }) => what)).not.toContain('op.claimed');
});

test('sixteen runs at once: one runs', async () => {
  const agent = await openAgent({ disks: oneDisk() });
  agent.disks.beforeStage = async () => ({ state: 'held', detail: 'opened' });
  const { id } = await agent.format(guestOf(9200));
  await refusalOf(agent.confirm(ROOT, id, { confirm: word }));
  agent.disks.beforeStage = async () => undefined;
  agent.disks.started.length = 0;
  const codes = await Promise.all(Array.from({ length: 16 }, async () => codeOf(agent.run(ROOT, id))));
  expect(codes.filter((code) => code === 'answered')).toHaveLength(1);
  expect(codes.filter((code) => code === 'E_DEVICE_BUSY' || code === 'E_OP_STATE')).toHaveLength(15);
  expect(agent.disks.started).toHaveLength(1);
  await agent.settled(id, 'done');
  expect(await codeOf(agent.run(ROOT, id))).toBe('E_OP_STATE');
});

test('sixteen requests at once make one operation, and one run', async () => {
  const agent = await openAgent({ disks: oneDisk(), grants: { 9200: '*' } });
  const hold = holdAt(agent.disks, 'zero_verified');
  const all = await Promise.all(Array.from({ length: 16 }, async () => codeOf(agent.format(guestOf(9200)))));
  await hold.reached;
  expect(await agent.list(ROOT)).toHaveLength(1);
  expect(agent.disks.started).toHaveLength(1);
  expect(all.filter((code) => code !== 'answered' && code !== 'E_DEVICE_BUSY')).toEqual([]);
  expect(await codeOf(agent.format(ROOT, { confirm: word }))).toBe('E_DEVICE_BUSY');
  hold.letGo();
});

test('it can be cancelled while it reads, and not any more once it writes', async () => {
  const agent = await openAgent({ disks: oneDisk() });
  const reading = holdAt(agent.disks, 'mkfs');
  const first = await agent.format(ROOT, { confirm: word });
  await reading.reached;
  expect((await agent.cancel(GROUP, first.id, { name: 'anna' })).state).toBe('claimed');
  reading.letGo();
  const cancelled = await agent.settled(first.id, 'cancelled');
  expect(cancelled).toMatchObject({ state: 'cancelled', dirty: false, ended: { code: 'E_CANCELLED' } });
  expect((await agent.ledger()).at(-1)).toMatchObject({ what: 'op.cancelled', by: { name: 'anna' } });

  const writing = holdAt(agent.disks, 'fs_verified');
  const second = await agent.format(ROOT, { confirm: word });
  await writing.reached;
  expect(await codeOf(agent.cancel(ROOT, second.id))).toBe('E_OP_STATE');
  writing.letGo();
  expect((await agent.settled(second.id, 'done'))?.state).toBe('done');
  expect(await codeOf(agent.cancel(ROOT, second.id))).toBe('E_OP_STATE');
});

test('cancelled while it starts: it is denied, and was never let through', async () => {
  const agent = await openAgent({ disks: oneDisk() });
  const hold = holdAt(agent.disks, 'rechecked');
  const { id } = await agent.format(ROOT, { confirm: word });
  await hold.reached;
  await agent.cancel(GROUP, id);
  hold.letGo();
  expect(await agent.settled(id, 'denied')).toMatchObject({
    state: 'denied',
    ended: { code: 'E_CANCELLED' },
  });
  expect(agent.disks.passed).toEqual([]);
});

test('denied while it starts: it is not let through', async () => {
  const agent = await openAgent({ disks: oneDisk() });
  const hold = holdAt(agent.disks, 'rechecked');
  const { id } = await agent.format(ROOT, { confirm: word });
  await hold.reached;
  expect((await agent.deny(GROUP, id)).state).toBe('denied');
  hold.letGo();
  await agent.notBegun();
  expect((await agent.show(ROOT, id)).state).toBe('denied');
  expect(agent.disks.passed).toEqual([]);
});

test('a byte that is not zero ends it, and the next request hears of the data', async () => {
  const agent = await openAgent({ disks: oneDisk(), grants: { 9200: '*' } });
  agent.disks.beforeStage = async (stage) =>
    stage === 'mkfs' ? { state: 'invalid', code: 'E_NOT_BLANK', detail: 'byte 4096 is not zero' } : undefined;
  const { id } = await agent.format(guestOf(9200));
  const ended = await agent.settled(id, 'invalid');
  expect(ended).toMatchObject({ state: 'invalid', dirty: false, ended: { code: 'E_NOT_BLANK' } });
  const refusal = await refusalOf(agent.format(guestOf(9200)));
  expect(refusal?.extra).toMatchObject({
    data_bearing: true,
    reason: 'device holds bytes that are not zero',
  });
});

test.each([
  [{ state: 'failed', code: 'E_MKFS', detail: 'it said no', dirty: true }, 'fs_verified', 'failed', true],
  [{ state: 'failed', code: 'E_READ', detail: 'EIO', dirty: false }, 'mkfs', 'failed', false],
  [{ state: 'failed', code: 'E_BUG', detail: 'it wrote', dirty: true }, 'mkfs', 'failed', true],
  // An end that does not go with what was written is told as the worse of the two.
  [{ state: 'invalid', code: 'E_DEVICE_CHANGED', detail: '' }, 'fs_verified', 'failed', true],
  [{ state: 'cancelled', dirty: true }, 'fs_verified', 'failed', true],
  [{ state: 'done' }, 'mkfs', 'failed', false],
] as const)('%o before %s ends as %s', async (result, stage, state, dirty) => {
  const agent = await openAgent({ disks: oneDisk() });
  agent.disks.beforeStage = async (now) => (now === stage ? result : undefined);
  const { id } = await agent.format(ROOT, { confirm: word });
  expect(await agent.settled(id, state)).toMatchObject({ state, dirty });
});

test('a format that ends before its claim has written nothing, and says why', async () => {
  const agent = await openAgent({ disks: oneDisk() });
  agent.disks.beforeStage = async () => ({
    state: 'failed',
    code: 'E_TOOL',
    detail: 'no mkfs here',
    dirty: false,
  });
  const { id } = await agent.format(ROOT, { confirm: word });
  expect(await agent.settled(id, 'invalid')).toMatchObject({
    state: 'invalid',
    dirty: false,
    ended: { code: 'E_TOOL', detail: 'no mkfs here' },
  });
});

test('a format that breaks the order of stages is stopped', async () => {
  const agent = await openAgent({ disks: oneDisk() });
  const heard: string[] = [];
  agent.disks.beforeStage = async (stage, listener) => {
    if (stage === 'rechecked') {
      await listener.onStage('mkfs', true).catch((error: unknown) => heard.push(String(error)));
    }
    return undefined;
  };
  const { id } = await agent.format(ROOT, { confirm: word });
  await agent.notBegun();
  expect(heard).toEqual([expect.stringContaining('nothing may begin before the claim')]);
  expect(agent.disks.passed).toEqual([]);
  expect((await agent.show(ROOT, id)).state).toBe('approved');
});

test('nothing is written before every byte was read', async () => {
  const agent = await openAgent({ disks: oneDisk() });
  const heard: string[] = [];
  agent.disks.beforeStage = async (stage, listener) => {
    if (stage === 'zero_verified') {
      await listener.onStage('mkfs', true).catch((error: unknown) => heard.push(String(error)));
    }
    return undefined;
  };
  const { id } = await agent.format(ROOT, { confirm: word });
  expect(await agent.settled(id, 'failed')).toMatchObject({ state: 'failed', dirty: false });
  expect(heard).toEqual([expect.stringContaining('stage mkfs cannot follow rechecked')]);
  expect(agent.disks.passed).toEqual(['rechecked']);
});

test('to have written before every byte was read is not let through', async () => {
  const agent = await openAgent({ disks: oneDisk() });
  agent.disks.beforeStage = async (stage, listener) => {
    if (stage === 'zero_verified') await listener.onStage('zero_verified', true);
    return undefined;
  };
  const { id } = await agent.format(ROOT, { confirm: word });
  expect((await agent.settled(id, 'failed'))?.ended?.detail).toContain(
    'zero_verified cannot follow rechecked',
  );
});

test('a format that did not hear of its cancelling is not let write', async () => {
  const agent = await openAgent({ disks: oneDisk() });
  agent.disks.beforeStage = async (stage, listener) => {
    if (stage !== 'mkfs') return undefined;
    const [operation] = await agent.list(ROOT);
    await agent.cancel(ROOT, operation?.id ?? '');
    await listener.onStage('mkfs', true);
    return undefined;
  };
  const { id } = await agent.format(ROOT, { confirm: word });
  expect(await agent.settled(id, 'cancelled')).toMatchObject({ state: 'cancelled', dirty: false });
  expect(agent.disks.passed).toEqual(['rechecked', 'zero_verified']);
});

test('zeroing is not let through without a signature', async () => {
  const agent = await openAgent({ disks: oneDisk() });
  agent.disks.beforeStage = async (stage, listener) => {
    if (stage === 'zero_verified') await listener.onStage('wiping', true);
    return undefined;
  };
  const { id } = await agent.format(ROOT, { confirm: word });
  expect(await agent.settled(id, 'failed')).toMatchObject({ state: 'failed', dirty: false });
  expect(agent.disks.passed).toEqual(['rechecked']);
});

test('nobody is served by a name that is not listed, and the name is not looked at', async () => {
  const disks = createFakeDisks([{ name: 'sdb' }]);
  const agent = await openAgent({ disks, grants: { 9200: '*' } });
  const names = [
    '/dev/disk/by-id/wwn-0x1',
    '/dev/../dev/sdb',
    '/dev/sdb/',
    '/dev//sdb',
    'sdb',
    '/etc/passwd',
    '/dev/sdc',
    'byid:wwn-0xffffffffffffffff',
    'byid:wwn-0x50000000000000SDB',
    '/dev/sdb\0',
    '/dev/sdb\u001b[31m',
    '../sdb',
    '~',
    '*',
  ];
  for (const device of names) {
    for (const caller of [guestOf(9200), ROOT]) {
      expect([device, await codeOf(agent.format(caller, { device, confirm: word }))]).toEqual([
        device,
        'E_DEVICE_UNKNOWN',
      ]);
    }
  }
  expect(await agent.list(ROOT)).toEqual([]);
});

test('by its durable id it is the same device; two with one identity are nobody', async () => {
  const agent = await openAgent({
    disks: createFakeDisks([{ name: 'sdb' }, { name: 'sdc', durableId: 'byid:x' }]),
  });
  const operation = await agent.format(ROOT, { device: 'byid:x' });
  expect(operation.device).toBe('/dev/sdc');
  agent.disks.set({ name: 'sdd', durableId: 'byid:x' });
  for (const device of ['byid:x', '/dev/sdc', '/dev/sdd']) {
    const refusal = await refusalOf(agent.format(ROOT, { device }));
    expect(refusal?.code).toBe('E_DEVICE_BARRED');
    expect(refusal?.message).toContain('identity_ambiguous');
  }
});

test('another disk that took the name between list and look is not the one that was asked for', async () => {
  const disks = createFakeDisks([{ name: 'sdb' }]);
  const other = createFakeDisks([{ name: 'sdb', durableId: 'byid:another' }]);
  const ports = { ...disks.ports, examine: other.ports.examine };
  const agent = await openAgent({ disks: { ...disks, ports } });
  const device = 'byid:wwn-0x50000000000000sdb';
  expect(await codeOf(agent.format(ROOT, { device, confirm: word }))).toBe('E_DEVICE_UNKNOWN');
  expect(await agent.list(ROOT)).toEqual([]);
});

test('only file systems of the list, named in the refusal', async () => {
  const agent = await openAgent({ disks: oneDisk() });
  for (const fstype of ['', 'EXT4', 'ntfs', 'ext4 -F', '../ext4', 'constructor']) {
    const refusal = await refusalOf(agent.format(ROOT, { fstype }));
    expect(refusal).toMatchObject({ code: 'E_FSTYPE', hint: 'possible are: ext4, xfs, btrfs' });
  }
});

test('a guest asks for itself only, and sees nothing of another', async () => {
  const agent = await openAgent({ disks: oneDisk() });
  expect(await codeOf(agent.format(guestOf(9200), { vmid: 9300 }))).toBe('E_FORBIDDEN');
  const { id } = await agent.format(guestOf(9200));
  expect(await agent.list(guestOf(9300))).toEqual([]);
  expect(await codeOf(agent.show(guestOf(9300), id))).toBe('E_NO_SUCH');
  expect((await agent.show(guestOf(9200), id)).id).toBe(id);
  // What a host's door says of a VMID is a claim: it is kept as one, and makes it nobody's.
  await agent.deny(ROOT, id);
  const claimed = await agent.format(ROOT, { vmid: 9200 });
  expect(claimed.requested_by).toEqual({ door: 'root', vmid: 9200, name: null });
  expect(await codeOf(agent.show(guestOf(9200), claimed.id))).toBe('E_NO_SUCH');
});

test("a guest's operation does not show it the host's configuration", async () => {
  const signals = [signalOf('fstab', 'named', 'edit /etc/fstab:3')];
  const disks = createFakeDisks([{ name: 'sdb', verdict: 'in_use', signals }]);
  const agent = await openAgent({ disks });
  expect(await codeOf(agent.format(guestOf(9200)))).toBe('E_PENDING_SIGNATURE');
  const [operation] = await agent.list(ROOT);
  expect(operation?.signals).toEqual(signals);
  const seen = [{ ...signals[0], detail: '', where: '', release: null }];
  const all = await agent.facts.operations();
  const told = [
    ...(await agent.list(guestOf(9200))),
    await agent.show(guestOf(9200), operation?.id ?? ''),
    ...agent.memory.subjects.operations.forGuest(all, 9200).operations,
  ];
  expect(told.map((one) => one.signals)).toEqual([seen, seen, seen]);
});

test('whoever has no door is refused by the handlers too', async () => {
  const agent = await openAgent({ disks: oneDisk() });
  const { id } = await agent.format(ROOT);
  for (const caller of [{ kind: 'scraper' }, { kind: 'nobody' }] as const) {
    expect(await codeOf(agent.format(caller))).toBe('E_FORBIDDEN');
    expect(await codeOf(agent.deny(caller, id))).toBe('E_FORBIDDEN');
    expect(await codeOf(agent.run(caller, id))).toBe('E_FORBIDDEN');
    expect(await agent.list(caller)).toEqual([]);
  }
});

test('denied is denied: it neither runs nor is confirmed, and asking again makes a new one', async () => {
  const agent = await openAgent({ disks: oneDisk() });
  const { id } = await agent.format(guestOf(9200));
  expect((await agent.deny(GROUP, id, { name: 'anna' })).state).toBe('denied');
  expect(await codeOf(agent.confirm(ROOT, id, { confirm: word }))).toBe('E_OP_STATE');
  expect(await codeOf(agent.run(ROOT, id))).toBe('E_OP_STATE');
  expect(await codeOf(agent.deny(ROOT, id))).toBe('E_OP_STATE');
  expect((await agent.format(guestOf(9200))).id).not.toBe(id);
  expect(await codeOf(agent.deny(ROOT, `op_${'f'.repeat(24)}`))).toBe('E_NO_SUCH');
});

test('after seven days it has expired', async () => {
  const clock = createTestClock();
  const agent = await openAgent({ disks: oneDisk(), clock });
  const { id, expires, created } = await agent.format(guestOf(9200));
  expect(expires - created).toBe(7 * DAY_MS);
  clock.advance(7 * DAY_MS - 1);
  await agent.memory.tidy();
  expect((await agent.show(ROOT, id)).state).toBe('pending');
  clock.advance(1);
  await agent.memory.tidy();
  expect(await agent.show(ROOT, id)).toMatchObject({ state: 'expired', ended: { code: 'E_EXPIRED' } });
  expect(await codeOf(agent.confirm(ROOT, id, { confirm: word }))).toBe('E_OP_STATE');
});

test('ended ones are kept for thirty days, and at most two hundred', async () => {
  const clock = createTestClock();
  const agent = await openAgent({ disks: oneDisk(), clock });
  for (let count = 0; count < 205; count++) {
    const { id } = await agent.format(ROOT);
    await agent.deny(ROOT, id);
    clock.advance(1000);
  }
  await agent.memory.tidy();
  expect(await agent.list(ROOT)).toHaveLength(200);
  clock.advance(31 * DAY_MS);
  await agent.memory.tidy();
  expect(await agent.list(ROOT)).toEqual([]);
});

test('progress is told at most once a second, and a halt is seen', async () => {
  const clock = createTestClock();
  const agent = await openAgent({ disks: oneDisk(), clock });
  const hold = holdAt(agent.disks, 'mkfs');
  const holding = agent.disks.beforeStage;
  const progress = (done: number) => ({
    bytes_done: done,
    bytes_total: 100,
    rate: 1,
    left_s: 1,
    stalled: false,
    at: clock.now(),
  });
  agent.disks.beforeStage = async (stage, listener) => {
    if (stage === 'mkfs') {
      agent.changes.length = 0;
      for (let done = 1; done <= 50; done++) listener.onProgress(progress(done));
    }
    return holding(stage, listener);
  };
  const { id } = await agent.format(ROOT, { confirm: word });
  await hold.reached;
  expect(agent.changes).toEqual(['operations']);
  expect((await agent.show(ROOT, id)).progress).toMatchObject({ bytes_done: 50, stalled: false });
  clock.advance(121_000);
  agent.changes.length = 0;
  await agent.memory.tidy();
  expect((await agent.show(ROOT, id)).progress).toMatchObject({ stalled: true });
  expect(agent.changes).toEqual(['operations']);
  hold.letGo();
  expect((await agent.settled(id, 'done'))?.progress).toBeNull();
});

test('an agent that stops cancels what only reads', async () => {
  const agent = await openAgent({ disks: oneDisk() });
  const hold = holdAt(agent.disks, 'mkfs');
  const { id } = await agent.format(ROOT, { confirm: word });
  await hold.reached;
  const stopped = agent.memory.stop();
  hold.letGo();
  await stopped;
  expect(await agent.show(ROOT, id)).toMatchObject({
    state: 'cancelled',
    dirty: false,
    ended: { detail: 'the agent was stopped' },
  });
});

test('who follows hears of changes, and a guest of its own only', async () => {
  const agent = await openAgent({
    disks: createFakeDisks([{ name: 'sdb' }, { name: 'sdc' }]),
    grants: { 9200: '*' },
  });
  const { id } = await agent.format(guestOf(9200));
  const other = await agent.format(ROOT, { device: '/dev/sdc', confirm: '-sdc' });
  await agent.settled(id, 'done');
  await agent.settled(other.id, 'done');
  expect(new Set(agent.changes)).toEqual(new Set(['operations', 'ledger']));
  expect(agent.notices.map(({ subject, vmid }) => [subject, vmid])).toEqual(
    expect.arrayContaining([
      [id, 9200],
      [other.id, undefined],
    ]),
  );
  const { operations, guests } = agent.memory.subjects;
  const all = await agent.facts.operations();
  expect(operations.forGuest(all, 9200).operations.map((operation) => operation.id)).toEqual([id]);
  expect(operations.forGuest(all, 9300).operations).toEqual([]);
  expect(
    guests.forGuest(
      { guests: [{ vmid: 9300, report: null, reported: null, address: null, tokens: 0 }] },
      9200,
    ),
  ).toEqual({
    guests: [],
  });
  expect(agent.memory.trouble()).toBeUndefined();
});

test('grants that cannot be read are none', async () => {
  const agent = await openAgent({ disks: oneDisk() });
  agent.setting.grants = new Error('line 3 is not understood');
  expect((await agent.format(guestOf(9200))).state).toBe('pending');
  expect(agent.problems.join()).toContain('line 3 is not understood');
});

test('a guest whose disk is another one each time does not fill the ledger, nor push out what has ended', async () => {
  const disks = oneDisk();
  const clock = createTestClock();
  const agent = await openAgent({ disks, clock });
  const ask = async (vmid: number, facts: string) => {
    disks.set({ name: 'sdb', facts });
    return codeOf(agent.format(guestOf(vmid)));
  };
  const codes: string[] = [];
  for (let time = 0; time < 60; time += 1) codes.push(await ask(9200, `version ${time}`));
  expect(codes.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 'answered'));
  expect(codes.at(-1)).toBe('E_RATE');
  expect((await agent.list(ROOT)).length).toBeLessThan(30);
  // Neither the host nor another guest waits for it; and after a while it may again.
  disks.set({ name: 'sdb', facts: 'the last' });
  expect(await codeOf(agent.format(ROOT))).toBe('answered');
  disks.set({ name: 'sdb', facts: 'one more' });
  expect(await codeOf(agent.format(guestOf(9300)))).toBe('answered');
  clock.advance(60_000);
  expect(await ask(9200, 'later')).toBe('answered');
});
