// Every subject that this machine can be asked about: how often, and who reads it.
import type { Facts, Subject } from '../contracts/all-facts.ts';
import type { Reading } from '../contracts/reading.ts';
import { createCpuReader } from './cpu.ts';
import { readIdentity } from './identity.ts';
import { readLoad } from './load.ts';
import type { Machine } from './machine.ts';
import { createDisksReader } from './disks.ts';
import { createFilesystemsReader } from './filesystems.ts';
import { readMemory } from './memory.ts';
import { createNetworkReader } from './network.ts';
import { readPressure } from './pressure.ts';
import { createProcessReader } from './processes.ts';
import { createTemperatureReader } from './temperatures.ts';
import { readTimeSync } from './time-sync.ts';
import { readUptime } from './uptime.ts';

export type HostSubject = Exclude<Subject, 'containers'>;

export type Reader<S extends Subject> = {
  /** How often it is worth asking, in milliseconds. */
  readonly everyMs: number;
  /** `previous` is the last good value and its time, for rates. */
  readonly read: (
    machine: Machine,
    previous: { readonly value: Facts[S]; readonly at: number } | undefined,
    signal: AbortSignal,
  ) => Promise<Reading<Facts[S]>>;
};

export type HostSubjects = { readonly [S in HostSubject]?: Reader<S> };

/**
 * Readers that run tools are loaded when they are first asked: parsing a tool's answer takes zod,
 * which costs more than a whole frame, and no first frame needs them.
 *
 * Made once for each machine that is watched: some readers (`create…Reader`) remember what is no
 * fact for anybody else, such as the ticks of every process at the last look.
 */
export function createSubjects(): HostSubjects {
  return {
    identity: { everyMs: 60_000, read: readIdentity },
    uptime: { everyMs: 5000, read: readUptime },
    time_sync: { everyMs: 60_000, read: readTimeSync },
    cpu: { everyMs: 1000, read: createCpuReader() },
    load: { everyMs: 2000, read: readLoad },
    memory: { everyMs: 1000, read: readMemory },
    // Takes a child each time.
    filesystems: { everyMs: 10_000, read: createFilesystemsReader() },
    disks: { everyMs: 2000, read: createDisksReader() },
    smart: { everyMs: 600_000, read: async (...asked) => (await import('./smart.ts')).readSmart(...asked) },
    zfs: { everyMs: 30_000, read: async (...asked) => (await import('./zfs.ts')).readZfs(...asked) },
    lvm: { everyMs: 60_000, read: async (...asked) => (await import('./lvm.ts')).readLvm(...asked) },
    proxmox: {
      everyMs: 60_000,
      read: async (...asked) => (await import('./proxmox.ts')).readProxmox(...asked),
    },
    kernel_errors: {
      everyMs: 60_000,
      read: async (...asked) => (await import('./kernel-errors.ts')).readKernelErrors(...asked),
    },
    // The kernel reckons its averages anew every 2 s.
    pressure: { everyMs: 2000, read: readPressure },
    temperatures: { everyMs: 3000, read: createTemperatureReader() },
    network: { everyMs: 1000, read: createNetworkReader() },
    processes: { everyMs: 3000, read: createProcessReader() },
  };
}
