// The busiest processes and control groups, from /proc/PID/stat. A process's arguments are never
// read: they hold secrets, and reading them can block on a process that is stuck.
import type { ProcessFacts, ProcessUse } from '../contracts/facts/processes.ts';
import { absent, failed, ok, type Missing, type Reading } from '../contracts/reading.ts';
import { ownerOfCgroup, parseProcessCgroup } from './cgroup-names.ts';
import { cgroupUses, readCgroups, type CgroupSample } from './cgroups.ts';
import type { Machine } from './machine.ts';
import { readPageSize } from './page-size.ts';
import { parseProcessStat, type ProcessStat } from './process-stat.ts';
import { readFact } from './read-fact.ts';

const SHOWN = 10;
/** The kernel's unit towards programs on every architecture that Node runs on. */
const USER_HZ = 100;

type Sample = {
  readonly at: number;
  /** Ticks by pid and start. */
  readonly ticks: ReadonlyMap<string, number>;
  readonly cgroups: ReadonlyMap<string, CgroupSample>;
};

/** Remembers the ticks of every process and group at the last look: thousands of numbers that are no fact. */
export function createProcessReader() {
  let last: Sample | undefined;
  let pageSize: number | undefined;
  return async (machine: Machine): Promise<Reading<ProcessFacts>> => {
    const names = await machine.listFolder('/proc');
    if (names.state !== 'ok') return names;
    const at = machine.clock.monotonic();
    const { stats, failure } = await readStats(machine, names.value);
    if (stats.length === 0) return failure ?? absent('no-file', '/proc', names.at, 'no processes');
    pageSize ??= await readPageSize(machine);
    const cgroups = await readCgroups(machine);
    const elapsedMs = last === undefined ? 0 : at - last.at;
    const before = last;
    const uses = stats.map((stat) => ({ stat, cpu: cpuOf(stat, before?.ticks, elapsedMs) }));
    last = {
      at,
      ticks: new Map(stats.map((stat) => [keyOf(stat), stat.ticks])),
      cgroups: new Map(cgroups.map((group) => [group.path, group])),
    };
    // Without a second sample those that used most since their start are the best guess.
    const byCpu = uses.toSorted((a, b) => (b.cpu ?? 0) - (a.cpu ?? 0) || b.stat.ticks - a.stat.ticks);
    const byMemory = uses.toSorted((a, b) => b.stat.rssPages - a.stat.rssPages);
    const bytes = pageSize;
    const owners = new Map<number, Promise<string | null>>();
    const ownerOf = async (pid: number): Promise<string | null> => {
      const asked = owners.get(pid) ?? readOwner(machine, pid);
      owners.set(pid, asked);
      return asked;
    };
    const show = async (rows: typeof uses): Promise<ProcessUse[]> =>
      Promise.all(
        rows.slice(0, SHOWN).map(async ({ stat, cpu }) => ({
          pid: stat.pid,
          name: stat.name,
          state: stat.state,
          cpu,
          rss_bytes: stat.rssPages * bytes,
          owner: await ownerOf(stat.pid),
        })),
      );
    return ok(
      {
        total: stats.length,
        blocked: stats.filter(({ state }) => state === 'D').length,
        zombies: stats.filter(({ state }) => state === 'Z').length,
        top_cpu: await show(byCpu),
        top_memory: await show(byMemory),
        cgroups: cgroupUses(before?.cgroups ?? new Map(), cgroups, elapsedMs).toSorted(
          (a, b) => (b.cpu ?? -1) - (a.cpu ?? -1) || (b.memory_bytes ?? 0) - (a.memory_bytes ?? 0),
        ),
      },
      '/proc',
      names.at,
    );
  };
}

async function readStats(
  machine: Machine,
  names: readonly string[],
): Promise<{ stats: readonly ProcessStat[]; failure: Missing | undefined }> {
  const stats: ProcessStat[] = [];
  let failure: Missing | undefined;
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFact(machine, `/proc/${name}/stat`, parseProcessStat);
    // One that ended since the listing is gone, no failure.
    if (stat.state === 'ok') stats.push(stat.value);
    else if (stat.state === 'failed') failure ??= failed(stat.code, stat.source, stat.at, stat.detail);
  }
  return { stats, failure };
}

const keyOf = (stat: ProcessStat): string => `${stat.pid}/${stat.startTicks}`;

/**
 * One that was not there at the last look spent all its time since then; more time than there was
 * means that it could only not be read.
 */
function cpuOf(
  stat: ProcessStat,
  before: ReadonlyMap<string, number> | undefined,
  elapsedMs: number,
): number | null {
  if (before === undefined || elapsedMs <= 0) return null;
  const earlier = before.get(keyOf(stat));
  const spentMs = ((stat.ticks - (earlier ?? 0)) * 1000) / USER_HZ;
  if (spentMs < 0 || (earlier === undefined && spentMs > elapsedMs * stat.threads)) return null;
  return spentMs / elapsedMs;
}

async function readOwner(machine: Machine, pid: number): Promise<string | null> {
  const path = await readFact(machine, `/proc/${pid}/cgroup`, parseProcessCgroup);
  return path.state === 'ok' ? (ownerOfCgroup(path.value)?.name ?? null) : null;
}
