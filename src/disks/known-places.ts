// Where known formats keep their signatures and every copy of them: what a quick wipe zeroes. One table, a
// row for each format with where that is written; all positions are those of a device or a partition by
// itself. Whatever lies elsewhere stays on the disk: only a full wipe takes that away.
import type { Place } from './places.ts';
import type { ReadBytes } from './partition-tables.ts';

/** A device, or a part of one that was made to be one (a partition). */
export type Area = { readonly sizeBytes: number; readonly read: ReadBytes };

export type KnownPlaces = {
  readonly format: string;
  readonly source: string;
  /** May lie outside of it in part or whole. */
  readonly find: (area: Area) => Promise<readonly Place[]>;
};

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
/** A superblock or label of all formats fits in, unless a row says more. */
const BLOCK = 4 * KIB;
/** Far more than any format of these rows writes at an end, alignment and sectors of 4096 bytes included. */
const EDGE = 16 * MIB;
/** More than this are no copies but a trap in a forged superblock. */
const MAX_COPIES = 65_536;

const row = (
  format: string,
  source: string,
  find: (area: Area) => readonly Place[] | Promise<readonly Place[]>,
): KnownPlaces => ({ format, source, find: async (area) => find(area) });

const at = (positions: readonly number[], length = BLOCK): readonly Place[] =>
  positions.map((position) => ({ position, length }));
const fromEnd = ({ sizeBytes }: Area, length: number): Place => ({
  position: Math.max(0, sizeBytes - length),
  length,
});
const down = (position: number, to: number): number => Math.floor(position / to) * to;

export const knownPlaces: readonly KnownPlaces[] = [
  row('both ends', 'a margin: nearly all that follows lies there', (area) => [
    { position: 0, length: EDGE },
    fromEnd(area, EDGE),
  ]),
  row('GPT, sectors of 512 to 4096', 'UEFI specification 2.10, 5.3', async (area) => [
    { position: 0, length: 6 * BLOCK },
    fromEnd(area, 33 * BLOCK),
    ...(await findAlternateGpt(area)),
  ]),
  row('MD 0.90', 'linux/raid/md_p.h, MD_NEW_SIZE_SECTORS', ({ sizeBytes }) =>
    at([down(sizeBytes, 64 * KIB) - 64 * KIB]),
  ),
  row('MD 1.0, 1.1, 1.2', 'drivers/md/md.c, super_1_load', ({ sizeBytes }) =>
    at([down(sizeBytes - 16 * 512, BLOCK), 0, BLOCK]),
  ),
  row('ZFS, four labels', 'OpenZFS, module/zfs/vdev_label.c, vdev_label_offset', ({ sizeBytes }) => {
    const end = down(sizeBytes, 256 * KIB);
    return at([0, 256 * KIB, end - 512 * KIB, end - 256 * KIB], 256 * KIB);
  }),
  row('LUKS1, LUKS2 and its second header', 'LUKS2 On-Disk Format Specification 1.1.1, 2.2', () =>
    at([0, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096].map((kib) => kib * KIB)),
  ),
  row('LVM, label and both metadata areas', 'lvm2, pvcreate(8): --pvmetadatacopies', (area) => [
    { position: 0, length: MIB },
    fromEnd(area, 2 * MIB),
  ]),
  row('bcache', 'linux bcache.h, SB_SECTOR', () => at([8 * 512])),
  row('bcachefs', 'linux bcachefs_format.h, BCH_SB_LAYOUT_SECTOR', findBcachefs),
  row('swap, pages of 4 to 64 KiB', 'util-linux, libblkid superblocks/swap.c', () => at([0], 64 * KIB)),
  row('NTFS', 'linux fs/ntfs3/super.c, read_boot_session', (area) => [
    { position: 0, length: BLOCK },
    // Until NT 3.51 the copy lay in the middle.
    { position: down(area.sizeBytes / 2, 512), length: BLOCK },
    fromEnd(area, BLOCK),
  ]),
  row('FAT, and the copy of its boot sector', 'Microsoft fatgen103: BPB_BkBootSec', () =>
    at([0], 16 * BLOCK),
  ),
  row('exFAT, main and backup boot region', 'exFAT file system specification, 2', () => at([0], 24 * BLOCK)),
  row('ReFS', 'util-linux, libblkid superblocks/refs.c', (area) => [...at([0]), fromEnd(area, BLOCK)]),
  row('HFS, HFS+', 'Apple TN1150, volume header and its alternate', (area) => [
    ...at([0]),
    fromEnd(area, BLOCK),
  ]),
  row('APFS and its checkpoints', 'Apple File System Reference, nx_superblock_t', findApfs),
  row('UDF, ISO 9660', 'ECMA-167 3/8.4.2; ECMA-119 8', (area) => [
    { position: 0, length: 2 * MIB + BLOCK },
    fromEnd(area, MIB + 2 * BLOCK),
  ]),
  row('JFS', 'linux fs/jfs/jfs_filsys.h, SUPER1_OFF and SUPER2_OFF', () => at([0x8000, 0xf000])),
  row('ReiserFS, GFS2', 'util-linux, libblkid superblocks/{reiserfs,gfs}.c', () => at([8 * KIB, 64 * KIB])),
  row('NILFS2', 'linux nilfs2_ondisk.h, NILFS_SB2_OFFSET_BYTES', ({ sizeBytes }) =>
    at([0, down(sizeBytes, BLOCK) - BLOCK]),
  ),
  row('F2FS, both superblocks', 'linux f2fs_fs.h, F2FS_SUPER_OFFSET', () => at([0], 2 * BLOCK)),
  row('VMFS', 'util-linux, libblkid superblocks/vmfs.c', () => at([MIB, 2 * MIB])),
  row('DRBD, and RAID of firmware', 'util-linux, libblkid superblocks/{drbd,*_raid}.c', (area) => [
    fromEnd(area, MIB),
  ]),
  row('btrfs, three superblocks', 'btrfs-progs, kernel-shared/disk-io.h, btrfs_sb_offset', () =>
    at([64 * KIB, 64 * MIB, 256 * GIB]),
  ),
  row('OCFS2, six copies', 'linux fs/ocfs2/ocfs2_fs.h, OCFS2_BACKUP_SB_START', () =>
    at([0, 8 * KIB, ...[0, 1, 2, 3, 4, 5].map((power) => 4 ** power * GIB)], 2 * BLOCK),
  ),
  row('BlueStore, five labels', 'ceph, src/os/bluestore/BlueStore.cc, bdev_label_positions', () =>
    at([0, 1, 10, 100, 1000].map((gib) => gib * GIB)),
  ),
  row('ext2 to ext4, all superblocks', 'e2fsprogs, lib/ext2fs/closefs.c, ext2fs_bg_has_super', findExt),
  row('XFS, the superblock of every group', 'xfsprogs, libxfs/topology.c; mkfs/xfs_mkfs.c', findXfs),
];

