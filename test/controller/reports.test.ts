// Reports to the hub: with the customer's key, again and again, and never so that anything waits for them.
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import type { BaseStackFacts } from '../../src/contracts/facts/base-stack.ts';
import { openAnchorBook } from '../../src/controller/reports/anchor-book.ts';
import { createHubReports } from '../../src/controller/reports/hub-reports.ts';
import { createRepeated } from '../../src/controller/repeat.ts';
import { exampleBase } from './example-base.ts';
import { CUSTOMER_KEY, HOST_KEY, startHub, WHOLE_CONFIG } from './hub-server.ts';
import { makeGuestFolder, withHub } from './guest-folder.ts';

const QUICK = { everyMs: 60_000, gatherMs: 20, retryMs: 30 };

async function scene(key = CUSTOMER_KEY) {
  const hub = await startHub(WHOLE_CONFIG);
  onTestFinished(hub.stop);
  const guest = makeGuestFolder(withHub(hub.url, key));
  const config = await guest.open();
  const told: { base: BaseStackFacts } = { base: exampleBase({ status: 'ok' }) };
  const reports = createHubReports({
    config,
    tell: () => told.base,
    clock: systemClock,
    log: guest.log,
    random: () => 1,
    times: QUICK,
  });
  onTestFinished(reports.stop);
  return { hub, guest, reports, told };
}

describe('Reports to the hub', () => {
  test("carry the customer's id as the name (E12), what runs and what is wrong", async () => {
    const { hub, guest, reports, told } = await scene();
    await expect.poll(() => hub.reports.length).toBe(1);
    expect(hub.reports[0]).toMatchObject({
      customer_id: 'kovacs',
      hostname: 'kovacs',
      guest_hostname: 'felhom-golden',
      status: 'ok',
      generation: 3,
      controller_version: '0.4.0',
      services: [{ name: 'traefik', state: 'running' }],
    });
    expect(reports.link().state).toBe('ok');
    reports.changed();
    told.base = exampleBase({ status: 'fail', text: 'Protected container not running: traefik' });
    for (let times = 0; times < 50; times += 1) reports.changed();
    await expect.poll(() => hub.reports.length).toBe(2);
    expect(hub.reports[1]?.issues).toEqual(['Protected container not running: traefik']);
    expect(guest.logged.join('')).not.toContain(CUSTOMER_KEY);
  });

  test('go on by themselves when the hub comes back; meanwhile a warning says so', async () => {
    const { hub, guest, reports } = await scene();
    await expect.poll(() => reports.link().state).toBe('ok');
    await hub.stop();
    const before = reports.link().since;
    guest.bootstrap(withHub(hub.url.replace('127.0.0.1', 'localhost')));
    await expect.poll(() => reports.problem()?.code, { timeout: 3000 }).toBe('hub-unreachable');
    expect(reports.problem()).toMatchObject({ level: 'warn', subject: 'hub', healsItself: true });
    await hub.start();
    await expect.poll(() => reports.link().state, { timeout: 3000 }).toBe('ok');
    expect(reports.problem()).toBeUndefined();
    expect(reports.link().since).toBeGreaterThanOrEqual(before);
    expect(guest.logged.filter((line) => line.includes('The hub cannot be used')).length).toBeLessThan(4);
  });

  test("with the host's key are refused, and the kind of the key is the cause (break 3.5)", async () => {
    const { hub, guest, reports } = await scene(HOST_KEY);
    await expect.poll(() => reports.problem()?.code).toBe('hub-key-wrong-kind');
    expect(reports.problem()?.text).toBe(
      "The hub refuses the key: it is a host's key, and the customer's is needed",
    );
    expect(hub.reports).toEqual([]);
    expect(guest.logged.join('')).not.toContain(HOST_KEY);
    guest.bootstrap(withHub(hub.url));
    await expect.poll(() => reports.link().state, { timeout: 3000 }).toBe('ok');
  });
});

describe("The newest records of the agent's ledger", () => {
  const record = (n: number, letter = 'a') => ({ n, hash: letter.repeat(64) });

  test('that was cut stay the evidence, however long it grows again, also after a restart', async () => {
    const guest = makeGuestFolder();
    const path = join(guest.data, 'agent-anchors.json');
    const before = await openAnchorBook(path, guest.log);
    await before.keep(record(50), 'told');
    await before.keep(record(40), 'told');
    expect(before.problem()?.code).toBe('agent-ledger-cut');
    for (let n = 41; n < 70; n += 1) await before.keep(record(n, 'b'), 'told');
    expect(before.problem()?.hint).toContain('it has 40 records, and had 50');

    const after = await openAnchorBook(path, guest.log);
    expect(after.problem()?.hint).toContain('it has 40 records, and had 50');
    await after.keep(record(70, 'b'), 'told');
    expect(after.problem()?.hint).toContain(path);
    await after.keep(record(3), 'another agent');
    expect(after.problem()).toBeUndefined();
  });
});

describe('Work that is done again and again', () => {
  test('while it fails, asking for it does not hurry it; what came while it ran is done after it', async () => {
    const done: number[] = [];
    let fails = true;
    let poke = () => {};
    const repeated = createRepeated({
      work: async () => {
        done.push(done.length);
        if (done.length === 2) poke();
        if (fails) throw new Error('not yet');
        return Promise.resolve();
      },
      onFailed: () => {},
      everyMs: 60_000,
      gatherMs: 10,
      retry: { firstMs: 100_000, longestMs: 100_000 },
      random: () => 1,
    });
    ({ poke } = repeated);
    onTestFinished(repeated.stop);
    await expect.poll(() => done.length).toBe(1);
    for (let times = 0; times < 20; times += 1) repeated.poke();
    await new Promise((resolve) => {
      setTimeout(resolve, 60);
    });
    expect(done.length).toBe(1);
    fails = false;
    await repeated.now();
    await expect.poll(() => done.length).toBe(3);
  });
});
