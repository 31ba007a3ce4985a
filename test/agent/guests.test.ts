// Guests report their own health, and the host sees all of them.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { guestReport, type Guest, type GuestReport } from '../../src/contracts/facts/guests.ts';
import { defaultLimits } from '../../src/agent/limits.ts';
import type { Caller } from '../../src/agent/handler.ts';
import { codeOf, createTestClock, GROUP, guestOf, openAgent, ROOT, type OpenedAgent } from './open-agent.ts';

const OK: GuestReport = guestReport.parse({ status: 'ok' });
const WARN: GuestReport = guestReport.parse({
  status: 'warn',
  issues: ['Protected container not running: traefik'],
});

const report = async (agent: OpenedAgent, caller: Caller, vmid: number, body = OK) =>
  agent.handlers.reportGuest({ ...agent.request, caller, params: { vmid }, body });
async function guests(agent: OpenedAgent, caller: Caller = ROOT): Promise<readonly Guest[]> {
  const answer = await agent.handlers.guests({ ...agent.request, caller, params: {}, body: {} });
  return 'guests' in answer ? answer.guests : [];
}

test('a report is seen by the host with its time by the host’s clock', async () => {
  const clock = createTestClock();
  const agent = await openAgent({ clock });
  expect(await report(agent, guestOf(9200), 9200, WARN)).toMatchObject({ received: clock.now() });
  const address = '10.0.0.2';
  expect(await guests(agent)).toEqual([
    { vmid: 9200, report: WARN, reported: clock.now(), address, tokens: 0 },
  ]);
  expect(agent.changes).toContain('guests');
});

test('only for itself: not for another VMID, not by the host, not by nobody', async () => {
  const agent = await openAgent();
  expect(await codeOf(report(agent, guestOf(9200), 9300))).toBe('E_FORBIDDEN');
  for (const caller of [ROOT, GROUP, { kind: 'scraper' }, { kind: 'nobody' }] as const) {
    expect(await codeOf(report(agent, caller, 9200))).toBe('E_FORBIDDEN');
  }
  expect(await guests(agent)).toEqual([]);
});

test('a guest sees itself only', async () => {
  const agent = await openAgent({ vmids: [9200, 9300] });
  await report(agent, guestOf(9200), 9200);
  await report(agent, guestOf(9300), 9300, WARN);
  expect((await guests(agent, guestOf(9200))).map(({ vmid }) => vmid)).toEqual([9200]);
  expect((await guests(agent, GROUP)).map(({ vmid }) => vmid)).toEqual([9200, 9300]);
});

test('whom Proxmox knows and who has a token is listed before it ever reports', async () => {
  const agent = await openAgent({ vmids: [101] });
  await agent.handlers.mintToken({ ...agent.request, caller: ROOT, params: {}, body: { vmid: 9200 } });
  expect(await guests(agent)).toEqual([
    { vmid: 101, report: null, reported: null, address: null, tokens: 0 },
    { vmid: 9200, report: null, reported: null, address: null, tokens: 1 },
  ]);
});

test('the last report outlives a restart', async () => {
  const agent = await openAgent();
  await report(agent, guestOf(9200), 9200, OK);
  await report(agent, guestOf(9200), 9200, WARN);
  const again = await openAgent({ stateFolder: agent.stateFolder });
  expect((await guests(again))[0]).toMatchObject({ vmid: 9200, report: WARN });
});

test('what a controller says of its services and of its names is kept; that it does not know is not ok', async () => {
  const full = guestReport.parse({
    status: 'unknown',
    issues: ['Not known whether it runs: traefik'],
    controller_version: '0.40.0',
    hostname: 'demo-felhom',
    guest_hostname: 'felhom-golden',
    customer_id: 'demo-felhom',
    services: [{ name: 'traefik', state: 'back-off', cause: 'port 80 is taken' }],
    of_a_newer_version: true,
  });
  const agent = await openAgent();
  await report(agent, guestOf(9200), 9200, full);
  const again = await openAgent({ stateFolder: agent.stateFolder });
  expect((await guests(again))[0]?.report).toEqual(full);
  expect(full).not.toHaveProperty('of_a_newer_version');
});

