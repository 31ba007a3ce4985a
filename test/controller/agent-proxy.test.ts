// This guest's way to the agent of its host: the real agent, its own certificate, tokens that it minted.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import type { BaseStackFacts } from '../../src/contracts/facts/base-stack.ts';
import { createAgentProxy, type OpenedProxy } from '../../src/controller/agent-proxy.ts';
import type { ConfigBook } from '../../src/controller/parts.ts';
import { createAgentReports } from '../../src/controller/reports/agent-reports.ts';
import { openAnchorBook } from '../../src/controller/reports/anchor-book.ts';
import { runAgent, type RunningAgent } from '../agent/running-agent.ts';
import { startTestAgent, GUEST } from '../agent/test-agent.ts';
import { AGENT_TOKEN, BOOTSTRAP, makeGuestFolder, type GuestFolder } from './guest-folder.ts';
import { exampleBase } from './example-base.ts';

const never = new AbortController().signal;
const WAIT = { timeout: 8000 };
const apiOf = (agent: { port: number | undefined }, fingerprint: string, token: string) => ({
  endpoint: `127.0.0.1:${agent.port ?? 0}`,
  fingerprint,
  token,
});

function openProxy(guest: GuestFolder, config: ConfigBook): OpenedProxy {
  const proxy = createAgentProxy({
    config,
    clock: systemClock,
    log: guest.log,
    random: () => 1,
    times: { everyMs: 200, retryMs: 50 },
  });
  onTestFinished(proxy.stop);
  return proxy;
}

async function openReports(
  guest: GuestFolder,
  config: ConfigBook,
  agent: OpenedProxy,
  tell: () => BaseStackFacts,
) {
  const path = join(guest.data, 'agent-anchors.json');
  const anchors = await openAnchorBook(path, guest.log);
  const times = { everyMs: 60_000, gatherMs: 20, retryMs: 50 };
  const reports = createAgentReports({
    agent,
    config,
    anchors,
    tell,
    log: guest.log,
    random: () => 1,
    times,
  });
  onTestFinished(reports.stop);
  return { reports, anchors, path };
}

const guestsOf = async (agent: RunningAgent): Promise<unknown> => (await agent.ask('GET', '/guests')).body;

describe('The agent, to a guest', () => {
  test('a token that is minted after the controller has started works at once (finding 2a)', async () => {
    const agent = await runAgent({ disks: { auto_scan: false } });
    const guest = makeGuestFolder({
      ...BOOTSTRAP,
      local_api: apiOf(agent, agent.fingerprint(), AGENT_TOKEN),
    });
    const config = await guest.open();
    const proxy = openProxy(guest, config);
    await expect
      .poll(() => proxy.link(), WAIT)
      .toMatchObject({
        state: 'failed',
        detail: 'it refuses the token of this guest',
      });
    await expect(proxy.hostMetrics(never)).rejects.toMatchObject({ code: 'E_TOKEN' });

    const { token } = await agent.mint(9200);
    guest.bootstrap({ ...BOOTSTRAP, local_api: apiOf(agent, agent.fingerprint(), token) });
    // Without a restart of either, and without waiting for anybody's next turn.
    const metrics = await proxy.hostMetrics(never);
    const memory = /MemTotal: +(\d+) kB/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
    expect(metrics.memory_total).toBe(Number(memory) * 1024);
    expect(proxy.link().state).toBe('ok');
    expect((await proxy.disks(never)).devices).toBeInstanceOf(Array);
    const said = guest.logged.join('') + agent.log();
    for (const secret of [token, AGENT_TOKEN]) expect(said).not.toContain(secret);
  }, 40_000);

  test('its certificate to come is kept, acknowledged, and used after the switch and a restart', async () => {
    const agent = await runAgent({ disks: { auto_scan: false } });
    const { token } = await agent.mint(9200);
    const first = agent.fingerprint();
    const guest = makeGuestFolder({ ...BOOTSTRAP, local_api: apiOf(agent, first, token) });
    const config = await guest.open();
    const proxy = openProxy(guest, config);
    await expect.poll(() => proxy.link().state, WAIT).toBe('ok');

    const { body } = await agent.ask('POST', '/certificate/renew', {});
    const next = String(Object(body).next_fingerprint);
    // The only guest has acknowledged it: the agent goes over to it, and what was in use becomes the past.
    await expect.poll(() => config.current()?.local_api?.fingerprint, WAIT).toBe(next);
    expect(config.current()?.local_api?.next_fingerprint).toBeUndefined();
    expect(readFileSync(guest.configPath, 'utf8')).not.toContain(first);
    expect(await proxy.hostMetrics(never)).toMatchObject({ every_s: expect.any(Number) });
    proxy.stop();
    config.stop();

    // bootstrap.json still names the first one.
    const again = openProxy(guest, await guest.open());
    expect((await again.hostMetrics(never)).memory_total).toBeGreaterThan(0);
  }, 40_000);

  test('another certificate than the pinned one gets no token, and both are named', async () => {
    const agent = await startTestAgent();
    const guest = makeGuestFolder({ ...BOOTSTRAP, local_api: apiOf(agent, 'ab'.repeat(32), GUEST.secret) });
    const proxy = openProxy(guest, await guest.open());
    await expect(proxy.disks(never)).rejects.toMatchObject({ kind: 'unreachable', code: 'certificate' });
    expect(proxy.link().detail).toMatch(new RegExp(`${agent.fingerprint.slice(0, 16)}.*instead of abab`));
    expect(agent.logged.join('')).not.toContain('/disks');
  });

  test('without one in bootstrap.json nothing is asked and nothing is wrong; with one that is away it is said', async () => {
    const guest = makeGuestFolder(BOOTSTRAP);
    const proxy = openProxy(guest, await guest.open());
    await expect(proxy.disks(never)).rejects.toMatchObject({ kind: 'unreachable' });
    expect(proxy.link().state).toBe('off');
    guest.bootstrap({ ...BOOTSTRAP, local_api: apiOf({ port: 1 }, 'ab'.repeat(32), AGENT_TOKEN) });
    await expect.poll(() => proxy.link(), WAIT).toMatchObject({ state: 'failed', detail: 'ECONNREFUSED' });
  });
});

