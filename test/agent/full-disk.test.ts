// The disk of the state folder is full: 503, nothing half done, and the agent goes on.
import { guestReport } from '../../src/contracts/facts/guests.ts';
import { execFileSync } from 'node:child_process';
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { codeOf, guestOf, openAgent, refusalOf, ROOT, temporaryFolder } from './open-agent.ts';
import { errnoOf } from '../../src/base/errors.ts';
import { findProgram } from '../setup/find-program.ts';
import { createFakeDisks, UNSIGNED_STAGES } from './fake-disks.ts';

const word = '-sdb';

function smallDisk() {
  const folder = temporaryFolder();
  execFileSync(findProgram('mount') ?? 'mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=700', 'tmpfs', folder]);
  onTestFinished(() => {
    execFileSync(findProgram('umount') ?? 'umount', ['-l', folder]);
  });
  const filler = join(folder, 'filler');
  return {
    folder,
    fill: () => {
      // Whole blocks first, then the rest of the last one.
      for (const size of [65_536, 4096, 64]) {
        for (;;) {
          try {
            writeFileSync(filler, 'x'.repeat(size), { flag: 'a' });
          } catch (error) {
            if (errnoOf(error) !== 'ENOSPC') throw error;
            break;
          }
        }
      }
    },
    empty: () => rmSync(filler, { force: true }),
  };
}

function journalOf(folder: string): string {
  const [name = ''] = readdirSync(join(folder, 'operations')).filter((one) => one.endsWith('.journal'));
  return join(folder, 'operations', name);
}

test('every request that must be written is refused, and looking goes on', async (context) => {
  if (process.getuid?.() !== 0) return context.skip('needs root to mount a tmpfs');
  const disk = smallDisk();
  const disks = createFakeDisks([{ name: 'sdb' }, { name: 'sdc' }, { name: 'sdd' }]);
  const agent = await openAgent({ stateFolder: disk.folder, disks, grants: { 9300: '*' } });
  disks.beforeStage = async () => ({ state: 'held', detail: 'opened' });
  const pending = await agent.format(guestOf(9200));
  const approved = await agent.format(guestOf(9200), { device: '/dev/sdc' });
  await codeOf(agent.confirm(ROOT, approved.id, { confirm: '-sdc' }));
  disks.beforeStage = async () => undefined;
  const before = await agent.list(ROOT);
  const ledgerBefore = await agent.ledger();
  disks.started.length = 0;

  disk.fill();
  const ask = { ...agent.request, caller: ROOT, params: {} };
  const refusals = [
    await refusalOf(agent.format(guestOf(9300), { device: '/dev/sdd' })),
    await refusalOf(agent.format(ROOT, { device: '/dev/sdb', fstype: 'xfs' })),
    await refusalOf(agent.deny(ROOT, pending.id)),
    await refusalOf(agent.confirm(ROOT, pending.id, { confirm: word })),
    await refusalOf(agent.run(ROOT, approved.id)),
    await refusalOf(agent.handlers.mintToken({ ...ask, body: { vmid: 9200 } })),
    await refusalOf(agent.handlers.resetClock({ ...ask, body: {} })),
    await refusalOf(
      agent.handlers.reportGuest({
        ...agent.request,
        caller: guestOf(9200),
        params: { vmid: 9200 },
        body: guestReport.parse({ status: 'ok' }),
      }),
    ),
  ];
  expect(refusals.map((refusal) => refusal?.code)).toEqual(refusals.map(() => 'E_STORE'));
  expect(refusals[0]).toMatchObject({ message: expect.stringContaining('ENOSPC'), retryAfterS: 30 });
  expect(disks.passed).toEqual([]);
  expect(await agent.list(ROOT)).toEqual(before);

  disk.empty();
  expect(await agent.list(ROOT)).toEqual(before);
  const ledger = await agent.facts.ledger();
  expect(ledger).toMatchObject({ intact: true });
  // A few bytes still fit behind the last record: what was written there says that nothing came of it.
  const more = ledger.records.slice(0, ledger.count - ledgerBefore.length).map(({ what }) => what);
  expect(more.filter((what) => what !== 'token.minted' && what !== 'token.not-minted')).toEqual([]);
  expect(readdirSync(join(disk.folder, 'operations')).filter((name) => name.endsWith('.new'))).toEqual([]);
  expect(readdirSync(join(disk.folder, 'claims'))).toEqual([]);
  const ran = await agent.run(ROOT, approved.id);
  expect(ran.state).toBe('claimed');
  expect((await agent.settled(approved.id, 'done'))?.state).toBe('done');
  expect((await agent.facts.ledger()).intact).toBe(true);
});

test.each(UNSIGNED_STAGES.slice(1, 4))(
  'full before %s: the stage is not let through, the end is told, and written once there is room',
  async (stage) => {
    if (process.getuid?.() !== 0) throw new Error('needs root to mount a tmpfs');
    const disk = smallDisk();
    const disks = createFakeDisks([{ name: 'sdb' }]);
    const agent = await openAgent({ stateFolder: disk.folder, disks });
    disks.beforeStage = async (now) => {
      if (now !== stage) return undefined;
      // Its next line might still fit into the last block of the journal: it begins a new one.
      renameSync(journalOf(disk.folder), join(disk.folder, 'journal-so-far'));
      disk.fill();
      return undefined;
    };
    const { id } = await agent.format(ROOT, { confirm: word });
    const dirty = UNSIGNED_STAGES.indexOf(stage) > UNSIGNED_STAGES.indexOf('mkfs');
    const failed = await agent.settled(id, 'failed');
    expect(failed).toMatchObject({ state: 'failed', dirty, ended: { code: 'E_STORE' } });
    expect(disks.passed).not.toContain(stage);
    expect(agent.problems.join('\n')).toContain('could not be written yet');
    disk.empty();
    await agent.memory.tidy();
    expect((await agent.show(ROOT, id)).state).toBe('failed');
    const next = await openAgent({ stateFolder: disk.folder });
    expect(await next.show(ROOT, id)).toMatchObject({ state: 'failed', dirty, ended: { code: 'E_STORE' } });
    expect((await next.facts.ledger()).intact).toBe(true);
  },
);

test('an agent that starts on a full disk looks on, and refuses', async () => {
  const disk = smallDisk();
  const first = await openAgent({ stateFolder: disk.folder, disks: createFakeDisks([{ name: 'sdb' }]) });
  const { id } = await first.format(ROOT);
  disk.fill();
  const agent = await openAgent({ stateFolder: disk.folder, disks: createFakeDisks([{ name: 'sdb' }]) });
  expect((await agent.show(ROOT, id)).state).toBe('pending');
  expect(await codeOf(agent.deny(ROOT, id))).toBe('E_STORE');
  disk.empty();
  expect((await agent.deny(ROOT, id)).state).toBe('denied');
  expect((await agent.facts.ledger()).intact).toBe(true);
});
