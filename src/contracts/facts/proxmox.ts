// Proxmox VE's own view, from `pvesh get … --output-format json`.
import { z } from 'zod';

export const proxmoxStorage = z.object({
  name: z.string(),
  type: z.string(),
  enabled: z.boolean(),
  active: z.boolean(),
  size_bytes: z.number().nullable(),
  used_bytes: z.number().nullable(),
  available_bytes: z.number().nullable(),
  content: z.array(z.string()),
});
export type ProxmoxStorage = z.infer<typeof proxmoxStorage>;

export const proxmoxGuest = z.object({
  vmid: z.number(),
  kind: z.enum(['lxc', 'qemu']),
  name: z.string().nullable(),
  status: z.string(),
  cpu_share: z.number().nullable(),
  memory_used: z.number().nullable(),
  memory_total: z.number().nullable(),
  uptime_s: z.number().nullable(),
  template: z.boolean(),
});
export type ProxmoxGuest = z.infer<typeof proxmoxGuest>;

export const proxmoxTask = z.object({
  upid: z.string(),
  type: z.string(),
  /** What it acts on: a VMID, a storage, …; null when nothing. */
  target: z.string().nullable(),
  user: z.string(),
  started_at: z.number(),
  ended_at: z.number().nullable(),
  /** `OK`, or the error's text; null while it runs. */
  status: z.string().nullable(),
});
export type ProxmoxTask = z.infer<typeof proxmoxTask>;

export const proxmoxFacts = z.object({
  node: z.string(),
  version: z.string(),
  storages: z.array(proxmoxStorage),
  guests: z.array(proxmoxGuest),
  /** Newest first. */
  tasks: z.array(proxmoxTask),
  /** The newest vzdump task, and the newest that ended OK. */
  last_backup: proxmoxTask.nullable(),
  last_good_backup: proxmoxTask.nullable(),
});
export type ProxmoxFacts = z.infer<typeof proxmoxFacts>;
