// Reads all that signals are read from: the devices themselves by children that can be killed, and what
// this machine says around them. What was found on a device is kept until somebody writes to it; who uses
// it is asked anew each time.
import type { BlockDevice } from '../contracts/facts/disks.ts';
import type { DiskScan } from '../contracts/facts/disk-flags.ts';
import { failed, valueOf, type Missing, type Reading } from '../contracts/reading.ts';
import { readAttachment, type Attachment } from '../host/attachment.ts';
import { readBlockDevices, type BlockNode } from '../host/block-devices.ts';
import { readWorldWideNames } from '../host/world-wide-names.ts';
import { readActiveGroups, readHolders } from '../host/block-holders.ts';
import { readBtrfsMembers } from '../host/btrfs-members.ts';
import { readLocks } from '../host/device-locks.ts';
import { readHardwarePlace } from '../host/hardware-place.ts';
import { readOpeners } from '../host/device-openers.ts';
import { readDeviceReferences } from '../host/device-references.ts';
import { readExports } from '../host/exported-devices.ts';
import { readLoopBackings } from '../host/loop-backing.ts';
import { readLvmMembers } from '../host/lvm-members.ts';
import type { Machine } from '../host/machine.ts';
import { readAllMounts } from '../host/mount-namespaces.ts';
import { answersAtOnce, isMountedNowhere } from '../host/quick-files.ts';
import { EMPTY } from '../host/survey.ts';
import { readSwapAreas } from '../host/swap-areas.ts';
import { readZfsMembers } from '../host/zfs-members.ts';
import type { Content, Look, SeenDevice } from './look.ts';
import { probeRaw, type RawProbe } from './raw-probe.ts';
import { readContent } from './read-content.ts';

export type LookRequest = {
  readonly machine: Machine;
  readonly devices: readonly BlockDevice[];
  readonly allowLoop: boolean;
  readonly excludePids: ReadonlySet<number>;
  /** Programs with open devices that an earlier look was sure of. */
  readonly knownOpeners: ReadonlySet<string>;
  /** Whether it is tried if somebody holds a device exclusively. The one who tries holds it for a moment. */
  readonly tryHold: boolean;
  /** Of other devices only what they tell of these matters. */
  readonly lookInto: (device: BlockDevice) => boolean;
  /** Devices of which the kernel's buffers are written out and forgotten first. */
  readonly mustFlush: (device: BlockDevice) => boolean;
  /** What was found on a device, from memory or anew. */
  readonly recall: (
    device: BlockDevice,
    attachment: Attachment,
    read: () => Promise<Content>,
  ) => Promise<Content>;
  readonly scanOf: (device: BlockDevice, diskseq: string | null) => DiskScan | null;
  readonly signal: AbortSignal;
};

const ACCESS_DEADLINE_MS = 10_000;
/** Children at a time: each may wait for a disk of its own. */
const AT_ONCE = 4;

export async function takeLook(request: LookRequest): Promise<Reading<Look>> {
  const { machine, devices, allowLoop, signal } = request;
  const nodes = await readBlockDevices(machine);
  if (nodes.state !== 'ok') return nodes;
  const byName = new Map(nodes.value.map((node) => [node.name, node]));
  const wwids = await readWorldWideNames(machine, nodes.value);
  const nodeOf = ({ name, device_number: number }: BlockDevice): BlockNode | undefined => {
    const node = byName.get(name);
    return node?.device_number === number ? node : undefined;
  };
  // Everybody's buffers are written out before anybody is read: a disk and its partitions keep their own.
  const accesses = await inTurns(devices, async (device) => tryAccess(request, device, nodeOf(device)));
  const seen = await inTurns(devices, async (device, index) =>
    seeDevice(request, { device, node: nodeOf(device), access: accesses[index] ?? null, wwids }),
  );
  const byDevice = new Map(seen.map((one) => [one.device.name, one]));

  // Who has something else open is no news: what lies on other devices is never written to.
  const inside = new Set(devices.filter((device) => isInside(request, device)));
  const mounts = await readAllMounts(machine);
  const hasVolumes = seen.some(isVolume);
  const [swaps, holders, activeGroups, btrfs, zfs, lvm, loops, exports, references] = await Promise.all([
    readSwapAreas(machine),
    readHolders(machine, nodes.value),
    readActiveGroups(machine),
    readBtrfsMembers(machine),
    readZfsMembers(machine, signal),
    hasVolumes ? readLvmMembers(machine, signal) : EMPTY,
    readLoopBackings(machine),
    readExports(machine),
    readDeviceReferences(machine),
  ]);
  const [openers, locks] = await Promise.all([
    readOpeners(machine, {
      wanted: new Set([...inside].map(({ device_number: number }) => number)),
      mayHang: (fdinfo) => !answersAtOnce(fdinfo, mounts.found),
      isMountedNowhere: (fdinfo) => isMountedNowhere(fdinfo, mounts.found),
      excludePids: request.excludePids,
      known: request.knownOpeners,
    }),
    readLocks(machine, {
      wanted: new Set(
        seen
          .filter(({ device }) => inside.has(device))
          .flatMap(({ node }) => (node === null ? [] : [`${node.fileSystem} ${node.inode}`])),
      ),
      excludePids: request.excludePids,
    }),
  ]);
  return {
    state: 'ok',
    value: {
      allowLoop,
      devices: byDevice,
      around: {
        mounts,
        swaps,
        holders,
        activeGroups,
        btrfs,
        zfs,
        lvm,
        loops,
        exports,
        openers,
        locks,
        references,
      },
    },
    at: machine.clock.now(),
    source: nodes.source,
  };
}

