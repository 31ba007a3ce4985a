// An operation that only a signature allows, from its bytes to its end: what counts, and what does not.
import { expect, test } from 'vitest';
import { parseApproval } from '../../src/contracts/approval-payload.ts';
import { createFakeDisks, MOUNTED, signalOf, type FakeDisks } from './fake-disks.ts';
import { signedBy } from './fake-trust.ts';
import { codeOf, GROUP, guestOf, openAgent, refusalOf, ROOT, type OpenedAgent } from './open-agent.ts';

const CONTENT = { verdict: 'data', signals: [signalOf('signature', 'content')], reason: 'ext4' } as const;
const word = '-sdb';
const dataDisk = (): FakeDisks => createFakeDisks([{ name: 'sdb', ...CONTENT }]);

/** Asked for by a guest, as data-bearing as can be. */
async function asked(agent: OpenedAgent): Promise<string> {
  expect(await codeOf(agent.format(guestOf(9200)))).toBe('E_PENDING_SIGNATURE');
  const [operation] = await agent.list(ROOT);
  return operation?.id ?? '';
}

async function signed(agent: OpenedAgent) {
  const id = await asked(agent);
  const { message } = await agent.bytes(ROOT, id);
  const answer = await agent.submit(GROUP, id, signedBy('anna', message));
  return { id, message, ...answer };
}

test('bytes, signature, run: the disk is wiped as the signed bytes say, and all of it is in the ledger', async () => {
  const agent = await openAgent({ disks: dataDisk() });
  const { id, message, operation, approval, ledger } = await signed(agent);
  expect(operation).toMatchObject({ state: 'approved', approved_by: { how: 'signature' } });
  expect(approval).toMatchObject({ principal: 'anna', key_type: 'ssh-ed25519', by: { door: 'group' } });
  await agent.run(ROOT, id, { confirm: word });
  expect(await agent.settled(id, 'done')).toMatchObject({ state: 'done', dirty: true, stage: 'released' });
  const payload = parseApproval(message);
  expect(agent.disks.started[0]?.order).toMatchObject({
    wipe: 'full',
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
  const approved = records.find(({ what }) => what === 'op.approved');
  expect(approved).toMatchObject({
    n: ledger.n,
    hash: ledger.hash,
    detail: { how: 'signature', principal: 'anna', message, signature: signedBy('anna', message) },
  });
});

test('a mounted disk is not wiped, and stays approved until it is released', async () => {
  const agent = await openAgent({ disks: dataDisk() });
  const { id } = await signed(agent);
  agent.disks.set({ name: 'sdb', ...MOUNTED });
  const refusal = await refusalOf(agent.run(ROOT, id, { confirm: word }));
  expect(refusal).toMatchObject({ code: 'E_DEVICE_HELD', hint: 'release it with: umount /mnt' });
  expect((await agent.show(ROOT, id)).state).toBe('approved');
  expect(agent.disks.started).toEqual([]);
});
