// Whatever anybody sends to the running agent, no disk is written and nothing is agreed to: every route, by
// every caller, made from the routes' own shapes. FELHOM_FUZZ_S makes it longer (npm run test:long),
// FELHOM_FUZZ_SEED makes it the same again.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { whyNoLoop } from '../host/loop-device.ts';
import { writeAt } from '../disks/lent-device.ts';
import { attack } from './fuzz/attack.ts';
import { createCallers, type Attacked } from './fuzz/callers.ts';
import { HOLE_NAMES, holeOf, type HoleName } from './fuzz/holes.ts';
import { createSignatures } from './fuzz/signatures.ts';
import { lendTargets, type Targets } from './fuzz/targets.ts';
import { runAgent } from './running-agent.ts';
import { asRoot, type Ask } from './fuzz/as-root.ts';
import { makeSigners } from './signers.ts';
import { makeFolder } from './test-agent.ts';
import { makeKey } from '../signing/keys.ts';

const why = whyNoLoop('mkfs.ext4', 'partx', 'mkswap', 'ssh-keygen');
const SECONDS = Number(process.env['FELHOM_FUZZ_S'] ?? 30);
const SEED = Number(process.env['FELHOM_FUZZ_SEED'] ?? Math.floor(Math.random() * 1e6));
const MAX_GROWTH_MB = 80;

async function callersOf(attacked: Attacked, ask: Ask) {
  const callers = await createCallers(attacked, {
    scrapeToken: readFileSync(join(attacked.stateDir, 'scrape-token'), 'utf8').trim(),
    mint: async (vmid) => {
      const { body, status } = await ask('POST', '/tokens', { vmid });
      if (status !== 200) throw new Error(`no token: ${status} ${JSON.stringify(body)}`);
      const { token, id } = Object(body);
      return { token: String(token), id: String(id) };
    },
    revoke: async (id) => {
      const { status } = await ask('POST', '/tokens/revoke', { id });
      if (status !== 200) throw new Error(`not revoked: ${status}`);
    },
  });
  onTestFinished(callers.close);
  return callers;
}

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
    const agent = await runAgent({ disks: { allow_loop: true, auto_scan: false }, log_level: 'debug' });
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
    // A signature by the same key that fits does count: the others were refused for what they are.
    expect(await approveOne(agent.ask, targets, signers.sign)).toMatchObject({
      status: 200,
      body: { operation: { state: 'approved' } },
    });
  },
);

const HOLED = fileURLToPath(new URL('fuzz/serve-with-hole.ts', import.meta.url));

/** An agent that somebody has made a mistake in. */
async function serveWithHole(name: HoleName): Promise<Attacked & { readonly folder: string }> {
  const folder = makeFolder();
  const child = spawn(process.execPath, [HOLED, folder, name], { stdio: ['pipe', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const ended = new Promise((resolve) => child.once('close', resolve));
  onTestFinished(async () => {
    child.stdin.end();
    await ended;
  });
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (text: Buffer) => resolve(text.toString()));
    child.once('close', () => reject(new Error(`it does not start: ${log}`)));
  });
  const { port } = Object(JSON.parse(line));
  return {
    folder,
    port: Number(port),
    rootSocket: join(folder, 'run/root.sock'),
    groupSocket: join(folder, 'run/agent.sock'),
    stateDir: join(folder, 'state'),
    pid: () => child.pid ?? 0,
    log: () => log,
  };
}

test.for(HOLE_NAMES)(
  'a hole is found: %s',
  { timeout: (5 * SECONDS + 120) * 1000 },
  async (name, context) => {
    if (why !== undefined) return context.skip(why);
    const { finds } = holeOf(name);
    const targets = lendTargets();
    const attacked = await serveWithHole(name);
    const callers = await callersOf(attacked, asRoot(attacked.rootSocket));
    const { anna } = makeSigners(attacked.folder);
    const signatures = createSignatures(anna, makeKey('ecdsa-256', { pem: true }));
    const { findings, seconds, tally } = await attack({
      attacked,
      callers,
      targets,
      seed: SEED,
      seconds: SECONDS,
      signatures,
      until: finds,
    });
    const found = findings.find((one) => finds.test(one));
    process.stdout.write(
      `${name} (FELHOM_FUZZ_SEED=${SEED}): after ${seconds.toFixed(1)} s and ${tally.sent()} requests: ${found ?? 'nothing'}\n`,
    );
    expect(found).toBeDefined();
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
