// Which block devices there are and how they lie on one another, from the folders of /sys/block.
import type { BlockDevice } from '../contracts/facts/disks.ts';
import type { Reading } from '../contracts/reading.ts';
import { ok } from '../contracts/reading.ts';
import type { Machine } from './machine.ts';
import { readLine, readNumber } from './read-fact.ts';

export type BlockNode = Pick<
  BlockDevice,
  'name' | 'path' | 'device_number' | 'kind' | 'parents' | 'size_bytes' | 'read_only' | 'backing_file'
> & {
  /** Its folder in sysfs; the whole disk's for a partition is `diskFolder`. */
  readonly folder: string;
  readonly diskFolder: string;
  /** Number of a partition on its disk. */
  readonly partition: number | undefined;
};

/** The unit of `size` in sysfs, whatever the device's own sector size. */
const SECTOR_BYTES = 512;
const RAM_DISK_MAJOR = '1:';

/** SCSI peripheral types (SPC-5, table 147) that are disks: direct access, simplified, optical memory, zoned. */
const SCSI_DISKS = new Set([0, 7, 14, 20]);
const SCSI_ROM = 5;

/** All that lsblk(8) lists by default: no RAM disks, no loop devices without a file. */
export async function readBlockDevices(machine: Machine): Promise<Reading<readonly BlockNode[]>> {
  const names = await machine.listFolder('/sys/block');
  if (names.state !== 'ok') return names;
  const found = await Promise.all(names.value.map(async (name) => readDisk(machine, name)));
  return ok(found.flat(), names.source, names.at);
}

async function readDisk(machine: Machine, entry: string): Promise<readonly BlockNode[]> {
  const folder = `/sys/block/${entry}`;
  const disk = await readNode(machine, entry, folder, folder);
  if (disk === undefined || disk.device_number.startsWith(RAM_DISK_MAJOR)) return [];
  if (disk.kind === 'loop' && disk.size_bytes === 0 && disk.backing_file === null) return [];
  // A path of a multipath NVMe disk: it has no node of its own.
  if ((await readLine(machine, `${folder}/hidden`)) === '1') return [];
  const entries = await machine.listFolder(folder);
  const inside = entries.state === 'ok' ? entries.value.filter((name) => name.startsWith(entry)) : [];
  const partitions = await Promise.all(
    inside.map(async (name) => readNode(machine, name, `${folder}/${name}`, folder, disk.name)),
  );
  return [disk, ...partitions.filter((node) => node !== undefined)];
}

/** Nothing when the kernel does not give its number and size: then it is just going away. */
async function readNode(
  machine: Machine,
  entry: string,
  folder: string,
  diskFolder: string,
  disk?: string,
): Promise<BlockNode | undefined> {
  const number = await readLine(machine, `${folder}/dev`);
  const sectors = await readNumber(machine, `${folder}/size`);
  if (number === undefined || !/^\d+:\d+$/.test(number) || sectors === undefined) return undefined;
  const partition = disk === undefined ? undefined : await readNumber(machine, `${folder}/partition`);
  if (disk !== undefined && partition === undefined) return undefined;
  const name = kernelName(entry);
  const kind = disk === undefined ? await readKind(machine, name, folder) : 'partition';
  const readOnly = await readNumber(machine, `${folder}/ro`);
  return {
    name,
    path: await readPath(machine, name, kind, folder),
    device_number: number,
    kind,
    parents: disk === undefined ? await readLegs(machine, folder) : [disk],
    size_bytes: sectors * SECTOR_BYTES,
    read_only: readOnly === undefined ? null : readOnly !== 0,
    backing_file: kind === 'loop' ? ((await readLine(machine, `${folder}/loop/backing_file`)) ?? null) : null,
    folder,
    diskFolder,
    partition,
  };
}

/** sysfs cannot hold a slash in a name and writes `!` (cciss!c0d0). */
const kernelName = (entry: string): string => entry.replaceAll('!', '/');

async function readKind(machine: Machine, name: string, folder: string): Promise<BlockDevice['kind']> {
  if (name.startsWith('dm-')) return 'dm';
  if (name.startsWith('loop')) return 'loop';
  if (/^md[\d_]/.test(name)) return 'md';
  if (name.startsWith('zram')) return 'zram';
  const scsiType = await readNumber(machine, `${folder}/device/type`);
  if (scsiType === SCSI_ROM) return 'rom';
  return scsiType === undefined || SCSI_DISKS.has(scsiType) ? 'disk' : 'other';
}

/** The device mapper's own name is the one people know. */
async function readPath(
  machine: Machine,
  name: string,
  kind: BlockDevice['kind'],
  folder: string,
): Promise<string> {
  const mapped = kind === 'dm' ? await readLine(machine, `${folder}/dm/name`) : undefined;
  return mapped === undefined ? `/dev/${name}` : `/dev/mapper/${mapped}`;
}

async function readLegs(machine: Machine, folder: string): Promise<string[]> {
  const legs = await machine.listFolder(`${folder}/slaves`);
  return legs.state === 'ok' ? legs.value.map(kernelName) : [];
}