/** The first header names where the other is: not at the end, when the disk has grown since. */
async function findAlternateGpt({ read, sizeBytes }: Area): Promise<readonly Place[]> {
  const found: Place[] = [];
  for (const sector of [512, 1024, 2048, 4096]) {
    for (const own of [1, Math.floor(sizeBytes / sector) - 1]) {
      const header = own > 0 ? await read(own * sector, 92) : undefined;
      if (header?.toString('latin1', 0, 8) !== 'EFI PART') continue;
      const alternate = toPosition(header.readBigUInt64LE(32), sector);
      const entries = toPosition(header.readBigUInt64LE(72), sector);
      // Its entries lie before it when it is the last, behind it when it is the first.
      found.push({ position: Math.max(0, alternate - 33 * sector), length: 67 * sector });
      found.push({ position: entries, length: 32 * sector });
    }
  }
  return found;
}

async function findBcachefs(area: Area): Promise<readonly Place[]> {
  const found = [...at([7 * 512], 2 * BLOCK), fromEnd(area, MIB)];
  const layout = await area.read(7 * 512, 512);
  if (layout?.toString('hex', 0, 16) !== 'c68573f666ce90a9d96a60cf803df7ef') return found;
  const count = Math.min(layout.readUInt8(18), 61);
  for (let index = 0; index < count; index += 1) {
    found.push({ position: toPosition(layout.readBigUInt64LE(24 + index * 8), 512), length: BLOCK });
  }
  return found;
}

async function findApfs({ read }: Area): Promise<readonly Place[]> {
  const first = await read(0, 128);
  if (first?.toString('latin1', 32, 36) !== 'NXSB') return [];
  const [blockBytes, blocks] = [first.readUInt32LE(36), first.readUInt32LE(104)];
  const position = toPosition(first.readBigUInt64LE(112), blockBytes);
  // With the highest bit they lie scattered.
  const isPlain = blockBytes >= BLOCK && blockBytes <= 64 * KIB && blocks <= MAX_COPIES;
  return isPlain ? [{ position, length: blocks * blockBytes }] : [];
}

type ExtShape = {
  readonly blockBytes: number;
  readonly blocksPerGroup: number;
  readonly firstBlock: number;
  /** Groups that have a copy besides the usual ones; `all`: written before copies became sparse. */
  readonly more: readonly number[] | 'all';
};

/** As mke2fs makes it when nothing else is asked for. */
const usualExt = (blockBytes: number): ExtShape => ({
  blockBytes,
  blocksPerGroup: 8 * blockBytes,
  firstBlock: blockBytes === KIB ? 1 : 0,
  more: [],
});
const USUAL_EXT = [1, 2, 4, 8, 16, 32, 64].map((kib) => usualExt(kib * KIB));

