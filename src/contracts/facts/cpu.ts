// Processor use and load, from /proc/stat, /proc/cpuinfo and /proc/loadavg (proc(5)).
import { z } from 'zod';

/** Shares of the interval between two samples, 0 to 1; they sum to 1 with `idle`. */
export const cpuUse = z.object({
  busy: z.number(),
  user: z.number(),
  system: z.number(),
  iowait: z.number(),
  steal: z.number(),
  idle: z.number(),
});
export type CpuUse = z.infer<typeof cpuUse>;

/** USER_HZ ticks since boot. */
export const cpuTicks = z.object({
  user: z.number(),
  system: z.number(),
  iowait: z.number(),
  steal: z.number(),
  idle: z.number(),
});
export type CpuTicks = z.infer<typeof cpuTicks>;

export const cpuFacts = z.object({
  model: z.string().nullable(),
  /** Physical cores; null where the kernel does not say. */
  cores: z.number().nullable(),
  threads: z.number(),
  /** null until there are two samples. */
  use: cpuUse.nullable(),
  ticks: cpuTicks,
  per_core: z.array(z.object({ id: z.number(), use: cpuUse.nullable(), ticks: cpuTicks })),
});
export type CpuFacts = z.infer<typeof cpuFacts>;

export const loadFacts = z.object({
  load1: z.number(),
  load5: z.number(),
  load15: z.number(),
  /** Scheduling entities that are runnable now, and that exist. */
  runnable: z.number(),
  entities: z.number(),
});
export type LoadFacts = z.infer<typeof loadFacts>;
