// Memory in bytes, from /proc/meminfo (proc(5)) and ZFS's arcstats; pressure from /proc/pressure.
import { z } from 'zod';

export const memoryFacts = z.object({
  memory_total: z.number(),
  memory_available: z.number(),
  /** As Proxmox counts it: total less available. */
  memory_used: z.number(),
  memory_free: z.number(),
  buffers: z.number(),
  cached: z.number(),
  swap_total: z.number(),
  swap_used: z.number(),
  /** Size of the ZFS adaptive replacement cache; null without ZFS. */
  arc_size: z.number().nullable(),
});
export type MemoryFacts = z.infer<typeof memoryFacts>;

/** Shares of wall time 0 to 100 in percent, over 10, 60 and 300 s (kernel's Documentation/accounting/psi). */
export const pressureLine = z.object({
  avg10: z.number(),
  avg60: z.number(),
  avg300: z.number(),
  total_us: z.number(),
});
export type PressureLine = z.infer<typeof pressureLine>;
const pressureResource = z.object({ some: pressureLine, full: pressureLine.nullable() });

export const pressureFacts = z.object({
  cpu: pressureResource.nullable(),
  memory: pressureResource.nullable(),
  io: pressureResource.nullable(),
});
export type PressureFacts = z.infer<typeof pressureFacts>;
