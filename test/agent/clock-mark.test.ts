// A clock that was set back allows nothing that depends on time, until root says that it is right.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFakeDisks } from './fake-disks.ts';
import {
  codeOf,
  createTestClock,
  guestOf,
  openAgent,
  refusalOf,
  ROOT,
  type OpenedAgent,
} from './open-agent.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const word = '-sdb';
const mint = async (agent: OpenedAgent) =>
  codeOf(agent.handlers.mintToken({ ...agent.request, caller: ROOT, params: {}, body: { vmid: 9200 } }));
const reset = async (agent: OpenedAgent) =>
  agent.handlers.resetClock({ ...agent.request, caller: ROOT, params: {}, body: { name: 'béla' } });
const markOf = (agent: OpenedAgent) => Number(readFileSync(join(agent.stateFolder, 'clock-mark'), 'utf8'));

test('set back by more than a minute: no confirm, run, grant or mint; looking and denying go on', async () => {
  const clock = createTestClock();
  const disks = createFakeDisks([{ name: 'sdb' }, { name: 'sdc' }]);
  const agent = await openAgent({ clock, disks, grants: { 9200: '*' } });
  disks.beforeStage = async () => ({ state: 'held', detail: 'opened' });
  const approved = await agent.format(ROOT, { confirm: word });
  await agent.notBegun();
  const pending = await agent.format(ROOT, { device: '/dev/sdc' });
  const started = disks.started.length;
  clock.advance(-61_000);
  const refusal = await refusalOf(agent.run(ROOT, approved.id));
  expect(refusal).toMatchObject({ code: 'E_CLOCK_BACK', retryAfterS: 60 });
  expect(refusal?.message).toContain('61 s behind');
  expect(await codeOf(agent.confirm(ROOT, pending.id, { confirm: '-sdc' }))).toBe('E_CLOCK_BACK');
  expect(await mint(agent)).toBe('E_CLOCK_BACK');
  await agent.deny(ROOT, pending.id);
  expect(await codeOf(agent.format(guestOf(9200), { device: '/dev/sdc' }))).toBe('E_CLOCK_BACK');
  expect(await codeOf(agent.format(ROOT, { device: '/dev/sdc', confirm: '-sdc' }))).toBe('E_CLOCK_BACK');
  expect(await codeOf(agent.format(ROOT, { device: '/dev/sdc' }))).toBe('answered');
  expect(disks.started).toHaveLength(started);
});

test('a minute is what a correction may take back', async () => {
  const clock = createTestClock();
  const agent = await openAgent({ clock });
  clock.advance(-60_000);
  expect(await mint(agent)).toBe('answered');
});

test('what has expired stays so when the clock is set back', async () => {
  const clock = createTestClock();
  const agent = await openAgent({ clock, disks: createFakeDisks([{ name: 'sdb' }]) });
  const { id } = await agent.format(ROOT);
  clock.advance(8 * 24 * HOUR_MS);
  await mint(agent);
  clock.advance(-8 * 24 * HOUR_MS);
  await agent.memory.tidy();
  expect((await agent.show(ROOT, id)).state).toBe('expired');
});

test('root’s reset counts, stands in the ledger, and outlives a restart', async () => {
  const clock = createTestClock();
  const agent = await openAgent({ clock });
  clock.advance(-HOUR_MS);
  expect(await mint(agent)).toBe('E_CLOCK_BACK');
  expect(await reset(agent)).toEqual({ mark: clock.now() });
  expect((await agent.ledger()).at(-1)).toMatchObject({
    what: 'clock.reset',
    by: { door: 'root', name: 'béla' },
  });
  expect(await mint(agent)).toBe('answered');
  const again = await openAgent({ clock, stateFolder: agent.stateFolder });
  expect(await mint(again)).toBe('answered');
});

test('a restart remembers, by the mark or, where that is lost, by the ledger', async () => {
  const clock = createTestClock();
  const agent = await openAgent({ clock });
  clock.advance(2 * HOUR_MS);
  await agent.memory.tidy();
  expect(markOf(agent)).toBe(clock.now());
  clock.advance(-HOUR_MS);
  const again = await openAgent({ clock, stateFolder: agent.stateFolder });
  expect(await mint(again)).toBe('E_CLOCK_BACK');
  rmSync(join(agent.stateFolder, 'clock-mark'));
  clock.advance(-2 * HOUR_MS);
  const third = await openAgent({ clock, stateFolder: agent.stateFolder });
  expect(await mint(third)).toBe('E_CLOCK_BACK');
});

test('a mark that cannot be read allows nothing, until root resets it', async () => {
  const agent = await openAgent();
  writeFileSync(join(agent.stateFolder, 'clock-mark'), 'half past nine');
  const again = await openAgent({ stateFolder: agent.stateFolder });
  expect(await mint(again)).toBe('E_CLOCK_BACK');
  expect(again.problems.join()).toContain('holds no number');
  await reset(again);
  expect(await mint(again)).toBe('answered');
});

test('it goes to the disk at most once a minute by itself', async () => {
  const clock = createTestClock();
  const agent = await openAgent({ clock });
  const first = markOf(agent);
  clock.advance(30_000);
  await agent.memory.tidy();
  expect(markOf(agent)).toBe(first);
  clock.advance(30_000);
  await agent.memory.tidy();
  expect(markOf(agent)).toBe(first + MINUTE_MS);
});

test('what was agreed to while the clock ran far ahead does not last until then', async () => {
  const clock = createTestClock();
  const disks = createFakeDisks([{ name: 'sdb' }]);
  const agent = await openAgent({ clock, disks });
  disks.beforeStage = async () => ({ state: 'held', detail: 'opened' });
  clock.advance(400 * 24 * HOUR_MS);
  const { id } = await agent.format(ROOT, { confirm: word });
  await agent.notBegun();
  clock.advance(-400 * 24 * HOUR_MS);
  await reset(agent);
  const started = disks.started.length;
  expect(await codeOf(agent.run(ROOT, id))).toBe('E_OP_STATE');
  expect((await agent.show(ROOT, id)).state).toBe('expired');
  expect(disks.started).toHaveLength(started);
});