test('its address is that of its connection, and not what it says; another one is written at once', async () => {
  const agent = await openAgent();
  const claimed = guestReport.parse({ status: 'ok', address: '6.6.6.6' });
  for (const address of ['10.0.0.2', '10.0.0.3', null, '10.0.0.4']) {
    const caller: Caller = { kind: 'guest', vmid: 9200, tokenId: '00', address };
    await report(agent, caller, 9200, claimed);
    expect((await guests(agent))[0]?.address).toBe(address);
    const again = await openAgent({ stateFolder: agent.stateFolder });
    expect((await guests(again))[0]?.address).toBe(address);
  }
});

test('a book of an older version is read: what it does not say is not known', async () => {
  const agent = await openAgent();
  const old = { status: 'ok', issues: [], controller_version: '0.39.1', hostname: 'demo' };
  const book = { guests: [{ vmid: 9200, report: old, reported: 5 }] };
  writeFileSync(join(agent.stateFolder, 'guests.json'), JSON.stringify(book));
  const again = await openAgent({ stateFolder: agent.stateFolder });
  const nothing = { guest_hostname: null, customer_id: null, services: [] };
  expect((await guests(again))[0]).toMatchObject({
    reported: 5,
    address: null,
    report: { ...old, ...nothing },
  });
});

test('the largest report of a real controller fits into a request', () => {
  const issue = 'A container with our labels has a name that is not ours: '.padEnd(500, 'x');
  const service = { name: 'x'.repeat(60), state: 'not-configured', cause: 'x'.repeat(500) };
  const largest = guestReport.parse({
    status: 'fail',
    issues: Array.from({ length: 100 }, () => issue),
    services: Array.from({ length: 10 }, () => service),
  });
  expect(JSON.stringify(largest).length).toBeLessThan(defaultLimits.bodyBytes);
});

test('the same report over and over is written once a minute', async () => {
  const clock = createTestClock();
  const agent = await openAgent({ clock });
  const file = () => readFileSync(join(agent.stateFolder, 'guests.json'), 'utf8');
  await report(agent, guestOf(9200), 9200);
  const first = file();
  clock.advance(30_000);
  await report(agent, guestOf(9200), 9200);
  expect(file()).toBe(first);
  expect((await guests(agent))[0]?.reported).toBe(clock.now());
  clock.advance(31_000);
  await report(agent, guestOf(9200), 9200);
  expect(file()).not.toBe(first);
});

test('many guests at once lose nothing', async () => {
  const agent = await openAgent();
  const vmids = Array.from({ length: 50 }, (_, index) => 9200 + index);
  await Promise.all(vmids.map(async (vmid) => report(agent, guestOf(vmid), vmid, WARN)));
  const again = await openAgent({ stateFolder: agent.stateFolder });
  expect((await guests(again)).map(({ vmid }) => vmid)).toEqual(vmids);
});

test('a file that is not understood is told, and the guests report again', async () => {
  const agent = await openAgent();
  writeFileSync(join(agent.stateFolder, 'guests.json'), '{"guests":[{"vmid":"9200"}]}');
  const again = await openAgent({ stateFolder: agent.stateFolder });
  expect(await guests(again)).toEqual([]);
  expect(again.problems.join()).toContain('guests.json is not understood');
  expect(await codeOf(report(again, guestOf(9200), 9200))).toBe('answered');
});

test('grants are shown as they stand, or it is said that none holds', async () => {
  const agent = await openAgent({ grants: { 9200: ['byid:a'], 9300: '*' } });
  const ask = async () => agent.handlers.grants({ ...agent.request, caller: ROOT, params: {}, body: {} });
  expect(await ask()).toEqual({ grants: { 9200: ['byid:a'], 9300: '*' } });
  agent.setting.grants = new Error('line 3 is not understood');
  expect(await codeOf(ask())).toBe('E_NOT_READY');
});
