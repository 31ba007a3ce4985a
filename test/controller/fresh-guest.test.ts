// The diagnostic's scene: a guest on which nothing is but Docker and the controller, with bootstrap.json in place.
// Nothing deployed the base stack there, and its health was FAIL for ever.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { runAgent } from '../agent/running-agent.ts';
import { missingForDaemon, startDaemon, type Daemon } from '../docker/daemon.ts';
import { startHub, WHOLE_CONFIG, CUSTOMER_KEY } from './hub-server.ts';
import { ledgerOf, leadInside, makeDockerGuest } from './docker-guest.ts';
import { BOOTSTRAP, withHub } from './guest-folder.ts';

const why = missingForDaemon();
let daemon: Daemon;

beforeAll(async () => {
  if (why === undefined) daemon = await startDaemon();
});
afterAll(async () => daemon?.stop());

type Listed = { readonly Id: string; readonly Names: readonly string[]; readonly State: string };
const listContainers = async (): Promise<readonly Listed[]> => {
  const listed: unknown = await daemon.engine.call('GET', '/containers/json?all=1');
  return Array.isArray(listed) ? listed : [];
};
const running = async () =>
  (await listContainers()).map(({ Names, State }) => `${Names.join().slice(1)} ${State}`).toSorted();
/** For the next scene: as a guest is before anybody was there. */
const clearAway = async () => {
  for (const { Id } of await listContainers())
    await daemon.engine.call('DELETE', `/containers/${Id}?force=1`);
  await daemon.engine.call('DELETE', '/networks/traefik-public').catch(() => undefined);
};
const ALL = ['cloudflared running', 'filebrowser running', 'traefik running'];

describe.skipIf(why !== undefined)('A fresh guest', () => {
  test('is well within 30 s of the start, without a registry; a second start changes nothing', async () => {
    const hub = await startHub(WHOLE_CONFIG);
    onTestFinished(hub.stop);
    const agent = await runAgent({ disks: { auto_scan: false } });
    const { token } = await agent.mint(9200);
    for (const port of [hub.port, agent.port]) await leadInside(daemon, port);
    onTestFinished(clearAway);
    const guest = await makeDockerGuest(daemon);
    const local_api = { endpoint: `127.0.0.1:${agent.port}`, fingerprint: agent.fingerprint(), token };
    guest.bootstrap({ ...withHub(hub.url), local_api });

    const began = performance.now();
    await guest.start();
    await expect
      .poll(async () => guest.health(), { timeout: 30_000, interval: 100 })
      .toEqual({ status: 'ok', issues: [] });
    const tookMs = Math.round(performance.now() - began);
    process.stdout.write(`fresh guest: health ok ${tookMs} ms after the start\n`);
    expect(tookMs).toBeLessThan(30_000);
    expect(await running()).toEqual(ALL);
    expect(await daemon.engine.call('GET', '/networks/traefik-public')).toMatchObject({ Driver: 'bridge' });
    expect(statSync(guest.configPath).mode & 0o777).toBe(0o600);
    expect(guest.log()).toContain(
      'bootstrap: seeded controller.yaml (customer kovacs, generation 3): coming up configured',
    );
    // What the hub hears is who the customer is, never which container (E12).
    await expect
      .poll(() => hub.reports.at(-1), { timeout: 15_000 })
      .toMatchObject({
        hostname: 'kovacs',
        customer_id: 'kovacs',
        status: 'ok',
      });
    // The host sees its guest without a hub.
    await expect
      .poll(async () => (await agent.ask('GET', '/guests')).body, { timeout: 15_000 })
      .toMatchObject({
        guests: [{ vmid: 9200, report: { status: 'ok', hostname: 'kovacs', services: [{}, {}, {}] } }],
      });

    const before = await listContainers();
    const stoppedIn = performance.now();
    expect(await guest.stop()).toBe(0);
    expect(performance.now() - stoppedIn).toBeLessThan(5000);
    const [config, steps] = [readFileSync(guest.configPath, 'utf8'), ledgerOf(guest).length];
    await guest.start();
    await expect
      .poll(async () => guest.health(), { timeout: 30_000, interval: 100 })
      .toMatchObject({ status: 'ok' });
    await sleep(500);
    expect((await listContainers()).map(({ Id }) => Id).toSorted()).toEqual(
      before.map(({ Id }) => Id).toSorted(),
    );
    expect(readFileSync(guest.configPath, 'utf8')).toBe(config);
    expect(ledgerOf(guest).slice(steps)).toMatchObject([{ what: 'controller.started' }]);
    for (const secret of [CUSTOMER_KEY, token]) expect(guest.log()).not.toContain(secret);
  }, 90_000);

  test('without tokens warns with the exact keys to set, and runs what needs none; set by hand they count', async () => {
    onTestFinished(clearAway);
    const guest = await makeDockerGuest(daemon);
    guest.bootstrap(BOOTSTRAP);
    await guest.start();
    await expect
      .poll(async () => guest.health(), { timeout: 30_000, interval: 100 })
      .toMatchObject({
        status: 'warn',
        issues: [
          { code: 'not-configured', text: 'Not configured: traefik needs customer.domain, customer.email' },
          {
            code: 'not-configured',
            text: 'Not configured: cloudflared needs infrastructure.cf_tunnel_token',
          },
        ],
      });
    expect(await running()).toEqual(['filebrowser running']);
    for (const key of ['customer.domain', 'customer.email', 'infrastructure.cf_tunnel_token']) {
      expect(guest.log()).toContain(`configuration: missing ${key}: `);
    }
    const seeded = readFileSync(guest.configPath, 'utf8');
    const { customer, infrastructure } = WHOLE_CONFIG;
    writeFileSync(
      guest.configPath,
      seeded.replace(
        'customer:\n',
        `infrastructure: ${JSON.stringify(infrastructure)}\ncustomer:\n  domain: ${customer.domain}\n  email: ${customer.email}\n`,
      ),
      { mode: 0o600 },
    );
    await expect
      .poll(async () => guest.health(), { timeout: 30_000, interval: 100 })
      .toEqual({ status: 'ok', issues: [] });
    expect(await running()).toEqual(ALL);
  }, 60_000);
});
