// Thousands of random requests by random callers, with disks that change under them and agents that die:
// whatever happens, no format starts on what may hold data, and no operation is claimed twice.
import { cpSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Refusal, type Caller } from '../../src/agent/handler.ts';
import type { Grants } from '../../src/agent/operations/decide-format.ts';
import { isEnd } from '../../src/agent/operations/states.ts';
import type { DiskVerdict } from '../../src/contracts/facts/disk-flags.ts';
import type { Operation } from '../../src/contracts/facts/operations.ts';
import { pseudoRandom } from '../contracts/pseudo-random.ts';
import { createFakeDisks, MOUNTED, signalOf, type DiskWish, type FakeDisks } from './fake-disks.ts';
import { createTestClock, openAgent, temporaryFolder, type OpenedAgent } from './open-agent.ts';

const NAMES = ['sdb', 'sdb1', 'sdc', 'sdd'] as const;
const CALLERS: readonly Caller[] = [
  { kind: 'root' },
  { kind: 'group' },
  { kind: 'guest', vmid: 9200, tokenId: '0' },
  { kind: 'guest', vmid: 9300, tokenId: '1' },
  { kind: 'scraper' },
  { kind: 'nobody' },
];
const VERDICTS: readonly DiskVerdict[] = [
  'blank_proven',
  'unverified',
  'unverified',
  'data',
  'unknown',
  'in_use',
];
const CLASSES = ['held', 'named', 'barred', 'content', 'unread'] as const;
const GRANTS: readonly Grants[] = [{}, { 9200: '*' }, { 9200: '*', 9300: '*' }];

const placeOf = (name: (typeof NAMES)[number]) =>
  name === 'sdb1'
    ? { name, parents: ['sdb'], durableId: 'byid:wwn-0x50000000000000sdb-part1' }
    : { name, durableId: `byid:wwn-0x50000000000000${name}` };

/** What may be wiped without a signature: said here once more, from the design, in other words. */
const isFree = (disks: FakeDisks, index: number) => {
  const flag = disks.started[index]?.flag;
  if (flag === undefined) return false;
  return flag.signals.length === 0 && (flag.verdict === 'unverified' || flag.verdict === 'blank_proven');
};