describe('Reports to the agent', () => {
  test('come at once, on a change, and after it was away; its ledger is remembered, and a cut one is found', async () => {
    const agent = await runAgent({ disks: { auto_scan: false } });
    const { token } = await agent.mint(9200);
    const guest = makeGuestFolder({ ...BOOTSTRAP, local_api: apiOf(agent, agent.fingerprint(), token) });
    const config = await guest.open();
    const proxy = openProxy(guest, config);
    let base: BaseStackFacts = exampleBase({ status: 'warn' });
    const { reports, anchors, path } = await openReports(guest, config, proxy, () => base);
    await expect
      .poll(async () => guestsOf(agent), WAIT)
      .toMatchObject({
        guests: [
          {
            vmid: 9200,
            report: {
              status: 'warn',
              hostname: 'kovacs',
              guest_hostname: 'felhom-golden',
              customer_id: 'kovacs',
            },
          },
        ],
      });
    await expect.poll(() => statSync(path, { throwIfNoEntry: false })?.mode, WAIT).toBe(0o100600);

    base = exampleBase({ status: 'fail', text: 'Protected container not running: traefik' });
    for (let times = 0; times < 50; times += 1) reports.changed();
    await expect
      .poll(async () => guestsOf(agent), WAIT)
      .toMatchObject({ guests: [{ report: { issues: ['Protected container not running: traefik'] } }] });

    await agent.kill('SIGTERM');
    base = exampleBase({ status: 'ok' });
    reports.changed();
    await expect.poll(() => proxy.link().state, WAIT).toBe('failed');
    await agent.start();
    await expect
      .poll(async () => guestsOf(agent), WAIT)
      .toMatchObject({ guests: [{ report: { status: 'ok', issues: [] } }] });
    expect(anchors.problem()).toBeUndefined();

    await agent.kill('SIGTERM');
    const ledger = join(agent.stateDir, 'ledger.jsonl');
    writeFileSync(ledger, `${readFileSync(ledger, 'utf8').split('\n')[0] ?? ''}\n`);
    await agent.start();
    base = exampleBase({ status: 'warn' });
    reports.changed();
    await expect.poll(() => anchors.problem()?.code, WAIT).toBe('agent-ledger-cut');
    expect(guest.logged.join('')).not.toContain(token);
  }, 60_000);
});
