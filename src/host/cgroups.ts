// CPU time and memory of the control groups that mean something to a person: guests, containers,
// services, users. From /sys/fs/cgroup, version 2 (kernel's cgroup-v2.rst) and version 1.
import type { CgroupUse } from '../contracts/facts/processes.ts';
import { ownerOfCgroup, type CgroupOwner } from './cgroup-names.ts';
import type { Machine } from './machine.ts';
import { readLine, readNumber } from './read-fact.ts';

export type CgroupSample = CgroupOwner & {
  readonly path: string;
  readonly memoryBytes: number | null;
  readonly cpuUs: number | null;
};

/** The walk's cost is bounded; guests and containers go first. */
const MAX_GROUPS = 200;

type Layout = {
  readonly root: string;
  readonly memory: (path: string) => string;
  readonly readCpuUs: (machine: Machine, path: string) => Promise<number | undefined>;
};

const VERSION_2: Layout = {
  root: '/sys/fs/cgroup',
  memory: (path) => `/sys/fs/cgroup${path}/memory.current`,
  readCpuUs: async (machine, path) => {
    const usage = /^usage_usec (\d+)$/m.exec(
      (await readLine(machine, `/sys/fs/cgroup${path}/cpu.stat`)) ?? '',
    );
    return usage === null ? undefined : Number(usage[1]);
  },
};

const VERSION_1: Layout = {
  root: '/sys/fs/cgroup/memory',
  memory: (path) => `/sys/fs/cgroup/memory${path}/memory.usage_in_bytes`,
  readCpuUs: async (machine, path) => {
    const nanoseconds = await readNumber(machine, `/sys/fs/cgroup/cpuacct${path}/cpuacct.usage`);
    return nanoseconds === undefined ? undefined : nanoseconds / 1000;
  },
};

export async function readCgroups(machine: Machine): Promise<readonly CgroupSample[]> {
  const unified = (await machine.readText('/sys/fs/cgroup/cgroup.controllers')).state === 'ok';
  const layout = unified ? VERSION_2 : VERSION_1;
  const samples: CgroupSample[] = [];
  for (const { path, owner } of await findGroups(machine, layout.root)) {
    const memoryBytes = await readNumber(machine, layout.memory(path));
    const cpuUs = await layout.readCpuUs(machine, path);
    // Gone between the listing and the look, or without controllers.
    if (memoryBytes === undefined && cpuUs === undefined) continue;
    samples.push({ ...owner, path, memoryBytes: memoryBytes ?? null, cpuUs: cpuUs ?? null });
  }
  return samples;
}

/** Where groups of people's things are, in the order of their worth. */
const PLACES: readonly { readonly folder: string; readonly child: RegExp }[] = [
  { folder: '/lxc', child: /^[^.]+$/ },
  { folder: '', child: /^lxc\.payload\.[^.]+$/ },
  { folder: '/qemu.slice', child: /^\d+\.scope$/ },
  { folder: '/docker', child: /^[0-9a-f]{64}$/ },
  { folder: '/system.slice', child: /^docker-[0-9a-f]{64}\.scope$/ },
  { folder: '/machine.slice', child: /\.(scope|service)$/ },
  { folder: '/system.slice', child: /\.service$/ },
  { folder: '/user.slice', child: /^user-\d+\.slice$/ },
];

/** Slices within system.slice hold the instances of templates (system-getty.slice/getty@tty1.service). */
const INNER_SLICE = /^system-.+\.slice$/;

async function findGroups(
  machine: Machine,
  root: string,
): Promise<readonly { path: string; owner: CgroupOwner }[]> {
  const listings = new Map<string, readonly string[]>();
  const list = async (folder: string): Promise<readonly string[]> => {
    const known = listings.get(folder);
    if (known !== undefined) return known;
    const names = await machine.listFolder(root + folder);
    const value = names.state === 'ok' ? names.value : [];
    listings.set(folder, value);
    return value;
  };
  const found = new Map<string, CgroupOwner>();
  const add = async (folder: string, child: RegExp): Promise<void> => {
    for (const name of await list(folder)) {
      if (found.size >= MAX_GROUPS) return;
      const path = `${folder}/${name}`;
      const owner = child.test(name) ? ownerOfCgroup(path) : undefined;
      if (owner !== undefined) found.set(path, owner);
    }
  };
  for (const { folder, child } of PLACES) await add(folder, child);
  for (const slice of await list('/system.slice')) {
    if (INNER_SLICE.test(slice)) await add(`/system.slice/${slice}`, /\.service$/);
  }
  return [...found].map(([path, owner]) => ({ path, owner }));
}

/** Of one processor, between two samples; a group that was made anew has none this time. */
export function cgroupUses(
  before: ReadonlyMap<string, CgroupSample>,
  now: readonly CgroupSample[],
  elapsedMs: number,
): CgroupUse[] {
  return now.map(({ name, kind, path, memoryBytes, cpuUs }) => {
    const earlier = before.get(path)?.cpuUs;
    const known = typeof earlier === 'number' && cpuUs !== null && cpuUs >= earlier && elapsedMs > 0;
    return {
      name,
      kind,
      path,
      memory_bytes: memoryBytes,
      cpu: known ? (cpuUs - earlier) / 1000 / elapsedMs : null,
    };
  });
}
