// The console on an agent, as an operator has it: an agent that stops, starts, hangs, or shows another
// certificate; a format that is watched.
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { endOf, lendDisk, operationOf } from '../agent/lent-disk.ts';
import { runAgent, type RunningAgent } from '../agent/running-agent.ts';
import { whyNoLoop } from '../host/loop-device.ts';
import { openTerminal } from '../terminal/terminal.ts';

const why = whyNoLoop('mkfs.ext4', 'setpriv', 'curl');
const LIVE = /facts from the agent +● live/;
const WAIT_MS = 30_000;

const openOn = (source: string, screen: string) =>
  openTerminal({
    args: ['--lang', 'en', '--source', `agent:${source}`, '--screen', screen],
    cols: 160,
    rows: 50,
  });

/** What a guest has of its agent. */
async function bootstrapOf(agent: RunningAgent): Promise<string> {
  const { token } = await agent.mint(9200);
  const path = join(agent.folder, 'bootstrap.json');
  const local_api = { endpoint: `127.0.0.1:${agent.port}`, fingerprint: agent.fingerprint(), token };
  writeFileSync(path, JSON.stringify({ customer: { id: 'demo-felhom' }, local_api }), { mode: 0o600 });
  return path;
}

describe.skipIf(why !== undefined)('The console on an agent', () => {
  test('keeps its last facts while the agent is away, says since when, acts on nothing, and goes on by itself', async () => {
    const { device } = lendDisk(32);
    const agent = await runAgent({ disks: { allow_loop: true, auto_scan: false } });
    await using terminal = openOn(agent.rootSocket, 'disks');
    await terminal.waitFor(LIVE, WAIT_MS);
    const name = device.slice('/dev/'.length);
    await terminal.waitFor(new RegExp(`${name} +UNKNOWN`), WAIT_MS);
    await agent.kill('SIGTERM');
    await terminal.waitFor(/The agent has not answered for \d+ s \(.+\), tried again in \d+ s/, WAIT_MS);
    expect(terminal.text()).toMatch(new RegExp(`${name} +UNKNOWN`));
    terminal.press('a');
    await terminal.waitFor(/Read every byte now \(only reads\) \(the agent has not answered/, WAIT_MS);
    terminal.press('1');
    terminal.press('Escape');
    await agent.start();
    await terminal.waitFor(LIVE, WAIT_MS);
    expect((await agent.ask('GET', '/ledger')).status).toBe(200);
    expect(terminal.text()).not.toMatch(/has not answered/);
  }, 90_000);

  test('notices an agent that hangs, and that it answers again', async () => {
    const agent = await runAgent();
    await using terminal = openOn(agent.rootSocket, 'overview');
    await terminal.waitFor(LIVE, WAIT_MS);
    process.kill(agent.pid(), 'SIGSTOP');
    try {
      await terminal.waitFor(/The agent has not answered for/, WAIT_MS);
      // It still is a console: keys work.
      terminal.press('2');
      await terminal.waitFor(/DEVICE +FLAG/, 2000);
    } finally {
      process.kill(agent.pid(), 'SIGCONT');
    }
    await terminal.waitFor(LIVE, WAIT_MS);
  }, 90_000);

  test('shows how a format that a guest asked for goes, and how it ended', async () => {
    const { device, durableId } = lendDisk(2048);
    const agent = await runAgent({
      disks: { allow_loop: true, auto_scan: false, grants: { 9200: [durableId] } },
    });
    await using terminal = openOn(agent.rootSocket, 'pending');
    await terminal.waitFor(LIVE, WAIT_MS);
    const { headerFile } = await agent.mint(9200);
    const ask = { vmid: 9200, device, fstype: 'ext4' };
    const { body } = agent.curl(headerFile, 'POST', '/disks/format', ask);
    await terminal.waitFor(/\d+ %/, WAIT_MS);
    await terminal.waitFor(/done .*ext4/, WAIT_MS);
    expect(await endOf(agent, String(operationOf(body)['id']))).toMatchObject({ state: 'done' });
  }, 90_000);

  test('over HTTPS: an announced certificate goes on, another one is refused and said', async () => {
    const agent = await runAgent();
    const bootstrap = await bootstrapOf(agent);
    expect((await agent.ask('POST', '/certificate/renew', {})).status).toBe(200);
    // It pins the old one, and hears of the next one when it connects.
    await using terminal = openOn(bootstrap, 'disks');
    await terminal.waitFor(LIVE, WAIT_MS);
    expect((await agent.ask('POST', '/certificate/switch', {})).status).toBe(200);
    await agent.kill('SIGTERM');
    await terminal.waitFor(/The agent has not answered/, WAIT_MS);
    await agent.start();
    await terminal.waitFor(LIVE, WAIT_MS);
    await agent.kill('SIGTERM');
    for (const name of readdirSync(agent.stateDir)) {
      if (name.includes('certificate')) rmSync(join(agent.stateDir, name));
    }
    await agent.start();
    await terminal.waitFor(/NOT TRUSTED/, WAIT_MS);
    expect(terminal.text()).toMatch(/certificate [0-9a-f]{16}/);
    expect(terminal.text()).not.toMatch(LIVE);
    expect(terminal.text()).toMatch(/vda|DEVICE/);
  }, 120_000);
});
