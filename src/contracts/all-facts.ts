// Every subject of facts, with its schema. A source gives a `Reading` of each; stores, doctor,
// screens and JSON know no others.
import type { z } from 'zod';
import { baseStackFacts } from './facts/base-stack.ts';
import { containerFacts } from './facts/containers.ts';
import { cpuFacts, loadFacts } from './facts/cpu.ts';
import { diskFlagFacts } from './facts/disk-flags.ts';
import { diskFacts } from './facts/disks.ts';
import { filesystemFacts } from './facts/filesystems.ts';
import { guestFacts } from './facts/guests.ts';
import { identityFacts, timeSyncFacts, uptimeFacts } from './facts/identity.ts';
import { kernelErrorFacts } from './facts/kernel-errors.ts';
import { ledgerFacts } from './facts/ledger.ts';
import { memoryFacts, pressureFacts } from './facts/memory.ts';
import { networkFacts } from './facts/network.ts';
import { operationFacts } from './facts/operations.ts';
import { lvmFacts, zfsFacts } from './facts/pools.ts';
import { processFacts } from './facts/processes.ts';
import { proxmoxFacts } from './facts/proxmox.ts';
import { smartFacts } from './facts/smart.ts';
import { temperatureFacts } from './facts/temperatures.ts';

export const allFacts = {
  identity: identityFacts,
  uptime: uptimeFacts,
  time_sync: timeSyncFacts,
  cpu: cpuFacts,
  load: loadFacts,
  memory: memoryFacts,
  pressure: pressureFacts,
  temperatures: temperatureFacts,
  network: networkFacts,
  filesystems: filesystemFacts,
  disks: diskFacts,
  disk_flags: diskFlagFacts,
  smart: smartFacts,
  zfs: zfsFacts,
  lvm: lvmFacts,
  proxmox: proxmoxFacts,
  processes: processFacts,
  kernel_errors: kernelErrorFacts,
  containers: containerFacts,
  base_stack: baseStackFacts,
  operations: operationFacts,
  guests: guestFacts,
  ledger: ledgerFacts,
} as const;

export type Subject = keyof typeof allFacts;
export type Facts = { readonly [S in Subject]: z.infer<(typeof allFacts)[S]> };

export const isSubject = (name: string): name is Subject => Object.hasOwn(allFacts, name);