/** Where they usually are for every block size, and for what a superblock that is left says of itself. */
async function findExt({ read, sizeBytes }: Area): Promise<readonly Place[]> {
  const usual = USUAL_EXT.flatMap((shape) => listExtCopies(shape, sizeBytes));
  const own = await readFirst([KIB, ...usual], async (position) => parseExt(await read(position, KIB)));
  const copies = own === undefined ? usual : [...usual, ...listExtCopies(own, sizeBytes)];
  return [...at([0]), ...at(copies)];
}

function listExtCopies(shape: ExtShape, sizeBytes: number): readonly number[] {
  const { blockBytes, blocksPerGroup, firstBlock, more } = shape;
  const groupBytes = blockBytes * blocksPerGroup;
  const groups = Math.ceil(sizeBytes / groupBytes);
  if (more === 'all') refuseTooMany(groups);
  const usual = [1, ...[3, 5, 7].flatMap((base) => powersBelow(base, groups))];
  const wanted = more === 'all' ? Array.from({ length: groups }, (_, group) => group) : [...usual, ...more];
  return wanted
    .map((group) => firstBlock * blockBytes + group * groupBytes)
    .filter((position) => position < sizeBytes);
}

function powersBelow(base: number, limit: number): readonly number[] {
  const powers: number[] = [];
  for (let power = base; power < limit; power *= base) powers.push(power);
  return powers;
}

/** Documentation/filesystems/ext4/globals.rst, The Super Block. */
function parseExt(block: Buffer | undefined): ExtShape | undefined {
  if (block === undefined || block.readUInt16LE(0x38) !== 0xef53) return undefined;
  const [logBlock, blocksPerGroup] = [block.readUInt32LE(0x18), block.readUInt32LE(0x20)];
  if (logBlock > 6 || blocksPerGroup === 0) return undefined;
  const [compatible, readOnly] = [block.readUInt32LE(0x5c), block.readUInt32LE(0x64)];
  const sparse = (readOnly & 0x1) !== 0;
  const two = (compatible & 0x200) !== 0;
  return {
    blockBytes: KIB << logBlock,
    blocksPerGroup,
    firstBlock: block.readUInt32LE(0x14),
    more: two ? [block.readUInt32LE(0x24c), block.readUInt32LE(0x250)] : sparse ? [] : 'all',
  };
}

/** The superblock, and the roots of the group's free space and inodes in the three sectors behind it. */
const XFS_HEAD = 4 * BLOCK;
/** How mkfs.xfs divides a disk, and a RAID by its size, when nothing else is asked for. */
const XFS_COUNTS = [4, 8, 16, 32];
const XFS_LARGEST = 2 ** 40 - BLOCK;

async function findXfs({ read, sizeBytes }: Area): Promise<readonly Place[]> {
  const blocks = Math.floor(sizeBytes / BLOCK);
  const sizes = [...XFS_COUNTS.map((count) => Math.ceil(blocks / count) * BLOCK), XFS_LARGEST];
  const usual = sizes.flatMap((groupBytes) => listGroups(groupBytes, sizeBytes));
  const own = await readFirst([0, ...usual], async (position) => parseXfs(await read(position, 512)));
  return at(own === undefined ? usual : [...usual, ...listGroups(own, sizeBytes)], XFS_HEAD);
}

function listGroups(groupBytes: number, sizeBytes: number): readonly number[] {
  // What is smaller than a block has none.
  const groups = groupBytes === 0 ? 0 : Math.ceil(sizeBytes / groupBytes);
  refuseTooMany(groups);
  return Array.from({ length: groups }, (_, group) => group * groupBytes);
}

/** Bytes of a group. xfs_format.h, struct xfs_dsb. */
function parseXfs(block: Buffer | undefined): number | undefined {
  if (block === undefined || block.toString('latin1', 0, 4) !== 'XFSB') return undefined;
  const [blockBytes, groupBlocks] = [block.readUInt32BE(4), block.readUInt32BE(84)];
  const isPlain = blockBytes >= 512 && blockBytes <= 64 * KIB && groupBlocks > 0;
  return isPlain ? blockBytes * groupBlocks : undefined;
}

/** Each copy says the same of the whole, so that the first one that is left is enough. */
async function readFirst<T>(
  positions: readonly number[],
  parse: (position: number) => Promise<T | undefined>,
): Promise<T | undefined> {
  for (const position of new Set(positions)) {
    const found = await parse(position);
    if (found !== undefined) return found;
  }
  return undefined;
}

export class TooManyPlaces extends Error {}

function refuseTooMany(count: number): void {
  if (count > MAX_COPIES) {
    throw new TooManyPlaces(`a file system on it has ${count} copies of its beginning`);
  }
}

/** Of what no number can say exactly a place behind every disk, which is cut off. */
function toPosition(count: bigint, unitBytes: number): number {
  const position = count * BigInt(unitBytes);
  return position > BEHIND_ALL ? Number(BEHIND_ALL) : Number(position);
}

const BEHIND_ALL = 2n ** 52n;
