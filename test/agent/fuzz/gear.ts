// What each attack begins with: how long and with which seed, and everybody who takes part. FELHOM_FUZZ_S makes
// it longer (npm run test:long), FELHOM_FUZZ_SEED makes it the same again.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { whyNoLoop } from '../../host/loop-device.ts';
import type { Ask } from './as-root.ts';
import { createCallers, type Attacked } from './callers.ts';

/** Why there is nothing to attack here; nothing when there is. */
export const why = whyNoLoop('mkfs.ext4', 'partx', 'mkswap', 'ssh-keygen');
export const SECONDS = Number(process.env['FELHOM_FUZZ_S'] ?? 30);
export const SEED = Number(process.env['FELHOM_FUZZ_SEED'] ?? Math.floor(Math.random() * 1e6));

/** Everybody who can reach it, with tokens of their own. */
export async function callersOf(attacked: Attacked, ask: Ask) {
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
