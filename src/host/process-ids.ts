// The processes that this one can see.
import type { Reading } from '../contracts/reading.ts';
import { ok } from '../contracts/reading.ts';
import type { Machine } from './machine.ts';

export async function readProcessIds(machine: Machine): Promise<Reading<readonly number[]>> {
  const entries = await machine.listFolder('/proc');
  if (entries.state !== 'ok') return entries;
  return ok(entries.value.filter((name) => /^\d+$/.test(name)).map(Number), '/proc', entries.at);
}
