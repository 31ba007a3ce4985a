// Thousands of random requests by random callers, with disks that change under them, agents that die, signers that
// come and go, and somebody who edits the agent's files: whatever happens, no format starts on what may hold data
// unless exactly that was signed by who may sign, and no operation is claimed twice.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Refusal } from '../../src/daemon/refusal.ts';
import { type Caller } from '../../src/agent/handler.ts';
import type { Grants } from '../../src/agent/operations/decide-format.ts';
import { isEnd } from '../../src/agent/operations/states.ts';
import type { DiskVerdict } from '../../src/contracts/facts/disk-flags.ts';
import { parseApproval } from '../../src/contracts/approval-payload.ts';
import type { Operation } from '../../src/contracts/facts/operations.ts';
import { storedOperation } from '../../src/contracts/stored-operation.ts';
import { pseudoRandom } from '../contracts/pseudo-random.ts';
import { createFakeDisks, MOUNTED, signalOf, type DiskWish, type FakeDisks } from './fake-disks.ts';
import { createTestClock, openAgent, temporaryFolder, type OpenedAgent } from './open-agent.ts';
import { makeSigners } from './signers.ts';

const NAMES = ['sdb', 'sdb1', 'sdc', 'sdd'] as const;
const CALLERS: readonly Caller[] = [
  { kind: 'root' },
  { kind: 'group' },
  { kind: 'guest', vmid: 9200, tokenId: '0', address: null },
  { kind: 'guest', vmid: 9300, tokenId: '1', address: null },
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
const isFree = ({ flag }: Started) => {
  if (flag === undefined) return false;
  return flag.signals.length === 0 && (flag.verdict === 'unverified' || flag.verdict === 'blank_proven');
};

type Started = FakeDisks['started'][number];

/** Anna has put her name to exactly this. */
const wasSigned = ({ order }: Started, messages: ReadonlySet<string>): boolean =>
  [...messages].some((message) => {
    const payload = parseApproval(message);
    return (
      payload !== undefined &&
      payload.args.fs_uuid === order.fs_uuid &&
      payload.args.wipe === order.wipe &&
      payload.fstype === order.fstype &&
      payload.durable_id === order.identity.durable_id &&
      payload.facts_sha256 === order.facts_sha256
    );
  });

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
  const signers = makeSigners();
  const written = readFileSync(join(signers.folder, 'allowed_signers'), 'utf8');
  /** What Anna was shown, and what she has signed of it. */
  const shown: string[] = [];
  const signed = new Map<string, string>();
  let agent = await openAgent({ clock, disks, grants, signers });
  const known: string[] = [];
  let open: readonly Operation[] = [];
  const seen = new Map<string, Operation['state']>();
  const problems: string[] = [];

  const step = async (now: OpenedAgent): Promise<void> => {
    const caller = pick(CALLERS);
    const waiting = open.length > 0 && random(3) > 0 ? pick(open) : undefined;
    const id = waiting?.id ?? (known.length === 0 ? `op_${'0'.repeat(24)}` : pick(known.slice(-6)));
    const name = pick(NAMES);
    const word = pick([undefined, `-${name}`, `-${name}`, 'wrong', '']);
    const typed = word === undefined ? {} : { confirm: word };
    const device = pick([`/dev/${name}`, placeOf(name).durableId, '/dev/../sdb', 'byid:twin']);
    const fstype = pick(['ext4', 'ext4', 'ext4', 'xfs', 'zfs']);
    // What the rights keep out: handlers of the host are not reached by guests.
    const host = caller.kind === 'guest' ? pick(CALLERS.slice(0, 2)) : caller;
    switch (random(29)) {
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
        return random(2) === 0 ? restart() : now.memory.tidy();
      case 10:
      case 11:
      case 12: {
        const wish = pick([{}, {}, { wipe: 'quick' }, { renew: true }, { offline: true }] as const);
        return void shown.push((await now.bytes(host, id, wish)).message);
      }
      case 13:
      case 14:
      case 15: {
        const message = shown.findLast((one) => one.includes(id)) ?? '';
        const chosen = pick([message, message, message, ...shown.slice(-3)]);
        if (random(6) === 0) return void (await now.submit(host, id, 'nothing')).approval;
        if (!signed.has(chosen)) signed.set(chosen, signers.sign(chosen));
        return void (await now.submit(host, id, signed.get(chosen) ?? '')).approval;
      }
      case 16:
      case 17:
      case 18: {
        // All that a technician does, while others do what they do.
        const technician = pick(CALLERS.slice(0, 2));
        const { message, operation } = await now.bytes(technician, id);
        shown.push(message);
        signed.set(message, signed.get(message) ?? signers.sign(message));
        if (operation.state === 'pending') await now.submit(technician, id, signed.get(message) ?? '');
        return void (await now.run(technician, id, { confirm: operation.confirm_word }));
      }
      case 19:
        if (random(4) === 0) return void (await now.acceptInstall());
        await now.handlers.resetClock({ ...now.request, caller: { kind: 'root' }, params: {}, body: {} });
        return undefined;
      case 20:
        if (random(3) > 0) return undefined;
        return signers.write(
          pick([
            { allowed: written, policy: 'version: 1\n' },
            { allowed: written, policy: 'version: 1\n' },
            { allowed: written, policy: 'version: 1\n' },
            { allowed: written, revoked: `${signers.anna.line}\n` },
            { allowed: written, policy: 'version: 1\nstorage_wipe: { approvers: [bela] }\n' },
            { allowed: 'anna' },
          ]),
        );
      default:
        return void (await now.format(caller, { device, fstype, ...typed }));
    }
  };
  const onlyRefusal = (error: unknown): void => {
    if (!(error instanceof Refusal)) throw error;
    if (error.code === 'E_BUG') problems.push(error.message);
  };
  const restart = async (): Promise<void> => {
    // As a power cut leaves it: the old one goes on in a world of its own.
    const folder = temporaryFolder();
    cpSync(agent.stateFolder, folder, { recursive: true });
    const forged = random(3) > 0 ? forgeApprovals(folder) : [];
    agent = await openAgent({ stateFolder: folder, clock, disks, grants, signers });
    seen.clear();
    for (const { id, confirm_word } of forged) {
      await agent.run({ kind: 'root' }, id, { confirm: confirm_word }).catch(onlyRefusal);
    }
  };
  /** Who can write files and has no key: all that waits is made to look signed. */
  const forgeApprovals = (folder: string): readonly Operation[] =>
    open.flatMap(({ id }) => {
      const file = join(folder, 'operations', `${id}.json`);
      const text = readOr(file);
      if (text === undefined) return [];
      const stored = storedOperation.parse(JSON.parse(text));
      const { operation, signing } = stored;
      if (operation.state !== 'pending' || operation.bytes === null) return [];
      const by = { door: 'root', vmid: null, name: null } as const;
      const { fingerprint } = signers.anna;
      const at = clock.now();
      const key_type = 'ecdsa-sha2-nistp256';
      const forged: Operation = {
        ...operation,
        state: 'approved',
        approved_by: { how: 'signature', at, by },
        approvals: [{ principal: 'anna', fingerprint, key_type, at, by }],
      };
      const signatures = [[...signed.values()].at(-1) ?? 'nothing'];
      const message = signing?.message ?? '';
      writeFileSync(file, JSON.stringify({ ...stored, operation: forged, signing: { message, signatures } }));
      return [forged];
    });
  const look = (now: OpenedAgent, operations: readonly Operation[]): void => {
    for (const { id, state } of operations) {
      if (!known.includes(id)) known.push(id);
      const before = seen.get(id);
      if (before !== undefined && isEnd(before) && before !== state)
        problems.push(`${id}: ${before} → ${state}`);
      seen.set(id, state);
    }
    open = operations.filter(({ state }) => !isEnd(state));
    const byDisk = open.map(({ durable_id }) => durable_id.replace('-part1', ''));
    if (new Set(byDisk).size !== byDisk.length) problems.push(`two open on one disk: ${byDisk.join()}`);
    if (
      open.some(
        ({ state, data_bearing, verdict, approved_by }) =>
          state === 'claimed' && data_bearing && verdict === 'data' && approved_by?.how !== 'signature',
      )
    ) {
      problems.push('one runs that bears data');
    }
    problems.push(...now.problems.filter((problem) => problem.includes('E_BUG')));
  };

  for (let count = 0; count < steps; count++) {
    const now = agent;
    const work = Array.from({ length: 1 + random(3) }, async () => step(now).catch(onlyRefusal));
    await Promise.all(work);
    look(agent, await agent.list({ kind: 'root' }));
  }
  await agent.memory.stop();
  const ledger = await agent.facts.ledger();
  return { disks, problems, ledger, operations: known.length, messages: new Set(signed.keys()) };
}

function readOr(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

const signedRuns: number[] = [];

test.each([1, 2, 3, 4, 5, 6])('a random life of an agent (seed %i)', async (seed) => {
  const { disks, problems, ledger, operations, messages } = await live(seed, 500);
  expect(problems).toEqual([]);
  expect(ledger.intact).toBe(true);
  const claimed = ledger.records.filter(({ what }) => what === 'op.claimed').map(({ subject: id }) => id);
  expect(claimed).toEqual([...new Set(claimed)]);
  const [bySignature, others] = [true, false].map((isSigned) =>
    disks.started.filter(({ order }) => (order.wipe !== 'none') === isSigned),
  );
  const unfit = [
    ...(others ?? []).filter((one) => !isFree(one)),
    ...(bySignature ?? []).filter((one) => !wasSigned(one, messages)),
  ];
  expect(unfit).toEqual([]);
  // Else nothing was tried.
  expect(disks.started.length).toBeGreaterThan(4);
  expect(operations).toBeGreaterThan(15);
  signedRuns.push(bySignature?.length ?? 0);
});

test('signed wipes were among them', () => {
  expect(signedRuns.reduce((sum, runs) => sum + runs, 0)).toBeGreaterThan(5);
});
