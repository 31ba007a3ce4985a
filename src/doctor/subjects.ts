// The names of all subjects as a list. Not from the schemas' table: the doctor needs no zod.
import type { Subject } from '../contracts/all-facts.ts';

const NAMES = {
  identity: true,
  uptime: true,
  time_sync: true,
  cpu: true,
  load: true,
  memory: true,
  pressure: true,
  temperatures: true,
  network: true,
  filesystems: true,
  disks: true,
  disk_flags: true,
  smart: true,
  zfs: true,
  lvm: true,
  proxmox: true,
  processes: true,
  kernel_errors: true,
  containers: true,
  base_stack: true,
  operations: true,
  guests: true,
  ledger: true,
} as const satisfies Record<Subject, true>;

export const SUBJECTS: readonly Subject[] = Object.keys(NAMES).filter(isSubject);

/**
 * What rules look at. No rule needs the flags of disks, and reading those may wake a disk that sleeps: not
 * every minute, for monitoring.
 */
export const RULE_SUBJECTS: readonly Subject[] = SUBJECTS.filter((subject) => subject !== 'disk_flags');

function isSubject(name: string): name is Subject {
  return Object.hasOwn(NAMES, name);
}
