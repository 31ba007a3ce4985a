// Lets go of a disk that is in use: unmounts its file systems and switches off its swap, and nothing else.
// What the system, the agent or Proxmox live on stays; what it cannot do, it names the command for.
import { messageOf } from '../base/errors.ts';
import { shellWord } from '../base/shell-word.ts';
import type { DiskSignal } from '../contracts/facts/disk-flags.ts';
import type { BlockDevice } from '../contracts/facts/disks.ts';
import { isSource, mountsOn } from '../host/block-mounts.ts';
import { mountOf, type Mount } from '../host/mountinfo.ts';
import type { Machine } from '../host/machine.ts';
import { resolvePath } from '../host/resolve-path.ts';
import { readMountTable, type MountTable } from '../host/mount-table.ts';
import { tellTool } from './run-disk-tool.ts';

export type Released = {
  /** What was done: mount points, and devices whose swap was switched off. */
  readonly released: readonly string[];
  /** Why not all of it, in English, with the command to run; null when all was done. */
  readonly refused: Refused | null;
};
type Refused = { readonly why: string; readonly hint: string | null };

type Node = Pick<BlockDevice, 'name' | 'path' | 'device_number' | 'kind' | 'parents'>;
type Step = { readonly what: string; readonly file: string; readonly args: readonly string[] };
type Plan =
  | { readonly state: 'done' }
  | { readonly state: 'refused'; readonly refused: Refused }
  | { readonly state: 'step'; readonly step: Step };

/** The system's own, with all below them. */
const SYSTEM_FOLDERS = ['/boot', '/usr', '/var', '/etc', '/bin', '/sbin', '/lib', '/lib64', '/dev'];
/** The system's own, but not what is mounted below. */
const SYSTEM_POINTS = ['/', '/run', '/tmp', '/root', '/home', '/opt'];
const UMOUNT_DEADLINE_MS = 120_000;
const SWAPOFF_DEADLINE_MS = 600_000;
const MOST_STEPS = 200;

/** Never throws. */
export async function releaseDisk(options: {
  readonly machine: Machine;
  readonly device: Node;
  /** All devices: its partitions are among them. */
  readonly devices: readonly Node[];
  /** Paths that must stay reachable: the agent's state, Proxmox's storages. */
  readonly keep: readonly string[];
  /** All signals of the device, read now: who holds it in another way than by a mount or as swap. */
  readonly readSignals: () => Promise<readonly DiskSignal[]>;
}): Promise<Released> {
  const { machine, device, devices, readSignals } = options;
  const real = await Promise.all(options.keep.map(async (path) => resolvePath(machine, path)));
  const keep = [...options.keep, ...real];
  const partitions = devices.filter(
    ({ kind, parents }) => kind === 'partition' && parents.includes(device.name),
  );
  const nodes = [device, ...partitions];
  const released: string[] = [];
  try {
    // Everything is looked at anew after each step: they change what comes next.
    while (released.length < MOST_STEPS) {
      const table = await readMountTable(machine);
      if (table.state !== 'ok')
        return { released, refused: only(`the mounts could not be read: ${table.code}`) };
      const plan = planRelease(table.value, nodes, keep);
      if (plan.state === 'done') return { released, refused: whoHolds(await readSignals()) };
      if (plan.state === 'refused') return { released, refused: plan.refused };
      const refused = await take(plan.step, machine);
      if (refused !== undefined) return { released, refused };
      released.push(plan.step.what);
    }
    return {
      released,
      refused: only(`${device.path} was unmounted ${MOST_STEPS} times and is mounted still`),
    };
  } catch (error) {
    return { released, refused: only(messageOf(error)) };
  }
}

/** The next step, the one that lies on top first. Nothing at all is done when one of the mounts must stay. */
export function planRelease(
  { mounts, swaps }: MountTable,
  nodes: readonly Node[],
  keep: readonly string[],
): Plan {
  const mine = nodes.flatMap((node) => mountsOn(mounts, node));
  for (const mount of mine) {
    const why = whyKept(mount, mounts, keep);
    if (why !== undefined) return { state: 'refused', refused: only(why) };
  }
  const top = mine.toSorted((a, b) => depthOf(b) - depthOf(a) || b.id - a.id)[0];
  if (top !== undefined) return planUmount(top, mounts, new Set(mine));
  const swapped = swaps.find((path) => nodes.some((node) => isSource(path, node)));
  if (swapped === undefined) return { state: 'done' };
  return { state: 'step', step: { what: swapped, file: 'swapoff', args: ['--', swapped] } };
}

function whyKept(mount: Mount, mounts: readonly Mount[], keep: readonly string[]): string | undefined {
  const point = mount.mountPoint;
  const isSystem = SYSTEM_POINTS.includes(point) || SYSTEM_FOLDERS.some((folder) => isWithin(point, folder));
  if (isSystem) return `${point} belongs to this system and stays mounted`;
  const kept = keep.find((path) => mountOf(mounts, path)?.id === mount.id);
  return kept === undefined ? undefined : `${kept} lies on ${point}, which this host needs; it stays mounted`;
}

function planUmount(mount: Mount, mounts: readonly Mount[], mine: ReadonlySet<Mount>): Plan {
  const point = mount.mountPoint;
  const covering = mountOf(mounts, point);
  const inside = mounts.find((other) => other.mountPoint !== point && isWithin(other.mountPoint, point));
  const foreign = covering !== undefined && !mine.has(covering) ? covering : inside;
  if (foreign !== undefined && !mine.has(foreign)) {
    const why = `${foreign.source} is mounted on ${foreign.mountPoint}, above it`;
    return { state: 'refused', refused: { why, hint: `umount ${shellWord(foreign.mountPoint)}` } };
  }
  return { state: 'step', step: { what: point, file: 'umount', args: ['--no-canonicalize', '--', point] } };
}

const depthOf = ({ mountPoint }: Mount): number => mountPoint.split('/').length;

const isWithin = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

/** Why it could not be done. */
async function take({ what, file, args }: Step, machine: Machine): Promise<Refused | undefined> {
  const deadlineMs = file === 'swapoff' ? SWAPOFF_DEADLINE_MS : UMOUNT_DEADLINE_MS;
  const done = await machine.runTool({ file, args, deadlineMs });
  if (done.state === 'ended' && done.code === 0) return undefined;
  return { why: tellTool(file, done), hint: file === 'umount' ? `fuser -vm ${shellWord(what)}` : null };
}

/** A mount in another namespace, a volume group, a RAID, a process: theirs to let go. */
function whoHolds(signals: readonly DiskSignal[]): Refused | null {
  const holder = signals.find((signal) => signal.class === 'held');
  if (holder === undefined) return null;
  const { device, detail, where, release } = holder;
  return { why: `${device} is still held: ${detail} (${where})`, hint: release };
}

const only = (why: string): Refused => ({ why, hint: null });
