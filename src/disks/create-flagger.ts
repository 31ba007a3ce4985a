// Looks at block devices and judges each: what may be lost on it, and what stands in the way. Made once for
// each machine that is watched, as it remembers what was found on a disk nobody wrote to.
import { confirmWordOf } from '../contracts/confirm-word.ts';
import type { BlockDevice } from '../contracts/facts/disks.ts';
import type { DiskFlag, DiskFlagFacts, DiskScan, DiskSignal } from '../contracts/facts/disk-flags.ts';
import { absent, failed, ok, type Reading } from '../contracts/reading.ts';
import { readAttachment, readBootId, type Attachment } from '../host/attachment.ts';
import { readBlockDevices } from '../host/block-devices.ts';
import { identifyOpener } from '../host/device-openers.ts';
import { createDisksReader } from '../host/disks.ts';
import type { Machine } from '../host/machine.ts';
import { withPatience } from '../host/patient-tools.ts';
import { readBacking } from './backing-file.ts';
import { describeDisk, digestFacts, identify } from './describe-disk.ts';
import type { ExaminedDisk } from './examined-disk.ts';
import type { Content, Look, SeenDevice } from './look.ts';
import { diskOf, readStamp, stampOf } from './read-stamp.ts';
import type { Receipts, Stamp } from './receipts.ts';
import { signalRows, type SignalRow } from './signals.ts';
import { takeLook, tryHold } from './take-look.ts';
import { judge } from './verdict.ts';

export type Flagger = {
  /** Flags of these devices; cheap when repeated. */
  readonly readFlags: (
    devices: readonly BlockDevice[],
    signal: AbortSignal,
  ) => Promise<Reading<DiskFlagFacts>>;
  /**
   * All about one device, by its kernel name; nothing is taken from memory. `claimed`: this process holds the
   * device exclusively, and looks whether anything else stands in the way.
   */
  readonly examine: (
    name: string,
    options: { readonly claimed?: boolean; readonly signal: AbortSignal },
  ) => Promise<Reading<ExaminedDisk>>;
  /**
   * The device as it is now, for a receipt: taken before and after a reading of every byte. Fails where none
   * can be given, and says why.
   */
  readonly readStamp: (name: string, signal: AbortSignal) => Promise<Reading<Stamp>>;
};

export type FlaggerOptions = {
  readonly machine: Machine;
  readonly receipts: Receipts;
  readonly allowLoop: boolean;
  /** Processes whose open files do not count: this one, and the jobs it started. */
  readonly excludePids?: () => Promise<Iterable<number>>;
  /** How the last reading of every byte goes, or went, of a device attached as `diskseq`. */
  readonly scanOf?: (device: BlockDevice, diskseq: string | null) => DiskScan | null;
};

/** How long what was found on a disk is believed, where the kernel counts writes and where it does not. */
const COUNTED_MS = 3_600_000;
const UNCOUNTED_MS = 30_000;
/** A disk that could not be read is tried again before long. */
const FAILED_MS = 15_000;
const MAX_KNOWN = 500;

type Known = { readonly key: string; readonly content: Content; readonly until: number };

