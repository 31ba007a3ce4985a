// Guests are started, shut down and rebooted by Proxmox's own programs: which, how, and when not.
import { chmodSync, mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createGuestDeeds, type GuestDeeds } from '../../src/agent/guests/guest-deeds.ts';
import { createKeepApart } from '../../src/agent/guests/keep-apart.ts';
import { asUnit, stepsOf } from '../../src/agent/guests/guest-steps.ts';
import type { Caller } from '../../src/agent/handler.ts';
import { createLedger } from '../../src/daemon/ledger/ledger.ts';
import { failed, ok } from '../../src/contracts/reading.ts';
import { createFakeDisks } from './fake-disks.ts';
import { createFakeProxmox, WAIT, type FakeProxmox } from './fake-proxmox.ts';
import {
  codeOf,
  createTestClock,
  GROUP,
  guestOf,
  openAgent,
  refusalOf,
  ROOT,
  temporaryFolder,
  type OpenedAgent,
} from './open-agent.ts';

const GUESTS = [
  { vmid: 9200, name: 'demo' },
  { vmid: 9201, type: 'qemu', name: 'win', status: 'stopped' },
  { vmid: 9100, name: 'golden', status: 'stopped', template: 1 },
  { vmid: 9300, node: 'other' },
] as const;

/** On a busy machine a program takes its time. */
const PATIENTLY = { timeout: 20_000 };

async function opened() {
  const proxmox = createFakeProxmox(GUESTS);
  const agent = await openAgent({ guests: proxmox.ports });
  return { proxmox, agent };
}
type Deed = 'start' | 'stop' | 'reboot';
async function act(agent: OpenedAgent, deed: Deed, vmid: number, caller: Caller = ROOT, confirm?: string) {
  const route = `${deed}Guest` as const;
  return agent.handlers[route]({
    ...agent.request,
    caller,
    params: { vmid },
    body: deed === 'start' ? { name: 'viktor' } : { name: 'viktor', confirm: confirm ?? String(vmid) },
  });
}
const deedsIn = async (agent: OpenedAgent) =>
  (await agent.ledger()).filter(({ what }) => what.startsWith('guest.'));

test.each([
  ['stop', 9200, 'pct', ['pct shutdown 9200 --timeout 60'], 'stopped'],
  ['reboot', 9200, 'pct', ['pct shutdown 9200 --timeout 60', 'pct start 9200'], 'running'],
  ['start', 9201, 'qm', ['qm start 9201'], 'running'],
] as const)(
  '%s of VMID %i is done by %s, and written down before and after',
  async (deed, vmid, _, calls, status) => {
    const { proxmox, agent } = await opened();
    const kind = vmid === 9200 ? 'lxc' : 'qemu';
    expect(await act(agent, deed, vmid, GROUP)).toEqual({ vmid, kind, status });
    expect(proxmox.calls()).toEqual(calls);
    expect(proxmox.is(vmid)).toBe(status);
    const [asked, done] = await deedsIn(agent);
    const by = { door: 'group', vmid: null, name: 'viktor' };
    expect(asked).toMatchObject({ what: 'guest.asked', subject: String(vmid), by, detail: { deed, kind } });
    expect(done).toMatchObject({ what: 'guest.done', by, detail: { deed, of: asked?.n, status, why: null } });
    expect(agent.notices).toMatchObject([{ kind: 'guest-changed', subject: String(vmid), detail: status }]);
    expect(proxmox.changed.count).toBe(1);
  },
);

test('never hard: no program is asked to stop, to kill, to skip a lock or to force anything', () => {
  const all = (['start', 'stop', 'reboot'] as const).flatMap((deed) =>
    (['lxc', 'qemu'] as const).flatMap((kind) => stepsOf(deed, { kind, vmid: 9200 })),
  );
  expect(all.flatMap(({ args }) => args[0])).not.toContain('stop');
  expect(all.flatMap(({ args }) => args[0])).not.toContain('reboot');
  expect(all.flatMap(({ args }) => args).filter((word) => /force|kill|skiplock/i.test(word))).toEqual([]);
});

test('where systemd runs the host a guest is started from a unit of its own, not from the agent’s', async () => {
  const { proxmox, agent } = await opened();
  proxmox.setting.systemd = true;
  expect(await act(agent, 'start', 9201)).toMatchObject({ status: 'running' });
  const [unit, inside] = proxmox.calls();
  expect(unit).toMatch(/^systemd-run .*--wait --pipe --unit=felhom-guest-9201 .* -- qm start 9201$/);
  expect(inside).toBe('qm start 9201');
  const step = asUnit({ file: 'pct', args: ['start', '1'], deadlineMs: 1500 }, 1);
  expect(step.args).toContain('--property=RuntimeMaxSec=2');
  expect(step.deadlineMs).toBeGreaterThan(2000);
});

