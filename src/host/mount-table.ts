// What is mounted and what is swapped on, at this moment.
import { ok, valueOf, type Reading } from '../contracts/reading.ts';
import { parseSwaps } from './block-mounts.ts';
import type { Machine } from './machine.ts';
import { parseMountinfo, type Mount } from './mountinfo.ts';
import { readFact } from './read-fact.ts';

export type MountTable = {
  readonly mounts: readonly Mount[];
  /** Paths of devices. */
  readonly swaps: readonly string[];
};

/** A kernel without swap has no table of it. */
export async function readMountTable(machine: Machine): Promise<Reading<MountTable>> {
  const mounts = await readFact(machine, '/proc/self/mountinfo', parseMountinfo);
  if (mounts.state !== 'ok') return mounts;
  const swaps = await readFact(machine, '/proc/swaps', parseSwaps);
  if (swaps.state === 'failed') return swaps;
  return ok({ mounts: mounts.value, swaps: valueOf(swaps) ?? [] }, mounts.source, mounts.at);
}
