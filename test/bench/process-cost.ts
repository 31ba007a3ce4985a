// What a process and its children cost this machine: processor, memory, waiting for a processor.
import { readdirSync, readFileSync } from 'node:fs';

// USER_HZ, which proc(5) counts in, is 100 on every Linux that Node runs on.
const TICK_MS = 10;

/** Processor time so far, with that of children that have ended. */
export function cpuMs(pid: number): number {
  return sum(family(pid), (one) => {
    const stat = read(`/proc/${one}/stat`);
    // The name may hold spaces and brackets: count from its end. utime, stime, cutime, cstime.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return sum(fields.slice(11, 15), Number) * TICK_MS;
  });
}

export function residentMb(pid: number): number {
  return (
    sum(family(pid), (one) => Number(/^Rss:\s+(\d+)/m.exec(read(`/proc/${one}/smaps_rollup`))?.[1] ?? 0)) /
    1024
  );
}

/** How long the main thread wanted a processor and got none. */
export function waitedMs(pid: number): number {
  return Number(read(`/proc/${pid}/schedstat`).split(' ')[1] ?? 0) / 1e6;
}

function family(pid: number): number[] {
  const children = list(`/proc/${pid}/task`).flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`)
      .split(' ')
      .filter((child) => child !== '')
      .map(Number),
  );
  return [pid, ...children.flatMap(family)];
}

/** A process that has just ended has no files any more: that counts as nothing. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + (of(value) || 0), 0);
}