async function live(seed: number, steps: number) {
  const random = pseudoRandom(seed);
  const pick = <T>(choices: readonly T[]): T => {
    const at = random(choices.length);
    for (const choice of choices.slice(at, at + 1)) return choice;
    throw new Error('nothing to choose from');
  };
  const clock = createTestClock();
  const disks = createFakeDisks();
  const grants = pick(GRANTS);
  const wishOf = (name: (typeof NAMES)[number]): DiskWish => ({
    ...placeOf(name),
    facts: String(random(6) === 0 ? random(3) : 0),
    ...(random(8) === 0 ? { durableId: pick([null, 'byid:twin']) } : {}),
    ...pick<Partial<DiskWish>>([
      { verdict: pick(VERDICTS) },
      { verdict: pick(VERDICTS), signals: [signalOf('some', pick(CLASSES))] },
      MOUNTED,
      {},
      {},
    ]),
  });
  for (const name of NAMES) disks.set(placeOf(name));
  disks.beforeStage = async (stage) => {
    await new Promise((resolve) => setTimeout(resolve, random(3) === 0 ? 1 : 0));
    if (random(12) === 0) return { state: 'held', detail: 'opened' };
    if (random(20) === 0) return { state: 'invalid', code: 'E_NOT_BLANK', detail: `at ${stage}` };
    if (random(20) === 0) return { state: 'failed', code: 'E_READ', detail: 'EIO', dirty: false };
    return undefined;
  };
  let agent = await openAgent({ clock, disks, grants });
  const known: string[] = [];
  const seen = new Map<string, Operation['state']>();
  const problems: string[] = [];

  const step = async (now: OpenedAgent): Promise<void> => {
    const caller = pick(CALLERS);
    const id = known.length === 0 ? `op_${'0'.repeat(24)}` : pick(known.slice(-6));
    const name = pick(NAMES);
    const word = pick([undefined, `-${name}`, `-${name}`, 'wrong', '']);
    const typed = word === undefined ? {} : { confirm: word };
    const device = pick([`/dev/${name}`, placeOf(name).durableId, '/dev/../sdb', 'byid:twin']);
    const fstype = pick(['ext4', 'ext4', 'ext4', 'xfs', 'zfs']);
    // What the rights keep out: handlers of the host are not reached by guests.
    const host = caller.kind === 'guest' ? pick(CALLERS.slice(0, 2)) : caller;
    switch (random(14)) {
      case 0:
        return now.setting.grants instanceof Error
          ? void (now.setting.grants = grants)
          : void (now.setting.grants = random(3) === 0 ? new Error('unreadable') : pick(GRANTS));
      case 1:
      case 2:
        return disks.set(wishOf(name));
      case 3:
        return random(3) === 0 ? disks.pull(name) : disks.set(placeOf(name));
      case 4:
        return clock.advance(pick([1000, 1000, 3_600_000, -30_000, -120_000, 8 * 24 * 3_600_000, 120_000]));
      case 5:
        return void (await now.confirm(host, id, typed));
      case 6:
        return void (await now.run(host, id, random(2) === 0 ? {} : typed));
      case 7:
        return void (await now.deny(host, id));
      case 8:
        return void (await now.cancel(host, id));
      case 9:
        return random(4) === 0 ? restart() : now.memory.tidy();
      default:
        return void (await now.format(caller, { device, fstype, ...typed }));
    }
  };
  const restart = async (): Promise<void> => {
    // As a power cut leaves it: the old one goes on in a world of its own.
    const folder = temporaryFolder();
    cpSync(agent.stateFolder, folder, { recursive: true });
    agent = await openAgent({ stateFolder: folder, clock, disks, grants });
    seen.clear();
  };
  const look = (now: OpenedAgent, operations: readonly Operation[]): void => {
    for (const { id, state } of operations) {
      if (!known.includes(id)) known.push(id);
      const before = seen.get(id);
      if (before !== undefined && isEnd(before) && before !== state)
        problems.push(`${id}: ${before} → ${state}`);
      seen.set(id, state);
    }
    const open = operations.filter(({ state }) => !isEnd(state));
    const byDisk = open.map(({ durable_id }) => durable_id.replace('-part1', ''));
    if (new Set(byDisk).size !== byDisk.length) problems.push(`two open on one disk: ${byDisk.join()}`);
    if (
      open.some(
        ({ state, data_bearing, verdict }) => state === 'claimed' && data_bearing && verdict === 'data',
      )
    ) {
      problems.push('one runs that bears data');
    }
    problems.push(...now.problems.filter((problem) => problem.includes('E_BUG')));
  };

  for (let count = 0; count < steps; count++) {
    const now = agent;
    const work = Array.from({ length: 1 + random(3) }, async () =>
      step(now).catch((error: unknown) => {
        if (!(error instanceof Refusal)) throw error;
        if (error.code === 'E_BUG') problems.push(error.message);
      }),
    );
    await Promise.all(work);
    look(agent, await agent.list({ kind: 'root' }));
  }
  await agent.memory.stop();
  const ledger = await agent.facts.ledger();
  return { disks, problems, ledger, operations: known.length };
}

test.each([1, 2, 3, 4, 5, 6])('a random life of an agent (seed %i)', async (seed) => {
  const { disks, problems, ledger, operations } = await live(seed, 500);
  expect(problems).toEqual([]);
  expect(ledger.intact).toBe(true);
  const claimed = ledger.records.filter(({ what }) => what === 'op.claimed').map(({ subject: id }) => id);
  expect(claimed).toEqual([...new Set(claimed)]);
  const unfit = disks.started.filter((_, index) => !isFree(disks, index));
  expect(unfit).toEqual([]);
  // Else nothing was tried.
  expect(disks.started.length).toBeGreaterThan(4);
  expect(operations).toBeGreaterThan(15);
});
