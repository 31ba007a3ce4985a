// What the kernel says of the block device with one number, whatever it is called and wherever a path to
// it leads: size, sectors, place on its disk, and which attachment of which disk it is.
import type { Machine } from './machine.ts';
import { readLine, readNumber } from './read-fact.ts';

export type NumberedDevice = {
  /** Kernel name (`sda1`), and its node. */
  readonly name: string;
  readonly path: string;
  readonly deviceNumber: string;
  readonly bootId: string | null;
  /** The kernel's count of attachments; null before Linux 5.15. */
  readonly diskseq: string | null;
  readonly sizeBytes: number;
  readonly logicalBlockBytes: number;
  readonly physicalBlockBytes: number;
  readonly readOnly: boolean;
  /** A loop device, or a partition of one. */
  readonly loop: boolean;
  readonly backingFile: string | null;
  readonly partition: { readonly number: number; readonly start: number } | null;
  /** Numbers of the partitions that the kernel knows on it. */
  readonly partitions: readonly string[];
  readonly counters: WriteCounters | null;
};

/** Requests and sectors that were written and discarded since it was attached (stat of the kernel's block layer). */
export type WriteCounters = {
  readonly writes: number;
  readonly sectorsWritten: number;
  readonly discards: number;
  readonly sectorsDiscarded: number;
};

const SECTOR_BYTES = 512;

/** Nothing when there is no such device, or one of its first facts cannot be read. */
export async function readNumberedDevice(
  machine: Machine,
  deviceNumber: string,
): Promise<NumberedDevice | undefined> {
  if (!/^\d+:\d+$/.test(deviceNumber)) return undefined;
  const folder = `/sys/dev/block/${deviceNumber}`;
  const event = await machine.readText(`${folder}/uevent`);
  if (event.state !== 'ok') return undefined;
  const fields = parseUevent(event.value);
  const name = fields.get('DEVNAME');
  const sectors = await readNumber(machine, `${folder}/size`);
  const number = await readNumber(machine, `${folder}/partition`);
  // The folder of a partition lies in its disk's.
  const disk = number === undefined ? folder : `${folder}/..`;
  const logical = await readNumber(machine, `${disk}/queue/logical_block_size`);
  const physical = await readNumber(machine, `${disk}/queue/physical_block_size`);
  const readOnly = await readNumber(machine, `${folder}/ro`);
  const start = number === undefined ? undefined : await readNumber(machine, `${folder}/start`);
  if (name === undefined || sectors === undefined || logical === undefined || physical === undefined) {
    return undefined;
  }
  if (readOnly === undefined || (number !== undefined && start === undefined)) return undefined;
  return {
    name,
    path: `/dev/${name}`,
    deviceNumber,
    bootId: (await readLine(machine, '/proc/sys/kernel/random/boot_id')) ?? null,
    diskseq: (await readLine(machine, `${disk}/diskseq`)) ?? null,
    sizeBytes: sectors * SECTOR_BYTES,
    logicalBlockBytes: logical,
    physicalBlockBytes: physical,
    readOnly: readOnly !== 0,
    loop: /^loop\d/.test(name),
    backingFile: (await readLine(machine, `${disk}/loop/backing_file`)) ?? null,
    partition: number === undefined || start === undefined ? null : { number, start: start * SECTOR_BYTES },
    partitions: number === undefined ? await readPartitions(machine, folder, name) : [],
    counters: parseCounters(await readLine(machine, `${folder}/stat`)),
  };
}

function parseUevent(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const at = line.indexOf('=');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)] as const] : [];
    }),
  );
}

async function readPartitions(machine: Machine, folder: string, name: string): Promise<readonly string[]> {
  const listed = await machine.listFolder(folder);
  if (listed.state !== 'ok') return [];
  // sysfs writes `!` for the slash of a name.
  const own = name.replaceAll('/', '!');
  const numbers = await Promise.all(
    listed.value
      .filter((entry) => entry.startsWith(own))
      .map(async (entry) => readLine(machine, `${folder}/${entry}/dev`)),
  );
  return numbers.filter((number) => number !== undefined);
}

/** Documentation/block/stat.rst: fields 5 and 7 are writes, 12 and 14 discards (absent before Linux 4.18). */
function parseCounters(line: string | undefined): WriteCounters | null {
  const fields = (line ?? '').split(/\s+/).map(Number);
  const [, , , , writes, , sectorsWritten, , , , , discards = 0, , sectorsDiscarded = 0] = fields;
  if (writes === undefined || sectorsWritten === undefined || !fields.every(Number.isFinite)) return null;
  return { writes, sectorsWritten, discards, sectorsDiscarded };
}