test.each([
  ['start', 9200, 'E_GUEST_STATE', 'is running already'],
  ['stop', 9201, 'E_GUEST_STATE', 'is stopped'],
  ['reboot', 9201, 'E_GUEST_STATE', 'is stopped'],
  ['start', 9100, 'E_GUEST_STATE', 'is a template'],
  ['start', 9300, 'E_NO_SUCH', 'no guest of this node'],
  ['start', 9999, 'E_NO_SUCH', 'no guest of this node'],
] as const)('%s of VMID %i: %s', async (deed, vmid, code, says) => {
  const { proxmox, agent } = await opened();
  const refusal = await refusalOf(act(agent, deed, vmid));
  expect(refusal).toMatchObject({ code, message: expect.stringContaining(says) });
  expect(proxmox.calls()).toEqual([]);
  expect(await deedsIn(agent)).toEqual([]);
});

test.each(['stop', 'reboot'] as const)('%s needs the VMID typed', async (deed) => {
  const { proxmox, agent } = await opened();
  for (const typed of ['', '9201', 'yes', ' 9200', '09200']) {
    expect(await codeOf(act(agent, deed, 9200, ROOT, typed))).toBe('E_WORD');
  }
  expect(
    await codeOf(
      agent.handlers[`${deed}Guest`]({ ...agent.request, caller: ROOT, params: { vmid: 9200 }, body: {} }),
    ),
  ).toBe('E_WORD');
  expect(proxmox.calls()).toEqual([]);
});

test('a guest moves nobody, itself neither, should a right be loosened', async () => {
  const { proxmox, agent } = await opened();
  for (const deed of ['start', 'stop', 'reboot'] as const) {
    for (const caller of [guestOf(9200), guestOf(9201), { kind: 'scraper' }, { kind: 'nobody' }] as const) {
      expect(await codeOf(act(agent, deed, 9200, caller))).toBe('E_FORBIDDEN');
    }
  }
  expect(proxmox.calls()).toEqual([]);
});

test('a locked guest is left as it is, and what Proxmox said is handed on without what a terminal would obey', async () => {
  const { proxmox, agent } = await opened();
  proxmox.does(
    'shutdown',
    String.raw`printf 'WARN: x\nCT is locked (backup)\033]52;c;x\007\n' >&2; exit 255`,
  );
  const refusal = await refusalOf(act(agent, 'stop', 9200));
  expect(refusal?.code).toBe('E_GUEST_TOOL');
  expect(refusal?.message).toMatch(/^pct shutdown 9200 --timeout 60: .*CT is locked \(backup\)/);
  expect(refusal?.message).not.toMatch(/[\u001b\u0007]/);
  expect(proxmox.is(9200)).toBe('running');
  expect((await deedsIn(agent))[1]).toMatchObject({ what: 'guest.failed', detail: { status: 'running' } });
});

test('a guest that does not shut down is not started over it', async () => {
  const { proxmox, agent } = await opened();
  proxmox.does('shutdown', 'echo "container did not stop" >&2; exit 255');
  expect(await codeOf(act(agent, 'reboot', 9200))).toBe('E_GUEST_TOOL');
  expect(proxmox.calls()).toEqual(['pct shutdown 9200 --timeout 60']);
  expect(proxmox.is(9200)).toBe('running');
});

test.each([
  ['pct', 'stop', 9200, 'E_GUEST_TOOL'],
  ['pvesh', 'stop', 9200, 'E_NOT_READY'],
] as const)('without %s there is nothing to do it with', async (program, deed, vmid, code) => {
  const { proxmox, agent } = await opened();
  proxmox.remove(program);
  expect(await codeOf(act(agent, deed, vmid))).toBe(code);
  expect(proxmox.is(vmid)).toBe('running');
});

test('a pct that may not be run, and a Proxmox that answers nonsense, are told', async () => {
  const { proxmox, agent } = await opened();
  proxmox.does('pvesh', 'echo nonsense; exit 0');
  expect((await refusalOf(act(agent, 'stop', 9200)))?.message).toContain('does not list its guests');
  proxmox.does('pvesh', 'true');
  proxmox.list([...GUESTS, { vmid: 9200 }]);
  expect((await refusalOf(act(agent, 'stop', 9200)))?.message).toContain('twice');
  proxmox.list(GUESTS);
  chmodSync(join(proxmox.folder, 'pct'), 0o644);
  expect((await refusalOf(act(agent, 'stop', 9200)))?.message).toContain('does not say whether');
});

