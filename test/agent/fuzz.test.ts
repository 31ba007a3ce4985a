// Whatever anybody sends to the running agent, no disk is written and nothing is agreed to: every route, by
// every caller, made from the routes' own shapes.
import { expect, test, vi } from 'vitest';
import { writeAt } from '../disks/lent-device.ts';
import { makeKey } from '../signing/keys.ts';
import { createFakeProxmox } from './fake-proxmox.ts';
import type { Ask } from './fuzz/as-root.ts';
import { attack } from './fuzz/attack.ts';
import { FIRST_GUEST, FIRST_STRANGER } from './fuzz/callers.ts';
import { callersOf, SECONDS, SEED, why } from './fuzz/gear.ts';
import { createSignatures } from './fuzz/signatures.ts';
import { lendTargets, type Targets } from './fuzz/targets.ts';
import { runAgent } from './running-agent.ts';
import { makeSigners } from './signers.ts';

const MAX_GROWTH_MB = 80;
const GUESTS = [FIRST_GUEST, FIRST_GUEST + 7, FIRST_STRANGER];

async function approveOne(ask: Ask, targets: Targets, sign: (message: string) => string) {
  const device = targets.all.find(({ what }) => what === 'ext4 with files')?.device;
  // What was asked for last may still be looking at the disk.
  const pending_op = await vi.waitFor(
    async () => {
      const asked = await ask('POST', '/disks/format', { device, fstype: 'ext4' });
      expect(asked).toMatchObject({ status: 403, body: { code: 'E_PENDING_SIGNATURE' } });
      return Object(asked.body).pending_op;
    },
    { timeout: 15_000, interval: 1000 },
  );
  const id = String(pending_op.id);
  const { body } = await ask('POST', `/operations/${id}/bytes`, {});
  return ask('POST', `/operations/${id}/submit`, { signature: sign(String(Object(body).message)) });
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

test(
  'nothing that any caller sends approves, starts or writes anything, and the agent stays as it was',
  { timeout: (2 * SECONDS + 120) * 1000 },
  async (context) => {
    if (why !== undefined) return context.skip(why);
    process.stdout.write(`FELHOM_FUZZ_SEED=${SEED} FELHOM_FUZZ_S=${SECONDS}\n`);
    const targets = lendTargets();
    const proxmox = createFakeProxmox(
      GUESTS.map((vmid, index) => ({ vmid, status: index === 0 ? 'running' : 'stopped' })),
    );
    const agent = await runAgent(
      { disks: { allow_loop: true, auto_scan: false }, log_level: 'debug' },
      proxmox.folder,
    );
    const pid = agent.pid();
    const callers = await callersOf(agent, agent.ask);
    const signers = makeSigners(agent.folder);
    const signatures = createSignatures(signers.anna, makeKey('ecdsa-256', { pem: true }));
    const outcome = await attack({
      attacked: agent,
      callers,
      targets,
      seed: SEED,
      seconds: SECONDS,
      signatures,
    });
    const { tally, residentMb } = outcome;
    const third = Math.max(1, Math.floor(residentMb.length / 3));
    const [early, late] = [median(residentMb.slice(0, third)), median(residentMb.slice(-third))];
    process.stdout.write(
      `${tally.table()}\n${tally.sent()} requests in ${outcome.seconds.toFixed(0)} s; resident ${early.toFixed(0)} → ${late.toFixed(0)} MB\n`,
    );
    expect(outcome.findings).toEqual([]);
    // Else it was blind.
    expect(tally.blind()).toEqual([]);
    expect(outcome.strangeWords).toEqual([]);
    expect(agent.pid()).toBe(pid);
    expect(await agent.ask('GET', '/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(late - early).toBeLessThan(MAX_GROWTH_MB);
    // Root and the group started some; nobody had the word to shut one down.
    expect(proxmox.calls().length).toBeGreaterThan(0);
    expect(proxmox.calls().filter((call) => !/^pct start \d+$/.test(call))).toEqual([]);
    // A signature by the same key that fits does count: the others were refused for what they are.
    expect(await approveOne(agent.ask, targets, signers.sign)).toMatchObject({
      status: 200,
      body: { operation: { state: 'approved' } },
    });
  },
);

test('a disk that is written to is seen, and which', async (context) => {
  if (why !== undefined) return context.skip(why);
  const targets = lendTargets();
  const [first] = targets.all;
  expect(targets.written()).toEqual([]);
  writeAt(first?.device ?? '', 23 * 1024 ** 2, 'x');
  expect(targets.written()).toEqual([expect.stringMatching(/^ext4 with files /)]);
});
