// The table of known places: for each format the very bytes where its own programs look, on disks from the
// smallest to the largest; and superblocks that lie.
import { expect, test } from 'vitest';
import { FormatEnded } from '../../src/disks/format-ended.ts';
import { knownPlaces } from '../../src/disks/known-places.ts';
import { clipPlace, cutInChunks, endOf, mergePlaces, sumOf, type Place } from '../../src/disks/places.ts';
import { planQuickWipe } from '../../src/disks/plan-wipe.ts';
import { MIB } from './lent-device.ts';

const KIB = 1024;
const GIB = 1024 * MIB;
const TIB = 1024 * GIB;
const SECTOR = 512;
/** Added to a size so that no quarter of it falls on a copy by chance. */
const ODD = 5 * MIB;

type Written = readonly (readonly [number, Buffer])[];

/** Of a device that is zero but for what is written on it. */
async function plan(
  sizeBytes: number,
  written: Written = [],
  partitions: readonly Place[] = [],
  sectorBytes = SECTOR,
): Promise<readonly Place[]> {
  const read = async (offset: number, length: number) => {
    if (offset < 0 || offset + length > sizeBytes) return Promise.resolve(undefined);
    const bytes = Buffer.alloc(length);
    for (const [at, what] of written) {
      for (let index = 0; index < what.length; index += 1) {
        const to = at + index - offset;
        if (to >= 0 && to < length) bytes[to] = what[index] ?? 0;
      }
    }
    return Promise.resolve(bytes);
  };
  return planQuickWipe({ read, sizeBytes, sectorBytes, partitions });
}

const covers = (places: readonly Place[], position: number, length = SECTOR): boolean =>
  places.some((place) => place.position <= position && endOf(place) >= position + length);

const missing = (places: readonly Place[], wanted: readonly number[]) =>
  wanted.filter((position) => !covers(places, position));

test('every row names its source, and no format has two', () => {
  for (const { format, source } of knownPlaces) expect([format, source.length > 8]).toEqual([format, true]);
  expect(new Set(knownPlaces.map(({ format }) => format)).size).toBe(knownPlaces.length);
});

test.each([64 * KIB, MIB, 64 * MIB, GIB + 3 * SECTOR, 500 * GIB, 4 * TIB, 20 * TIB])(
  'of %i bytes both ends go, and every fixed copy that fits',
  async (size) => {
    const places = await plan(size);
    const edge = Math.min(size, 16 * MIB);
    expect(covers(places, 0, edge)).toBe(true);
    expect(covers(places, size - edge, edge)).toBe(true);
    const fixed = [
      64 * KIB, // btrfs
      64 * MIB,
      256 * GIB,
      ...[1, 4, 16, 64, 256, 1024].map((gib) => gib * GIB), // OCFS2
      ...[1, 10, 100, 1000].map((gib) => gib * GIB), // BlueStore
      ...[1, 3, 5, 7, 9, 25, 27, 49].map((group) => group * 128 * MIB), // ext4, 4 KiB blocks
      ...[1, 3, 5, 7, 9].map((group) => KIB + group * 8 * MIB), // ext2, 1 KiB blocks
      8 * GIB, // ext4, 32 KiB blocks
      ...(size < 4 * TIB ? [1, 2, 3].map((group) => Math.ceil(size / 4 / 4096) * 4096 * group) : []), // XFS
      ...(size >= 4 * TIB ? [1, 2, 3].map((group) => group * (TIB - 4096)) : []),
    ];
    expect(
      missing(
        places,
        fixed.filter((position) => position + SECTOR <= size),
      ),
    ).toEqual([]);
    expect(endOf(places.at(-1) ?? { position: 0, length: 0 })).toBeLessThanOrEqual(size);
    // Quick it must stay.
    expect(sumOf(places)).toBeLessThan(128 * MIB);
  },
);

const ext = (fields: { blocksPerGroup: number; sparse: boolean; log?: number }): Buffer => {
  const block = Buffer.alloc(KIB);
  block.writeUInt32LE(fields.log ?? 2, 0x18);
  block.writeUInt32LE(fields.blocksPerGroup, 0x20);
  block.writeUInt16LE(0xef53, 0x38);
  block.writeUInt32LE(fields.sparse ? 1 : 0, 0x64);
  return block;
};

test("an ext4 of unusual groups loses the copies that its superblock tells of, also when that is a copy's", async () => {
  const wanted = [1, 3, 5, 7, 9, 25].map((group) => group * 16_376 * 4096);
  const own = ext({ blocksPerGroup: 16_376, sparse: true });
  expect(missing(await plan(2 * GIB, [[KIB, own]]), wanted)).toEqual([]);
  expect(missing(await plan(2 * GIB), wanted)).not.toEqual([]);
  expect(missing(await plan(2 * GIB, [[128 * MIB, own]]), wanted)).toEqual([]);
});

