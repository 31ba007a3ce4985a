// Processor use from two samples of /proc/stat (proc_stat(5)); model and cores from /proc/cpuinfo and sysfs.
import type { CpuFacts, CpuTicks, CpuUse } from '../contracts/facts/cpu.ts';
import { ok, type Reading } from '../contracts/reading.ts';
import { readProcessorModel, type ProcessorModel } from './cpu-model.ts';
import type { Machine } from './machine.ts';
import { readFact } from './read-fact.ts';

type Previous = { readonly value: CpuFacts };

/** Remembers the processor's model: asking for it samples every core's frequency, which is not cheap. */
export function createCpuReader() {
  let known: { readonly ids: string; readonly model: ProcessorModel } | undefined;
  return async (machine: Machine, previous?: Previous): Promise<Reading<CpuFacts>> => {
    const stat = await readFact(machine, '/proc/stat', parseStat);
    if (stat.state !== 'ok') return stat;
    const { total, perCore } = stat.value;
    const ids = perCore.map(({ id }) => id);
    if (known?.ids !== ids.join()) {
      known = { ids: ids.join(), model: await readProcessorModel(machine, ids) };
    }
    const before = new Map(previous?.value.per_core.map(({ id, ticks }) => [id, ticks]));
    return ok(
      {
        ...known.model,
        threads: perCore.length,
        use: useBetween(previous?.value.ticks, total),
        ticks: total,
        per_core: perCore.map(({ id, ticks }) => ({ id, use: useBetween(before.get(id), ticks), ticks })),
      },
      stat.source,
      stat.at,
    );
  };
}

export type CpuStat = {
  readonly total: CpuTicks;
  readonly perCore: readonly { readonly id: number; readonly ticks: CpuTicks }[];
};

/** Only what is online has a line. A processor list that is empty or has no total makes no sense. */
export function parseStat(text: string): CpuStat | undefined {
  let total: CpuTicks | undefined;
  const perCore: { id: number; ticks: CpuTicks }[] = [];
  for (const [, id, numbers] of text.matchAll(/^cpu(\d*) +(\d[\d ]*)$/gm)) {
    const ticks = parseTicks(numbers ?? '');
    if (ticks === undefined) return undefined;
    if (id === '' || id === undefined) total = ticks;
    else perCore.push({ id: Number(id), ticks });
  }
  return total === undefined || perCore.length === 0 ? undefined : { total, perCore };
}

function parseTicks(numbers: string): CpuTicks | undefined {
  const [user, nice, system, idle, iowait = 0, irq = 0, softirq = 0, steal = 0] = numbers
    .trim()
    .split(/ +/)
    .map(Number);
  if (user === undefined || nice === undefined || system === undefined || idle === undefined)
    return undefined;
  // Time of guests is already within user and nice.
  return { user: user + nice, system: system + irq + softirq, iowait, steal, idle };
}

/**
 * Shares of the time between two samples; null where there is none. Single counters may go back
 * a little (iowait, idle), and all of them do when a processor was unplugged in between.
 */
export function useBetween(before: CpuTicks | undefined, now: CpuTicks): CpuUse | null {
  if (before === undefined || sum(now) <= sum(before)) return null;
  const user = Math.max(0, now.user - before.user);
  const system = Math.max(0, now.system - before.system);
  const iowait = Math.max(0, now.iowait - before.iowait);
  const steal = Math.max(0, now.steal - before.steal);
  const idle = Math.max(0, now.idle - before.idle);
  const all = user + system + iowait + steal + idle;
  return {
    busy: (user + system + steal) / all,
    user: user / all,
    system: system / all,
    iowait: iowait / all,
    steal: steal / all,
    idle: idle / all,
  };
}

const sum = (ticks: CpuTicks): number => ticks.user + ticks.system + ticks.iowait + ticks.steal + ticks.idle;
