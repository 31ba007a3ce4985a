// How large a page of memory is: /proc/PID/stat counts in pages, and arm kernels may have 16 or 64 KiB.
import type { Machine } from './machine.ts';
import { parseProcessStat } from './process-stat.ts';
import { readLine } from './read-fact.ts';

const USUAL = 4096;

/** This process's memory in KiB against the same in pages, to the nearest power of two. */
export async function readPageSize(machine: Machine): Promise<number> {
  const stat = parseProcessStat((await readLine(machine, '/proc/self/stat')) ?? '');
  const rss = /^VmRSS:\s+(\d+) kB$/m.exec((await readLine(machine, '/proc/self/status')) ?? '');
  if (stat === undefined || rss === null || stat.rssPages === 0) return USUAL;
  const size = 2 ** Math.round(Math.log2((Number(rss[1]) * 1024) / stat.rssPages));
  return size >= USUAL && size <= USUAL * 16 ? size : USUAL;
}
