// Memory, from /proc/meminfo (proc_meminfo(5)), with ZFS's cache from /proc/spl/kstat/zfs/arcstats.
import type { MemoryFacts } from '../contracts/facts/memory.ts';
import { ok, type Reading } from '../contracts/reading.ts';
import type { Machine } from './machine.ts';
import { readFact } from './read-fact.ts';

const KIB = 1024;

export async function readMemory(machine: Machine): Promise<Reading<MemoryFacts>> {
  const memory = await readFact(machine, '/proc/meminfo', parseMeminfo);
  if (memory.state !== 'ok') return memory;
  const arc = await readFact(machine, '/proc/spl/kstat/zfs/arcstats', parseArcSize);
  return ok({ ...memory.value, arc_size: arc.state === 'ok' ? arc.value : null }, memory.source, memory.at);
}

/** Bytes; nothing without a total, or without what a kernel older than 3.14 does not tell either way. */
export function parseMeminfo(text: string): Omit<MemoryFacts, 'arc_size'> | undefined {
  const fields = new Map<string, number>();
  for (const match of text.matchAll(/^([A-Za-z0-9_()]+):\s+(\d+)(?: kB)?$/gm)) {
    fields.set(match[1] ?? '', Number(match[2]) * KIB);
  }
  const total = fields.get('MemTotal');
  const free = fields.get('MemFree');
  if (total === undefined || free === undefined || total === 0) return undefined;
  const buffers = fields.get('Buffers') ?? 0;
  const cached = fields.get('Cached') ?? 0;
  const available = Math.min(total, fields.get('MemAvailable') ?? free + buffers + cached);
  const swapTotal = fields.get('SwapTotal') ?? 0;
  return {
    memory_total: total,
    memory_available: available,
    memory_used: total - available,
    memory_free: free,
    buffers,
    cached,
    swap_total: swapTotal,
    swap_used: Math.max(0, swapTotal - (fields.get('SwapFree') ?? swapTotal)),
  };
}

/** The `size` row of a kstat: name, type, data. */
function parseArcSize(text: string): number | undefined {
  const match = /^size\s+\d+\s+(\d+)$/m.exec(text);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}
