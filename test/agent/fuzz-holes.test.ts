// The attack of fuzz.test.ts finds what somebody got wrong: each hole is planted in an agent of its own.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { makeKey } from '../signing/keys.ts';
import { asRoot } from './fuzz/as-root.ts';
import { attack } from './fuzz/attack.ts';
import type { Attacked } from './fuzz/callers.ts';
import { callersOf, SECONDS, SEED, why } from './fuzz/gear.ts';
import { HOLE_NAMES, holeOf, type HoleName } from './fuzz/holes.ts';
import { createSignatures } from './fuzz/signatures.ts';
import { lendTargets } from './fuzz/targets.ts';
import { makeSigners } from './signers.ts';
import { makeFolder } from './test-agent.ts';

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
