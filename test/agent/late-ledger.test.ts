// What became of a run while the ledger could not be written stands in it as soon as it can be.
import { mkdirSync, readFileSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFakeDisks } from './fake-disks.ts';
import { openAgent, ROOT } from './open-agent.ts';

async function runWithoutLedger() {
  const disks = createFakeDisks([{ name: 'sdb' }]);
  const agent = await openAgent({ disks });
  const ledger = join(agent.stateFolder, 'ledger.jsonl');
  const aside = join(agent.stateFolder, 'aside');
  disks.beforeStage = async (stage) => {
    if (stage === 'released') {
      renameSync(ledger, aside);
      mkdirSync(ledger);
    }
    return undefined;
  };
  const { id } = await agent.format(ROOT, { confirm: '-sdb' });
  expect((await agent.settled(id, 'done'))?.state).toBe('done');
  const mend = () => {
    rmdirSync(ledger);
    renameSync(aside, ledger);
  };
  return { agent, id, mend };
}

test('the end of a run is in the ledger once that can be written again', async () => {
  const { agent, id, mend } = await runWithoutLedger();
  expect(agent.memory.trouble()).toContain('could not be written yet');
  mend();
  await agent.memory.tidy();
  const { records, intact } = await agent.facts.ledger();
  expect(intact).toBe(true);
  expect(records[0]).toMatchObject({ what: 'op.done', subject: id });
  expect(agent.memory.trouble()).toBeUndefined();
  await agent.memory.tidy();
  expect((await agent.ledger()).filter(({ what }) => what === 'op.done')).toHaveLength(1);
});

test('an agent that ended before it could tells it at its next start', async () => {
  const { agent, id, mend } = await runWithoutLedger();
  mend();
  const next = await openAgent({ stateFolder: agent.stateFolder });
  expect(await next.show(ROOT, id)).toMatchObject({ state: 'done', dirty: true });
  expect((await next.ledger()).filter(({ what }) => what === 'op.done')).toMatchObject([{ subject: id }]);
  expect(readFileSync(join(agent.stateFolder, 'ledger.jsonl'), 'utf8')).toContain('op.done');
});
