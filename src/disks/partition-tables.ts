// Partition tables, parsed by ourselves: the kernel may have no parser, or may not have looked since the
// table was written; and a GPT written for another sector size, or of which only the copy at the end is
// left, is seen by nobody else. Pure: pieces of the device come in, partitions go out.

export type TableKind = 'gpt' | 'gpt-backup' | 'mbr';
export type TablePartition = {
  readonly number: number;
  /** In bytes. */
  readonly start: number;
  readonly size: number;
  readonly uuid: string | null;
  readonly type: string;
};
export type PartitionTable = {
  readonly kind: TableKind;
  readonly sectorBytes: number;
  readonly id: string | null;
  readonly offset: number;
  readonly partitions: readonly TablePartition[];
  /** In bytes: the records that chain partitions inside another, which lie apart from the table. */
  readonly links: readonly number[];
};

/** An extended partition holds others, and the one entry of a protective MBR holds the GPT. */
export const PLACE_HOLDERS: ReadonlySet<string> = new Set(['0x5', '0xf', '0x85', '0xee']);

/** The bytes at an offset, or nothing where they were not read. */
export type ReadBytes = (offset: number, length: number) => Promise<Buffer | undefined>;

const SECTOR_SIZES = [512, 1024, 2048, 4096] as const;
const MAX_ENTRIES = 1024;
const MAX_LOGICAL = 128;

export async function parsePartitionTables(
  read: ReadBytes,
  sizeBytes: number,
  sectorBytes: number,
): Promise<readonly PartitionTable[]> {
  const tables: PartitionTable[] = [];
  for (const sector of SECTOR_SIZES) {
    const last = Math.floor(sizeBytes / sector) - 1;
    tables.push(...(await parseGpt(read, sector, 1, sizeBytes, 'gpt')));
    if (last > 1) tables.push(...(await parseGpt(read, sector, last, sizeBytes, 'gpt-backup')));
  }
  tables.push(...(await parseMbr(read, sizeBytes, sectorBytes)));
  return tables;
}

/** UEFI specification, 5.3. A checksum that is wrong makes a table suspect and no less a table. */
async function parseGpt(
  read: ReadBytes,
  sector: number,
  block: number,
  sizeBytes: number,
  kind: TableKind,
): Promise<readonly PartitionTable[]> {
  const offset = block * sector;
  const header = await read(offset, 92);
  if (header === undefined || header.toString('latin1', 0, 8) !== 'EFI PART') return [];
  const entriesAt = Number(header.readBigUInt64LE(72)) * sector;
  const count = Math.min(header.readUInt32LE(80), MAX_ENTRIES);
  const entryBytes = header.readUInt32LE(84);
  const table = { kind, sectorBytes: sector, id: guidAt(header, 56), offset, links: [] };
  if (entryBytes < 128 || entryBytes > 4096) return [{ ...table, partitions: [] }];
  const partitions: TablePartition[] = [];
  for (let index = 0; index < count; index += 1) {
    const entry = await read(entriesAt + index * entryBytes, 128);
    if (entry === undefined) break;
    const type = guidAt(entry, 0);
    if (type === null) continue;
    const first = Number(entry.readBigUInt64LE(32));
    const last = Number(entry.readBigUInt64LE(40));
    const start = first * sector;
    const size = (last - first + 1) * sector;
    if (size <= 0 || start + size > sizeBytes) continue;
    partitions.push({ number: index + 1, start, size, uuid: guidAt(entry, 16), type });
  }
  return [{ ...table, partitions }];
}

/** The first three groups are little-endian; null when all is zero. */
function guidAt(bytes: Buffer, offset: number): string | null {
  const hex = (start: number, length: number) =>
    bytes.toString('hex', offset + start, offset + start + length);
  const swapped = (start: number, length: number) =>
    Buffer.from([...bytes.subarray(offset + start, offset + start + length)].toReversed()).toString('hex');
  const guid = `${swapped(0, 4)}-${swapped(4, 2)}-${swapped(6, 2)}-${hex(8, 2)}-${hex(10, 6)}`;
  return /[1-9a-f]/.test(guid) ? guid : null;
}

const ENTRIES_AT = 446;
const EXTENDED: ReadonlySet<number> = new Set([0x05, 0x0f, 0x85]);

type Entry = { readonly type: number; readonly first: number; readonly count: number };

async function parseMbr(
  read: ReadBytes,
  sizeBytes: number,
  sector: number,
): Promise<readonly PartitionTable[]> {
  const record = await read(0, 512);
  if (record === undefined || !isBootRecord(record)) return [];
  const diskId = record.readUInt32LE(440);
  const id = diskId === 0 ? null : diskId.toString(16).padStart(8, '0');
  const uuidOf = (number: number) => (id === null ? null : `${id}-${String(number).padStart(2, '0')}`);
  const partitions: TablePartition[] = [];
  const links: number[] = [];
  let logical = 5;
  for (const [index, entry] of entriesOf(record).entries()) {
    if (!isPlausible(entry, sizeBytes, sector)) continue;
    partitions.push(describe(entry, index + 1, sector, uuidOf));
    if (!EXTENDED.has(entry.type)) continue;
    const chain = await followChain(read, entry, sizeBytes, sector);
    links.push(...chain.links.map((at) => at * sector));
    for (const inside of chain.entries) {
      partitions.push(describe(inside, logical, sector, uuidOf));
      logical += 1;
    }
  }
  return [{ kind: 'mbr', sectorBytes: sector, id, offset: 0, partitions, links }];
}

/** Each link of the chain holds one partition, and where the next link is. */
async function followChain(
  read: ReadBytes,
  extended: Entry,
  sizeBytes: number,
  sector: number,
): Promise<{ readonly entries: readonly Entry[]; readonly links: readonly number[] }> {
  const found: Entry[] = [];
  const seen = new Set<number>();
  let at = extended.first;
  while (!seen.has(at) && found.length < MAX_LOGICAL) {
    seen.add(at);
    const record = at * sector < sizeBytes ? await read(at * sector, 512) : undefined;
    if (record === undefined || !isBootRecord(record)) break;
    const [own, next] = entriesOf(record);
    if (own !== undefined && own.type !== 0 && own.count > 0) found.push({ ...own, first: at + own.first });
    if (next === undefined || !EXTENDED.has(next.type) || next.count === 0) break;
    at = extended.first + next.first;
  }
  return { entries: found, links: [...seen] };
}

const isBootRecord = (record: Buffer): boolean => record.readUInt16LE(510) === 0xaa55;

const entriesOf = (record: Buffer): readonly Entry[] =>
  [0, 1, 2, 3].map((index) => {
    const at = ENTRIES_AT + index * 16;
    return {
      type: record.readUInt8(at + 4),
      first: record.readUInt32LE(at + 8),
      count: record.readUInt32LE(at + 12),
    };
  });

/** A boot sector of FAT ends as a table does, with program text in its place. */
const isPlausible = ({ type, first, count }: Entry, sizeBytes: number, sector: number): boolean =>
  type !== 0 && first > 0 && count > 0 && first * sector < sizeBytes;

const describe = (
  { type, first, count }: Entry,
  number: number,
  sector: number,
  uuidOf: (number: number) => string | null,
): TablePartition => ({
  number,
  start: first * sector,
  size: count * sector,
  uuid: uuidOf(number),
  type: `0x${type.toString(16)}`,
});
