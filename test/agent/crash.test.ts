// The agent dies at every stage of a run: its next start tells the truth about it, and runs nothing.
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createFakeDisks, UNSIGNED_STAGES } from './fake-disks.ts';
import { codeOf, guestOf, openAgent, ROOT, temporaryFolder } from './open-agent.ts';

const word = '-sdb';
type Stage = (typeof UNSIGNED_STAGES)[number];

/** The state folder as a power cut leaves it in the middle of `stage`, after that stage was let through. */
async function dieAt(stage: Stage) {
  const disks = createFakeDisks([{ name: 'sdb' }]);
  const agent = await openAgent({ disks });
  const folder = temporaryFolder();
  const died = Promise.withResolvers<undefined>();
  const next = UNSIGNED_STAGES[UNSIGNED_STAGES.indexOf(stage) + 1];
  const die = () => {
    cpSync(agent.stateFolder, folder, { recursive: true });
    died.resolve(undefined);
  };
  disks.beforeStage = async (now, listener) => {
    if (now === 'fs_verified') await listener.onLoop('/dev/loop7');
    if (now === next) die();
    return undefined;
  };
  const { id } = await agent.format(ROOT, { confirm: word });
  if (next === undefined) {
    await agent.settled(id, 'done');
    // Everything but the last line of the journal and the last state.
    die();
  }
  await died.promise;
  return { folder, id, journal: join(folder, 'operations', `${id}.journal`) };
}

function claimBehindItsBack(folder: string, id: string): void {
  mkdirSync(join(folder, 'claims'), { recursive: true });
  writeFileSync(join(folder, 'claims', id), '');
}

const restart = async (stateFolder: string) => {
  const disks = createFakeDisks([{ name: 'sdb' }]);
  const agent = await openAgent({ stateFolder, disks });
  return { agent, disks };
};

describe('it was let through to', () => {
  const dirtyFrom = UNSIGNED_STAGES.indexOf('mkfs');
  test.each(UNSIGNED_STAGES.slice(0, -1).map((stage, index) => ({ stage, dirty: index >= dirtyFrom })))(
    '$stage: interrupted, dirty is $dirty, and it never runs again',
    async ({ stage, dirty }) => {
      const { folder, id } = await dieAt(stage);
      const { agent, disks } = await restart(folder);
      const operation = await agent.show(ROOT, id);
      expect(operation).toMatchObject({
        state: 'interrupted',
        stage,
        dirty,
        ended: { code: 'E_INTERRUPTED' },
      });
      expect(operation.ended?.detail).toContain(`at stage ${stage}`);
      expect(operation.ended?.detail).toContain(dirty ? 'may have been written' : 'nothing was written');
      expect(await codeOf(agent.run(ROOT, id))).toBe('E_OP_STATE');
      expect(await codeOf(agent.confirm(ROOT, id, { confirm: word }))).toBe('E_OP_STATE');
      expect(disks.started).toEqual([]);
      expect(disks.cleaned).toMatchObject([{ operation: id, loops: dirty ? ['/dev/loop7'] : [] }]);
      expect((await agent.ledger()).at(-1)).toMatchObject({ what: 'op.interrupted', by: null, subject: id });
      // The next start finds it told already.
      const again = await restart(folder);
      expect(await again.agent.show(ROOT, id)).toEqual(operation);
      expect(again.disks.cleaned).toEqual([]);
    },
  );
});

test('it had ended well, and only its state was not written: the journal knows', async () => {
  const { folder, id } = await dieAt('released');
  const path = join(folder, 'operations', `${id}.json`);
  const stored = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(
    path,
    JSON.stringify({ ...stored, operation: { ...stored.operation, state: 'claimed', ended: null } }),
  );
  const { agent, disks } = await restart(folder);
  expect(await agent.show(ROOT, id)).toMatchObject({ state: 'done', dirty: true, stage: 'released' });
  expect(disks.cleaned).toEqual([]);
});

test('a torn last line of the journal is a stage that never began, and is said', async () => {
  const { folder, id, journal } = await dieAt('zero_verified');
  appendFileSync(journal, '{"at":1790000000000,"stage":"mkfs","dir');
  const { agent } = await restart(folder);
  const operation = await agent.show(ROOT, id);
  expect(operation).toMatchObject({ state: 'interrupted', stage: 'zero_verified', dirty: false });
  expect(operation.ended?.detail).toContain('its last line was torn off');
});