export function createFlagger(options: FlaggerOptions): Flagger {
  const { receipts, allowLoop } = options;
  const machine = withPatience(options.machine);
  const readDisks = createDisksReader();
  const known = new Map<string, Known>();
  let openers: ReadonlySet<string> = new Set();
  const scanOf = options.scanOf ?? (() => null);
  const excluded = async () => new Set([process.pid, ...((await options.excludePids?.()) ?? [])]);

  const recall = async (device: BlockDevice, key: string, counted: boolean, read: () => Promise<Content>) => {
    const now = machine.clock.monotonic();
    const remembered = known.get(device.name);
    if (remembered !== undefined && remembered.key === key && now < remembered.until)
      return remembered.content;
    const content = await read();
    const { probe, blkid, wipefs } = content;
    const isWhole = [probe, blkid, wipefs].every(({ state }) => state === 'ok');
    const life = isWhole ? (counted ? COUNTED_MS : UNCOUNTED_MS) : FAILED_MS;
    if (known.size > MAX_KNOWN) known.clear();
    known.set(device.name, { key, content, until: now + life });
    return content;
  };

  /** Whether a receipt tells of it, or of what shares its bytes: each keeps pages of its own. */
  const isProven = (device: BlockDevice, devices: readonly BlockDevice[]) =>
    devices.some((one) => one.durable_id !== null && receipts.has(one.durable_id) && isRelated(one, device));

  /** With the receipt that holds for each device. */
  const withReceipts = async (look: Look): Promise<Look> => {
    const bootId = await readBootId(machine);
    const all = [...look.devices.values()].map(({ device }) => device);
    const devices = new Map<string, SeenDevice>();
    const written = new Set(
      look.around.openers.found.filter(({ writes }) => writes).map(({ deviceNumber }) => deviceNumber),
    );
    for (const [name, seen] of look.devices) {
      // Commands that go past the block layer (SG_IO, as QEMU's scsi-block sends them) are in no counter.
      const isWritten = all.some((one) => written.has(one.device_number) && isRelated(one, seen.device));
      const { durable_id: id } = seen.device;
      if (isWritten && id !== null && receipts.has(id)) {
        known.delete(name);
        await receipts.forget(id);
      }
      const stamp = await stampOf(machine, seen, all, bootId);
      if (typeof stamp === 'string') {
        // With the kernel's counters off, nobody knows what was written meanwhile.
        if (seen.device.durable_id !== null && seen.attachment?.writes === null) {
          await receipts.forget(seen.device.durable_id);
        }
        devices.set(name, seen);
      } else devices.set(name, { ...seen, receipt: receipts.find(stamp) });
    }
    return { ...look, devices };
  };

  const look = async (
    devices: readonly BlockDevice[],
    how: {
      readonly fresh: boolean;
      readonly tryHold: boolean;
      readonly lookInto?: (device: BlockDevice) => boolean;
    },
    signal: AbortSignal,
  ): Promise<Reading<Look>> => {
    const { fresh, lookInto = () => true } = how;
    const taken = await takeLook({
      machine,
      devices,
      allowLoop,
      tryHold: how.tryHold,
      lookInto,
      excludePids: await excluded(),
      knownOpeners: openers,
      mustFlush: (device) => fresh || isProven(device, devices),
      recall: async (device, attachment, read) => {
        if (fresh) return read();
        const inUse = isInUse(device, devices);
        const key = await keyOf(
          machine,
          device,
          inUse ? { ...attachment, writes: 'in use' } : attachment,
          devices,
        );
        return recall(device, key, attachment.writes !== null && !inUse, read);
      },
      scanOf,
      signal,
    });
    if (taken.state !== 'ok') return taken;
    const value = without(await excluded(), taken.value);
    openers = new Set(value.around.openers.found.map(identifyOpener));
    return { ...taken, value: await withReceipts(value) };
  };

  /**
   * Who tries whether a disk is held holds it for a moment, in which a mount of somebody else would fail.
   * Every few seconds that is done only where nothing else was seen: there is nothing to mount.
   */
  const tryFree = async (
    devices: readonly BlockDevice[],
    taken: Look,
    signal: AbortSignal,
  ): Promise<Look> => {
    const seen = new Map(taken.devices);
    for (const { name } of devices) {
      const one = seen.get(name);
      if (one?.access?.state !== 'ok' || flagOf(name, taken).signals.length > 0) continue;
      seen.set(name, { ...one, access: await tryHold(machine, one.device.path, signal) });
    }
    return { ...taken, devices: seen };
  };

  /** The device, its disk and all that lies on it. */
  const lookAt = async (
    name: string,
    claimed: boolean,
    signal: AbortSignal,
  ): Promise<Reading<{ readonly look: Look; readonly seen: SeenDevice }>> => {
    const disks = await readDisks(machine, undefined);
    if (disks.state !== 'ok') return disks;
    const device = disks.value.devices.find((one) => one.name === name);
    if (device === undefined) return absent('no-file', name, disks.at, 'there is no such block device');
    const isNear = (one: BlockDevice) =>
      one.name === name || device.parents.includes(one.name) || one.parents.includes(name);
    const isBeside = (one: BlockDevice) =>
      device.kind === 'partition' && one.parents.some((disk) => device.parents.includes(disk));
    // A loop device that lies over it tells so itself, and of the partitions beside it matters where they lie.
    const family = disks.value.devices.filter((one) => isNear(one) || isBeside(one) || one.kind === 'loop');
    const taken = await look(family, { fresh: true, tryHold: !claimed, lookInto: isNear }, signal);
    if (taken.state !== 'ok') return taken;
    const seen = taken.value.devices.get(name);
    if (seen === undefined) return absent('no-file', name, taken.at);
    return ok({ look: taken.value, seen }, taken.source, taken.at);
  };

  return {
    readFlags: async (devices, signal) => {
      const taken = await look(devices, { fresh: false, tryHold: false }, signal);
      if (taken.state !== 'ok') return taken;
      const held = await tryFree(devices, taken.value, signal);
      const flags = devices.map(({ name }) => flagOf(name, held));
      return ok({ flags, allow_loop: allowLoop }, taken.source, machine.clock.now());
    },
    examine: async (name, { claimed = false, signal }) => {
      const found = await lookAt(name, claimed, signal);
      if (found.state !== 'ok') return found;
      const { look: taken, seen } = found.value;
      const bootId = await readBootId(machine);
      const flag = flagOf(name, taken);
      const changed = await changedSince(machine, seen);
      if (changed !== undefined) return failed('garbage', seen.device.path, machine.clock.now(), changed);
      return ok(
        {
          device: seen.device,
          flag,
          identity: flag.signals.some((one) => one.class === 'barred')
            ? null
            : await identify(machine, seen, taken, bootId),
          disk: describeDisk(seen, taken),
          facts_sha256: await digestFacts(machine, seen, taken, bootId),
          confirm_word: confirmWordOf(
            seen.device,
            diskOf(
              seen.device,
              [...taken.devices.values()].map(({ device }) => device),
            ),
          ),
        },
        seen.device.path,
        machine.clock.now(),
      );
    },
    readStamp: async (name, signal) => readStamp(machine, name, signal),
  };
}