test('one deed at a time on a guest; another guest does not wait', async () => {
  const { proxmox, agent } = await opened();
  proxmox.does('shutdown', WAIT);
  const first = act(agent, 'stop', 9200);
  for (const deed of ['start', 'stop', 'reboot'] as const) {
    expect((await refusalOf(act(agent, deed, 9200)))?.message).toMatch(/9200: stop is under way since \d+ s/);
  }
  expect(await act(agent, 'start', 9201)).toMatchObject({ status: 'running' });
  proxmox.go();
  expect(await first).toMatchObject({ status: 'stopped' });
  expect(proxmox.calls().filter((call) => call.includes(' 9200'))).toHaveLength(1);
  expect(await act(agent, 'start', 9200)).toMatchObject({ status: 'running' });
});

test('who asked and went away stops nothing', async () => {
  const { proxmox, agent } = await opened();
  proxmox.does('shutdown', WAIT);
  const gone = new AbortController();
  const work = agent.handlers.stopGuest({
    ...agent.request,
    signal: gone.signal,
    caller: ROOT,
    params: { vmid: 9200 },
    body: { confirm: '9200' },
  });
  await expect.poll(() => proxmox.calls(), PATIENTLY).toHaveLength(1);
  gone.abort();
  proxmox.go();
  expect(await work).toMatchObject({ status: 'stopped' });
});

test('while an operation runs on a disk, a guest that names hardware of this host is not started', async () => {
  const proxmox = createFakeProxmox(GUESTS);
  const disks = createFakeDisks([{ name: 'sdb' }]);
  let goOn: () => void = () => {};
  disks.beforeStage = async (stage) =>
    stage === 'mkfs'
      ? new Promise((resolve) => {
          goOn = () => resolve(undefined);
        })
      : undefined;
  const agent = await openAgent({ guests: proxmox.ports, disks });
  const { id } = await agent.format(ROOT, { confirm: '-sdb' });
  expect((await agent.settled(id, 'claimed'))?.state).toBe('claimed');
  proxmox.setting.disks = async () => Promise.resolve(ok(['scsi1: /dev/sdb'], 'x', 0));
  expect(await refusalOf(act(agent, 'start', 9201))).toMatchObject({
    code: 'E_DEVICE_BUSY',
    message: expect.stringContaining('scsi1: /dev/sdb'),
  });
  proxmox.setting.disks = async () => Promise.resolve(failed('io-error', 'x', 0));
  expect(await codeOf(act(agent, 'start', 9201))).toBe('E_DEVICE_BUSY');
  expect(await codeOf(act(agent, 'reboot', 9200))).toBe('E_DEVICE_BUSY');
  expect(proxmox.calls()).toEqual([]);
  // One that names none is none of its business, and shutting down harms no disk.
  expect(await act(agent, 'stop', 9200)).toMatchObject({ status: 'stopped' });
  proxmox.setting.disks = async () => Promise.resolve(ok([], 'x', 0));
  expect(await act(agent, 'start', 9201)).toMatchObject({ status: 'running' });
  goOn();
  expect((await agent.settled(id, 'done'))?.state).toBe('done');
});

test('while a guest that names hardware of this host is being started, no format begins; it can be run later', async () => {
  const proxmox = createFakeProxmox(GUESTS);
  const agent = await openAgent({ guests: proxmox.ports, disks: createFakeDisks([{ name: 'sdb' }]) });
  proxmox.setting.disks = async () => Promise.resolve(ok(['scsi1: /dev/sdb'], 'x', 0));
  proxmox.does('start', WAIT);
  const starting = act(agent, 'start', 9201);
  await expect.poll(() => proxmox.calls(), PATIENTLY).toHaveLength(1);
  const { id } = await agent.format(ROOT, { confirm: '-sdb' });
  await agent.notBegun();
  expect(await refusalOf(agent.run(ROOT, id))).toMatchObject({
    code: 'E_DEVICE_HELD',
    message: expect.stringContaining('VMID 9201 is being started'),
  });
  proxmox.go();
  expect(await starting).toMatchObject({ status: 'running' });
  await agent.run(ROOT, id);
  expect((await agent.settled(id, 'done'))?.state).toBe('done');
  // One that names none keeps no format waiting.
  proxmox.setting.disks = async () => Promise.resolve(ok([], 'x', 0));
  const other = act(agent, 'reboot', 9200);
  await expect.poll(() => proxmox.calls(), PATIENTLY).toHaveLength(3);
  const next = await agent.format(ROOT, { confirm: '-sdb', fstype: 'xfs' });
  expect((await agent.settled(next.id, 'done'))?.state).toBe('done');
  proxmox.go();
  await other;
});