test('an ext2 from before copies were sparse loses them all', async () => {
  const places = await plan(4 * GIB + ODD, [[KIB, ext({ blocksPerGroup: 32_768, sparse: false })]]);
  const all = Array.from({ length: 32 }, (_, group) => group * 128 * MIB);
  expect(missing(places, all)).toEqual([]);
  expect(covers(await plan(4 * GIB + ODD), 2 * 128 * MIB)).toBe(false);
});

test('sparse_super2 keeps two copies, wherever they are', async () => {
  const own = ext({ blocksPerGroup: 32_768, sparse: true });
  own.writeUInt32LE(0x200, 0x5c);
  own.writeUInt32LE(1, 0x24c);
  own.writeUInt32LE(30, 0x250);
  expect(covers(await plan(4 * GIB + ODD, [[KIB, own]]), 30 * 128 * MIB)).toBe(true);
});

const xfs = (groupBlocks: number): Buffer => {
  const block = Buffer.alloc(512);
  block.write('XFSB', 0, 'latin1');
  block.writeUInt32BE(4096, 4);
  block.writeUInt32BE(groupBlocks, 84);
  return block;
};

test('an XFS of unusual groups loses each', async () => {
  const places = await plan(10 * GIB, [[0, xfs(65_537)]]);
  const all = Array.from({ length: 40 }, (_, group) => group * 65_537 * 4096).filter((at) => at < 10 * GIB);
  expect(missing(places, all)).toEqual([]);
  // The first one is lost; the second, where it usually is, tells of the rest.
  const second = Math.ceil((10 * GIB) / 4 / 4096) * 4096;
  expect(missing(await plan(10 * GIB, [[second, xfs(65_537)]]), all)).toEqual([]);
});

test.each([
  ['ext2 with a group for each block', 20 * TIB, KIB, ext({ blocksPerGroup: 1, sparse: false })],
  ['XFS with a group for each block', 20 * TIB, 0, xfs(1)],
])('a forged %s ends it before anything is written', async (_, size, at, block) => {
  const planned = plan(size, [[at, block]]);
  await expect(planned).rejects.toBeInstanceOf(FormatEnded);
  await expect(planned).rejects.toMatchObject({ end: { state: 'failed', code: 'E_QUICK_WIPE' } });
});

// An extended partition has a node of two sectors; others are as small as somebody made them.
test.each([SECTOR, 2 * SECTOR, 7 * SECTOR])('a partition of %i bytes holds nothing up', async (length) => {
  const small = { position: 2048 * SECTOR, length };
  expect(covers(await plan(GIB, [], [small]), small.position, length)).toBe(true);
});

test('many partitions at one place, each full of copies, end it as well, and before they fill the memory', async () => {
  const size = 20 * TIB;
  const slices = 32;
  const header = Buffer.alloc(512);
  header.write('EFI PART', 0, 'latin1');
  header.writeBigUInt64LE(2n, 72);
  header.writeUInt32LE(slices, 80);
  header.writeUInt32LE(128, 84);
  const entries = Buffer.alloc(slices * 128);
  for (let index = 0; index < slices; index += 1) {
    entries.fill(0xab, index * 128, index * 128 + 32);
    entries.writeBigUInt64LE(4096n, index * 128 + 32);
    entries.writeBigUInt64LE(BigInt(size / SECTOR - 100 - index), index * 128 + 40);
  }
  const own = ext({ blocksPerGroup: Math.ceil(size / KIB / 60_000), sparse: false, log: 0 });
  const planned = plan(size, [
    [512, header],
    [1024, entries],
    [4096 * SECTOR + KIB, own],
  ]);
  await expect(planned).rejects.toMatchObject({ end: { state: 'failed', code: 'E_QUICK_WIPE' } });
});

test('superblocks full of noise neither end it nor lead outside', async () => {
  for (let seed = 1; seed < 60; seed += 1) {
    let state = seed * 2_654_435_761;
    const random = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0);
    const noise = (bytes: number) => Buffer.from(Array.from({ length: bytes }, () => random() & 0xff));
    const gpt = noise(512);
    gpt.write('EFI PART', 0, 'latin1');
    const apfs = noise(128);
    apfs.write('NXSB', 32, 'latin1');
    const md = noise(256);
    md.writeUInt32LE(0xa92b4efc, 0);
    md.writeUInt32LE(1, 4);
    const size = 64 * MIB + (random() % 1000) * SECTOR;
    const first = seed % 2 === 0 ? apfs : noise(446);
    const places = await plan(size, [
      [0, first],
      [512, gpt],
      [4096, md],
    ]);
    for (const { position, length } of places) {
      expect([position % SECTOR, length % SECTOR, position >= 0, position + length <= size]).toEqual([
        0,
        0,
        true,
        true,
      ]);
    }
  }
});