/** The same one, or one that lies on the other. */
const isRelated = (one: BlockDevice, other: BlockDevice): boolean =>
  one.name === other.name || one.parents.includes(other.name) || other.parents.includes(one.name);

/** Jobs of ours that began while we looked hold nothing either. */
function without(pids: ReadonlySet<number>, taken: Look): Look {
  const { openers, locks } = taken.around;
  const around = {
    ...taken.around,
    openers: { ...openers, found: openers.found.filter(({ pid }) => !pids.has(pid)) },
    locks: { ...locks, found: locks.found.filter(({ pid }) => !pids.has(pid)) },
  };
  return { ...taken, around };
}

/**
 * Whoever uses a disk writes to it all the time: reading its content after each write would cost more than
 * all else, to say again what its use says already.
 */
const isInUse = (device: BlockDevice, devices: readonly BlockDevice[]): boolean =>
  [device, ...devices.filter(({ parents }) => parents.includes(device.name))].some(
    ({ mount_points: mounts, swap }) => mounts.length > 0 || swap,
  );

/** The content may be another than before when any of this is. */
async function keyOf(
  machine: Machine,
  device: BlockDevice,
  attachment: Attachment,
  devices: readonly BlockDevice[],
): Promise<string> {
  const partitions = devices.filter(({ parents }) => parents.includes(device.name)).map(({ name }) => name);
  const { diskseq, writes, sizeBytes, start } = attachment;
  const backing = await readBacking(machine, diskOf(device, devices));
  return JSON.stringify([device.device_number, diskseq, writes, sizeBytes, start, partitions, backing]);
}

function flagOf(name: string, look: Look): DiskFlag {
  const seen = look.devices.get(name);
  if (seen === undefined) throw new Error(`${name} was not looked at`);
  return judge(name, signalsOf(seen, look), seen.scan, seen.receipt !== null);
}

function signalsOf(seen: SeenDevice, look: Look): readonly DiskSignal[] {
  const found = new Map<string, DiskSignal>();
  const add = (row: SignalRow, on: SeenDevice) => {
    for (const sighting of row.find(on, look)) {
      const signal = { id: row.id, class: row.class, device: on.device.name, ...sighting };
      // What concerns every device alike is told once.
      const key = `${row.id} ${sighting.detail} ${sighting.where}`;
      if (!found.has(key)) found.set(key, signal);
    }
  };
  const others = [...look.devices.values()].filter((one) => one !== seen);
  const disks = others.filter((one) => seen.device.kind === 'partition' && isOn(seen, one));
  const partitions = others.filter((one) => one.device.kind === 'partition' && isOn(one, seen));
  for (const row of signalRows) {
    add(row, seen);
    if (row.spreads === 'both' || row.spreads === 'to-partitions') for (const disk of disks) add(row, disk);
    if (row.spreads === 'both' || row.spreads === 'to-disk') for (const one of partitions) add(row, one);
  }
  return [...found.values()];
}

const isOn = (partition: SeenDevice, disk: SeenDevice): boolean =>
  partition.device.parents.includes(disk.device.name);

/** Between the first look and the last another disk may have come under the same name. */
async function changedSince(
  machine: Machine,
  { device, attachment }: SeenDevice,
): Promise<string | undefined> {
  const nodes = await readBlockDevices(machine);
  const node = nodes.state === 'ok' ? nodes.value.find(({ name }) => name === device.name) : undefined;
  if (node === undefined) return 'it went away while it was examined';
  const now = await readAttachment(machine, node);
  const isSame =
    node.device_number === device.device_number &&
    now.diskseq === attachment?.diskseq &&
    now.sizeBytes === device.size_bytes;
  return isSame ? undefined : 'another disk came in its place while it was examined';
}
