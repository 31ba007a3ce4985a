// Places of a device where known formats keep their superblocks and copies, and some between: reading
// them finds data fast. That they are zero proves nothing.
import type { Piece } from './raw-probe.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const SAMPLE_BYTES = 4 * KIB;
const EVENLY = 24;

/** Long enough for a GPT at 4096 bytes a sector, and for what RAID and ZFS write at the end. */
const EDGE_BYTES = 72 * KIB;

/** ext2 to ext4 keep copies in the groups 1, 3, 5, 7 and their powers (sparse_super). */
const EXT_GROUPS = [1, 3, 5, 7, 9, 25, 27, 49];
const EXT_GROUP_BYTES = [8 * MIB, 32 * MIB, 128 * MIB];

const FIXED = [
  256 * KIB, // the second label of ZFS, and below it LUKS2's second header
  MIB, // where partitions begin
  4 * MIB, // LUKS2's second header at the latest
  64 * MIB, // btrfs
  256 * GIB, // btrfs
];

/** Both ends of the device, for tables and labels. */
export function edgesOf(sizeBytes: number): readonly Piece[] {
  if (sizeBytes <= 2 * EDGE_BYTES) return sizeBytes > 0 ? [{ offset: 0, length: sizeBytes }] : [];
  return [
    { offset: 0, length: EDGE_BYTES },
    { offset: sizeBytes - EDGE_BYTES, length: EDGE_BYTES },
  ];
}

/** Only places inside the device, rising, each once. */
export function samplePlaces(sizeBytes: number): readonly Piece[] {
  const even = Array.from({ length: EVENLY }, (_, index) =>
    Math.floor(((index + 1) * sizeBytes) / (EVENLY + 1)),
  );
  // XFS divides a disk into four groups; each begins with a superblock.
  const quarters = [1, 2, 3].map((quarter) => Math.floor((quarter * sizeBytes) / 4));
  const groups = EXT_GROUP_BYTES.flatMap((bytes) => EXT_GROUPS.map((group) => group * bytes));
  const fromEnd = [256 * KIB, 512 * KIB, MIB].map((bytes) => sizeBytes - bytes);
  const aligned = [...FIXED, ...groups, ...quarters, ...even, ...fromEnd].map(
    (offset) => Math.floor(offset / SAMPLE_BYTES) * SAMPLE_BYTES,
  );
  return [...new Set(aligned)]
    .filter((offset) => offset >= EDGE_BYTES && offset + SAMPLE_BYTES <= sizeBytes - EDGE_BYTES)
    .toSorted((a, b) => a - b)
    .map((offset) => ({ offset, length: SAMPLE_BYTES }));
}