/** Whether a look inside makes sense: not for what lies on other devices, which those tell of. */
function isLookedInto(
  device: BlockDevice,
  disk: BlockDevice['kind'] | undefined,
  allowLoop: boolean,
): boolean {
  const kind = device.kind === 'partition' ? disk : device.kind;
  return kind === 'disk' || (kind === 'loop' && allowLoop);
}

const isInside = (request: LookRequest, device: BlockDevice): boolean => {
  const disk = request.devices.find(
    ({ name }) => device.kind === 'partition' && device.parents.includes(name),
  );
  return request.lookInto(device) && isLookedInto(device, disk?.kind, request.allowLoop);
};

/** Whether it opens, and whether somebody holds it. Every loop device is asked what it lies on. */
async function tryAccess(
  request: LookRequest,
  device: BlockDevice,
  node: BlockNode | undefined,
): Promise<Reading<RawProbe> | null> {
  const inside = isInside(request, device);
  if (node === undefined || (!inside && device.kind !== 'loop')) return null;
  return probeRaw(request.machine, {
    path: device.path,
    flush: inside && request.mustFlush(device),
    exclusive: inside && request.tryHold,
    pieces: [],
    deadlineMs: ACCESS_DEADLINE_MS,
    signal: request.signal,
  });
}

/** Looks again whether it opens, and now also whether somebody holds it. */
export const tryHold = async (
  machine: Machine,
  path: string,
  signal: AbortSignal,
): Promise<Reading<RawProbe>> =>
  probeRaw(machine, {
    path,
    flush: false,
    exclusive: true,
    pieces: [],
    deadlineMs: ACCESS_DEADLINE_MS,
    signal,
  });

async function seeDevice(
  request: LookRequest,
  found: {
    readonly device: BlockDevice;
    readonly node: BlockNode | undefined;
    readonly access: Reading<RawProbe> | null;
    readonly wwids: ReadonlyMap<string, string>;
  },
): Promise<SeenDevice> {
  const { machine, signal } = request;
  const { device, node, access, wwids } = found;
  const disk = node?.diskFolder.split('/').at(-1)?.replaceAll('!', '/') ?? device.name;
  const wwid = wwids.get(disk) ?? null;
  const twins = wwid === null ? [] : [...wwids].filter(([name, other]) => other === wwid && name !== disk);
  const file = device.kind === 'loop' ? device.backing_file : null;
  const sameFile = request.devices.filter(
    (one) => one !== device && file !== null && one.backing_file === file,
  );
  const nothing = {
    device,
    attachment: null,
    wwid,
    place: null,
    content: null,
    access,
    node: null,
    twins: [...twins.map(([name]) => name), ...sameFile.map(({ name }) => name)],
    scan: null,
    receipt: null,
  };
  if (node === undefined) return nothing;
  // Read after the buffers were written out, so that the counters know of it.
  const attachment = await readAttachment(machine, node);
  const partitions = request.devices.filter(
    ({ kind, parents }) => kind === 'partition' && parents.includes(device.name),
  );
  const read = async (): Promise<Content> =>
    access?.state === 'ok'
      ? readContent(machine, device, await startsOf(machine, partitions), attachment.logicalBytes, signal)
      : notRead(access);
  return {
    ...nothing,
    attachment,
    place: await readHardwarePlace(machine, node),
    content: isInside(request, device) ? await request.recall(device, attachment, read) : null,
    node: valueOf(await machine.readNumbers(device.path)) ?? null,
    scan: request.scanOf(device, attachment.diskseq),
  };
}

/** A disk that does not even open is not waited for once more by every tool. */
function notRead(access: Missing | null): Content {
  const missing = access ?? failed('no-answer', 'open', 0);
  const lastMounted = { at: null, on: null };
  return { probe: missing, blkid: missing, wipefs: missing, tables: [], hidden: [], lastMounted };
}

async function startsOf(machine: Machine, partitions: readonly BlockDevice[]): Promise<ReadonlySet<number>> {
  const nodes = valueOf(await readBlockDevices(machine)) ?? [];
  const starts = new Set<number>();
  for (const { name } of partitions) {
    const node = nodes.find((one) => one.name === name);
    const start = node === undefined ? null : (await readAttachment(machine, node)).start;
    if (start !== null) starts.add(start);
  }
  return starts;
}

function isVolume({ content }: SeenDevice): boolean {
  if (content === null) return false;
  const { blkid, wipefs, hidden } = content;
  const types = [blkid, ...hidden.map((one) => one.blkid)].map((answer) =>
    answer.state === 'ok' ? answer.value.values.get('TYPE') : undefined,
  );
  const signs = wipefs.state === 'ok' ? wipefs.value.map(({ type }) => type) : [];
  return [...types, ...signs].some((type) => type?.startsWith('LVM') === true);
}

async function inTurns<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (;;) {
      const index = next;
      const item = items[index];
      if (item === undefined) return;
      next += 1;
      results[index] = await work(item, index);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
