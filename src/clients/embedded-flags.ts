// Flags of this machine's disks, as the embedded source gives them. Loaded when they are first asked: they
// bring schemas and tools that no first frame needs.
import { agentConfig, DEFAULT_AGENT_CONFIG } from '../contracts/agent-config.ts';
import type { DiskFlagFacts } from '../contracts/facts/disk-flags.ts';
import type { DiskFacts } from '../contracts/facts/disks.ts';
import type { Reading } from '../contracts/reading.ts';
import { createFlagger } from '../disks/create-flagger.ts';
import { createReceipts } from '../disks/receipts.ts';
import type { Machine } from '../host/machine.ts';

export type FlagsReader = (disks: Reading<DiskFacts>, signal: AbortSignal) => Promise<Reading<DiskFlagFacts>>;

export async function createFlagsReader(machine: Machine): Promise<FlagsReader> {
  const allowLoop = await readAllowLoop(machine);
  const flagger = createFlagger({ machine, receipts: createReceipts(), allowLoop });
  return async (disks, signal) =>
    disks.state === 'ok' ? flagger.readFlags(disks.value.devices, signal) : disks;
}

/** Only root's own file can say so; one that cannot be read or understood does not. */
async function readAllowLoop(machine: Machine): Promise<boolean> {
  const text = await machine.readText(DEFAULT_AGENT_CONFIG);
  if (text.state !== 'ok') return false;
  try {
    const parsed = agentConfig.safeParse(JSON.parse(text.value));
    return parsed.success && parsed.data.disks.allow_loop;
  } catch {
    return false;
  }
}
