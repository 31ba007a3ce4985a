// The busiest processes and control groups, from /proc/PID and /sys/fs/cgroup.
import { z } from 'zod';

export const processUse = z.object({
  pid: z.number(),
  /** The kernel's comm, 15 bytes at most; arguments are never read: they may hold secrets. */
  name: z.string(),
  /** One letter of proc(5): R, S, D, Z, … */
  state: z.string(),
  /** Of one processor, 0 to the number of threads; null until there are two samples. */
  cpu: z.number().nullable(),
  rss_bytes: z.number(),
  /** The guest, container or unit it belongs to; null when none. */
  owner: z.string().nullable(),
});
export type ProcessUse = z.infer<typeof processUse>;

export const cgroupUse = z.object({
  /** A name for people: `lxc 9200`, `vm 101`, `docker 3f2a…`, `ssh.service`. */
  name: z.string(),
  kind: z.enum(['lxc', 'qemu', 'docker', 'service', 'user', 'other']),
  path: z.string(),
  cpu: z.number().nullable(),
  memory_bytes: z.number().nullable(),
});
export type CgroupUse = z.infer<typeof cgroupUse>;

export const processFacts = z.object({
  total: z.number(),
  /** In uninterruptible sleep: usually a disk or a network mount that does not answer. */
  blocked: z.number(),
  zombies: z.number(),
  top_cpu: z.array(processUse),
  top_memory: z.array(processUse),
  cgroups: z.array(cgroupUse),
});
export type ProcessFacts = z.infer<typeof processFacts>;