/** The deeds alone, with a patience of the test's choice. */
function deedsOf(proxmox: FakeProxmox, patienceMs: number) {
  const clock = createTestClock();
  const problems: string[] = [];
  const ledger = createLedger({ path: join(temporaryFolder(), 'ledger.jsonl'), clock, onChange: () => {} });
  const deeds: GuestDeeds = createGuestDeeds({
    ports: proxmox.ports,
    apart: createKeepApart(),
    ledger,
    clock,
    onNotice: () => {},
    onProblem: (problem) => void problems.push(problem),
    patienceMs,
  });
  const whats = async () => (await ledger.verify()).records.map(({ what }) => what);
  return { deeds, problems, whats };
}
const BY = { door: 'root', vmid: null, name: null } as const;

test('one that takes longer than an answer may is told so, goes on, and its end is written down', async () => {
  const proxmox = createFakeProxmox(GUESTS);
  proxmox.does('shutdown', WAIT);
  const { deeds, whats } = deedsOf(proxmox, 100);
  expect((await refusalOf(deeds.act('stop', 9200, BY)))?.message).toContain('still goes on');
  expect(await codeOf(deeds.act('start', 9200, BY))).toBe('E_GUEST_STATE');
  proxmox.go();
  await expect.poll(whats, PATIENTLY).toEqual(['guest.asked', 'guest.done']);
});

test('an agent that stops meanwhile says that it does not know what became of it', async () => {
  const proxmox = createFakeProxmox(GUESTS);
  proxmox.does('shutdown', 'sleep 20');
  const { deeds, whats } = deedsOf(proxmox, 60_000);
  const work = refusalOf(deeds.act('stop', 9200, BY));
  await expect.poll(() => proxmox.calls(), PATIENTLY).toHaveLength(1);
  await deeds.stop();
  expect((await work)?.message).toContain('the agent stops');
  expect(await whats()).toEqual(['guest.asked', 'guest.interrupted']);
  expect(await codeOf(deeds.act('start', 9200, BY))).toBe('E_NOT_READY');
});

test('what cannot be written down is not done; an end that cannot be is written later', async () => {
  const { proxmox, agent } = await opened();
  const path = join(agent.stateFolder, 'ledger.jsonl');
  const aside = join(agent.stateFolder, 'aside');
  const breakIt = () => {
    renameSync(path, aside);
    mkdirSync(path);
  };
  const mend = () => {
    rmdirSync(path);
    renameSync(aside, path);
  };
  breakIt();
  expect(await codeOf(act(agent, 'stop', 9200))).toBe('E_STORE');
  expect(proxmox.calls()).toEqual([]);
  mend();
  proxmox.does('shutdown', WAIT);
  const work = act(agent, 'stop', 9200);
  await expect.poll(() => proxmox.calls(), PATIENTLY).toHaveLength(1);
  breakIt();
  proxmox.go();
  expect(await work).toMatchObject({ status: 'stopped' });
  expect(agent.memory.trouble()).toContain('could not be written yet');
  mend();
  await agent.memory.tidy();
  expect((await deedsIn(agent)).map(({ what }) => what)).toEqual(['guest.asked', 'guest.done']);
  expect(agent.memory.trouble()).toBeUndefined();
});

test('an agent that was killed meanwhile says so at its next start, once', async () => {
  const { proxmox, agent } = await opened();
  await act(agent, 'start', 9201);
  await agent.memory.ledger.record({
    what: 'guest.asked',
    by: BY,
    subject: '9200',
    detail: { deed: 'stop', kind: 'lxc', name: 'demo' },
  });
  const again = await openAgent({ stateFolder: agent.stateFolder, guests: proxmox.ports });
  const told = (await deedsIn(again)).at(-1);
  expect(told).toMatchObject({
    what: 'guest.interrupted',
    subject: '9200',
    by: null,
    detail: { deed: 'stop' },
  });
  const third = await openAgent({ stateFolder: agent.stateFolder, guests: proxmox.ports });
  expect(await deedsIn(third)).toHaveLength(4);
});
