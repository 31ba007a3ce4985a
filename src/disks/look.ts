// All that was seen of this machine's block devices and around them, at one moment. Signals are read from
// this alone.
import type { BlockDevice } from '../contracts/facts/disks.ts';
import type { DiskScan } from '../contracts/facts/disk-flags.ts';
import type { Reading } from '../contracts/reading.ts';
import type { Attachment } from '../host/attachment.ts';
import type { Holder } from '../host/block-holders.ts';
import type { BtrfsMember } from '../host/btrfs-members.ts';
import type { FileLock } from '../host/device-locks.ts';
import type { Opener } from '../host/device-openers.ts';
import type { DeviceReference } from '../host/device-references.ts';
import type { ExportedDevice } from '../host/exported-devices.ts';
import type { HardwarePlace } from '../host/hardware-place.ts';
import type { LoopBacking } from '../host/loop-backing.ts';
import type { LvmMember } from '../host/lvm-members.ts';
import type { FileNumbers } from '../host/machine.ts';
import type { PlacedMount } from '../host/mount-namespaces.ts';
import type { Survey } from '../host/survey.ts';
import type { SwapArea } from '../host/swap-areas.ts';
import type { ZfsMember } from '../host/zfs-members.ts';
import type { LastMounted } from './last-mounted.ts';
import type { Receipt } from './receipts.ts';
import type { PartitionTable } from './partition-tables.ts';
import type { RawProbe } from './raw-probe.ts';
import type { BlkidAnswer, WipefsSignature } from './signatures.ts';

/** A partition of a table for which the kernel has no node. */
export type HiddenPartition = {
  readonly number: number;
  readonly start: number;
  readonly size: number;
  readonly uuid: string | null;
  readonly blkid: Reading<BlkidAnswer>;
  readonly lastMounted: LastMounted;
};

/** What lies on a device; worth keeping as long as nobody writes to it. */
export type Content = {
  readonly probe: Reading<RawProbe>;
  readonly blkid: Reading<BlkidAnswer>;
  readonly wipefs: Reading<readonly WipefsSignature[]>;
  readonly tables: readonly PartitionTable[];
  readonly hidden: readonly HiddenPartition[];
  /** For people to compare; no signal, and not part of what is signed. */
  readonly lastMounted: LastMounted;
};

export type SeenDevice = {
  readonly device: BlockDevice;
  /** Null for a device that the kernel no longer has. */
  readonly attachment: Attachment | null;
  readonly wwid: string | null;
  /** Null as `attachment`. */
  readonly place: HardwarePlace | null;
  /** Null where a look inside makes no sense: what lies on other devices, loop devices that take no part. */
  readonly content: Content | null;
  /** Opened anew each time; null as above. */
  readonly access: Reading<RawProbe> | null;
  /** The node's own numbers. */
  readonly node: FileNumbers | null;
  /** Other disks of the same world-wide name. */
  readonly twins: readonly string[];
  readonly scan: DiskScan | null;
  /** Proof that every byte was read, was zero, and was not written since. */
  readonly receipt: Receipt | null;
};

export type Surroundings = {
  readonly mounts: Survey<PlacedMount>;
  readonly swaps: Survey<SwapArea>;
  readonly holders: Survey<Holder>;
  readonly activeGroups: Survey<string>;
  readonly btrfs: Survey<BtrfsMember>;
  readonly zfs: Survey<ZfsMember>;
  readonly lvm: Survey<LvmMember>;
  readonly loops: Survey<LoopBacking>;
  readonly exports: Survey<ExportedDevice>;
  readonly openers: Survey<Opener>;
  readonly locks: Survey<FileLock>;
  readonly references: Survey<DeviceReference>;
};

export type Look = {
  readonly allowLoop: boolean;
  readonly devices: ReadonlyMap<string, SeenDevice>;
  readonly around: Surroundings;
};