test('each partition loses its own copies, within its own bounds; sectors of 4096 stay whole', async () => {
  const [start, length] = [3 * GIB, 2 * GIB];
  const places = await plan(
    8 * GIB + ODD,
    [[start + KIB, ext({ blocksPerGroup: 16_384, sparse: true })]],
    [{ position: start, length }],
  );
  expect(covers(places, start, 16 * MIB)).toBe(true);
  expect(covers(places, start + length - 16 * MIB, 16 * MIB)).toBe(true);
  expect(
    missing(
      places,
      [3, 5, 7].map((group) => start + group * 64 * MIB),
    ),
  ).toEqual([]);
  expect(covers(places, start + length, SECTOR)).toBe(false);
  for (const place of await plan(8 * GIB, [], [{ position: start + SECTOR, length }], 4096)) {
    expect([place.position % 4096, place.length % 4096]).toEqual([0, 0]);
  }
});

test('partitions inside another lose the records that chain them', async () => {
  const record = (...entries: (readonly [number, number, number])[]) => {
    const bytes = Buffer.alloc(512);
    for (const [index, [type, first, count]] of entries.entries()) {
      bytes.writeUInt8(type, 446 + index * 16 + 4);
      bytes.writeUInt32LE(first, 446 + index * 16 + 8);
      bytes.writeUInt32LE(count, 446 + index * 16 + 12);
    }
    bytes.writeUInt16LE(0xaa55, 510);
    return bytes;
  };
  const [outer, second] = [2048, 1_000_000];
  const places = await plan(2 * GIB, [
    [0, record([5, outer, 4_000_000])],
    [outer * SECTOR, record([0x83, 64, 500_000], [5, second, 600_000])],
    [(outer + second) * SECTOR, record([0x83, 2048, 400_000])],
  ]);
  expect(covers(places, (outer + second) * SECTOR)).toBe(true);
  expect(covers(places, (outer + second + 2048) * SECTOR, 16 * MIB)).toBe(true);
});

test('a table that was written behind a bridge with other sectors still tells of its partitions', async () => {
  for (const [written, now] of [
    [4096, 512],
    [512, 4096],
  ] as const) {
    const [start, length] = [3 * GIB, 2 * GIB];
    const record = Buffer.alloc(512);
    record.writeUInt8(0x83, 446 + 4);
    record.writeUInt32LE(start / written, 446 + 8);
    record.writeUInt32LE(length / written, 446 + 12);
    record.writeUInt16LE(0xaa55, 510);
    const places = await plan(64 * GIB, [[0, record]], [], now);
    expect([covers(places, start, 16 * MIB), covers(places, start + length - MIB, MIB)]).toEqual([
      true,
      true,
    ]);
  }
});

test('a GPT of a disk that has grown loses the copy in its middle', async () => {
  const header = Buffer.alloc(512);
  header.write('EFI PART', 0, 'latin1');
  header.writeBigUInt64LE(BigInt(GIB / SECTOR - 1), 32);
  header.writeBigUInt64LE(2n, 72);
  const places = await plan(4 * GIB, [[512, header]]);
  expect(covers(places, GIB - 33 * SECTOR, 33 * SECTOR)).toBe(true);
});

test('the content of a mirror loses its copies where the RAID kept it', async () => {
  const md = Buffer.alloc(256);
  md.writeUInt32LE(0xa92b4efc, 0);
  md.writeUInt32LE(1, 4);
  md.writeBigUInt64LE(BigInt((128 * MIB) / SECTOR), 128);
  const places = await plan(2 * GIB, [[4096, md]]);
  expect(covers(places, 128 * MIB, 16 * MIB)).toBe(true);
});

test('places that overlap or touch become one, and are cut at the bounds', () => {
  const place = (position: number, length: number) => ({ position, length });
  expect(
    mergePlaces([place(8, 4), place(0, 4), place(4, 4), place(20, 2), place(9, 1), place(3, 0)]),
  ).toEqual([place(0, 12), place(20, 2)]);
  expect(clipPlace(place(700, 600), place(512, 1024), 512)).toEqual(place(512, 1024));
  expect(clipPlace(place(0, 100), place(512, 1024), 512).length).toBe(0);
  expect(clipPlace(place(4000, 100), place(512, 1024), 512).length).toBe(0);
  expect([...cutInChunks([place(0, 5), place(10, 2)], 2)]).toEqual([
    place(0, 2),
    place(2, 2),
    place(4, 1),
    place(10, 2),
  ]);
});