test('the journal is gone, empty or unreadable in its middle: it may have written', async () => {
  const cases: readonly ((journal: string) => void)[] = [
    (journal) => rmSync(journal),
    (journal) => writeFileSync(journal, `garbage\n${readFileSync(journal, 'utf8')}`),
    (journal) => truncateSync(journal, 0),
  ];
  for (const harm of cases) {
    const { folder, id, journal } = await dieAt('zero_verified');
    harm(journal);
    const { agent } = await restart(folder);
    expect(await agent.show(ROOT, id)).toMatchObject({ state: 'interrupted', dirty: true });
  }
});

test('the claim stands, its state does not: it was not let through, and does not run again', async () => {
  const disks = createFakeDisks([{ name: 'sdb' }]);
  const agent = await openAgent({ disks });
  disks.beforeStage = async () => ({ state: 'held', detail: 'opened' });
  const { id } = await agent.format(guestOf(9200));
  await codeOf(agent.confirm(ROOT, id, { confirm: word }));
  claimBehindItsBack(agent.stateFolder, id);
  const next = await restart(agent.stateFolder);
  expect(await next.agent.show(ROOT, id)).toMatchObject({ state: 'interrupted', dirty: false });
  expect(next.disks.started).toEqual([]);
});

test('a claim that was made behind its back ends it while the agent runs, too', async () => {
  const disks = createFakeDisks([{ name: 'sdb' }]);
  const agent = await openAgent({ disks });
  disks.beforeStage = async () => ({ state: 'held', detail: 'opened' });
  const { id } = await agent.format(guestOf(9200));
  await codeOf(agent.confirm(ROOT, id, { confirm: word }));
  disks.beforeStage = async () => undefined;
  claimBehindItsBack(agent.stateFolder, id);
  expect(await codeOf(agent.run(ROOT, id))).toBe('E_OP_STATE');
  expect(await agent.show(ROOT, id)).toMatchObject({ state: 'invalid', dirty: false });
  expect(disks.passed).toEqual([]);
});

test('pending and approved ones are there as they were', async () => {
  const disks = createFakeDisks([{ name: 'sdb' }, { name: 'sdc' }]);
  const agent = await openAgent({ disks });
  disks.beforeStage = async () => ({ state: 'held', detail: 'opened' });
  const pending = await agent.format(guestOf(9200), { device: '/dev/sdc' });
  const { id } = await agent.format(guestOf(9200));
  await codeOf(agent.confirm(ROOT, id, { confirm: word }));
  const before = await agent.list(ROOT);
  const next = await restart(agent.stateFolder);
  expect(await next.agent.list(ROOT)).toEqual(before);
  expect((await next.agent.show(ROOT, pending.id)).state).toBe('pending');
  expect((await next.agent.run(ROOT, id)).state).toBe('claimed');
});

test('a file that cannot be understood is told and left; the others live', async () => {
  const agent = await openAgent({ disks: createFakeDisks([{ name: 'sdb' }]) });
  const { id } = await agent.format(ROOT);
  const folder = join(agent.stateFolder, 'operations');
  writeFileSync(join(folder, `op_${'a'.repeat(24)}.json`), '{"version":1');
  writeFileSync(join(folder, `op_${'b'.repeat(24)}.json`), readFileSync(join(folder, `${id}.json`)));
  writeFileSync(join(folder, `${id}.json.0123.new`), 'left over');
  const next = await restart(agent.stateFolder);
  expect((await next.agent.list(ROOT)).map((operation) => operation.id)).toEqual([id]);
  expect(next.agent.problems.join('\n')).toContain(`op_${'a'.repeat(24)}.json cannot be used`);
  expect(next.agent.problems.join('\n')).toContain('it holds another operation');
  expect(existsSync(join(folder, `op_${'a'.repeat(24)}.json`))).toBe(true);
});

test('a clean-up that fails is told, and stops nothing', async () => {
  const { folder, id } = await dieAt('mkfs');
  const disks = createFakeDisks([{ name: 'sdb' }]);
  const agent = await openAgent({
    stateFolder: folder,
    disks: {
      ...disks,
      ports: {
        ...disks.ports,
        cleanUp: async () => {
          throw new Error('losetup hangs');
        },
      },
    },
  });
  const operation = await agent.show(ROOT, id);
  expect(operation.ended?.detail).toContain('what it left could not be cleaned up: losetup hangs');
  expect(readdirSync(join(folder, 'claims'))).toEqual([id]);
});
