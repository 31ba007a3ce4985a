// What the kernel says of one attachment of a disk: since when it is there, what it can do, and how often
// it was written. Equal numbers before and after mean that nobody wrote through this machine.
import type { BlockNode } from './block-devices.ts';
import type { Machine } from './machine.ts';
import { readLine, readNumber } from './read-fact.ts';

export type Attachment = {
  /** The kernel's count of attachments since boot; null where this kernel has none. */
  readonly diskseq: string | null;
  readonly sizeBytes: number | null;
  readonly logicalBytes: number | null;
  readonly physicalBytes: number | null;
  readonly zoned: string | null;
  /** First byte of a partition. */
  readonly start: number | null;
  /** Write and discard counters of the whole disk; null when the kernel does not count. */
  readonly writes: string | null;
  /** `pcie`, `tcp`, `rdma`, `fc` for each controller of an NVMe disk. */
  readonly controllers: readonly string[];
};

const SECTOR_BYTES = 512;

export async function readAttachment(machine: Machine, node: BlockNode): Promise<Attachment> {
  const { diskFolder, folder } = node;
  const sectors = await readNumber(machine, `${folder}/size`);
  const start = node.partition === undefined ? undefined : await readNumber(machine, `${folder}/start`);
  return {
    diskseq: (await readLine(machine, `${diskFolder}/diskseq`)) ?? null,
    sizeBytes: sectors === undefined ? null : sectors * SECTOR_BYTES,
    logicalBytes: (await readNumber(machine, `${diskFolder}/queue/logical_block_size`)) ?? null,
    physicalBytes: (await readNumber(machine, `${diskFolder}/queue/physical_block_size`)) ?? null,
    zoned: (await readLine(machine, `${diskFolder}/queue/zoned`)) ?? null,
    start: start === undefined ? null : start * SECTOR_BYTES,
    writes: await readWrites(machine, diskFolder),
    controllers: await readControllers(machine, diskFolder),
  };
}

/** Fields 5 to 7 count writes, 12 to 14 discards (Documentation/block/stat.rst); times are left out. */
async function readWrites(machine: Machine, folder: string): Promise<string | null> {
  const counts = await readNumber(machine, `${folder}/queue/iostats`);
  if (counts !== 1) return null;
  const fields = (await readLine(machine, `${folder}/stat`))?.split(/\s+/) ?? [];
  // Before 4.18 discards were counted as writes, and there were eleven fields.
  if (fields.length < 11 || !fields.every((field) => /^\d+$/.test(field))) return null;
  return [...fields.slice(4, 7), ...fields.slice(11, 14)].join(' ');
}

async function readControllers(machine: Machine, folder: string): Promise<readonly string[]> {
  const own = await readLine(machine, `${folder}/device/transport`);
  const names = await machine.listFolder(`${folder}/device`);
  const inside = names.state === 'ok' ? names.value.filter((name) => /^nvme\d+$/.test(name)) : [];
  const transports = await Promise.all(
    inside.map(async (name) => readLine(machine, `${folder}/device/${name}/transport`)),
  );
  return [own, ...transports].filter((transport) => transport !== undefined);
}

export async function readBootId(machine: Machine): Promise<string | undefined> {
  return readLine(machine, '/proc/sys/kernel/random/boot_id');
}
