// What a quick wipe zeroes: every known place of the device, of each partition on it that a table or the
// kernel tells of, and of what lies inside these. Only reads.
import { failed } from './format-ended.ts';
import { knownPlaces, TooManyPlaces, type Area } from './known-places.ts';
import { parsePartitionTables, type PartitionTable, type ReadBytes } from './partition-tables.ts';
import { clipPlace, mergePlaces, type Place } from './places.ts';

/** Tables inside partitions (a virtual machine's disk on one), and no deeper. */
const DEPTH = 2;
const MAX_AREAS = 1024;
/** Far more than so many partitions honestly have, and no more than fit in memory. */
const MAX_PLACES = 2 ** 20;
const RECORD_BYTES = 4096;
/** A table's numbers are those of the bridge (USB) behind which it was written. */
const BRIDGED_SECTORS = [512, 4096];
/** Where first partitions begin, today and until 2009: of a disk whose table is lost. */
const USUAL_STARTS = [2 ** 20, 63 * 512];

/** `partitions`: of the kernel. Throws a FormatEnded when it cannot be told; nothing is written then. */
export async function planQuickWipe(options: {
  readonly read: ReadBytes;
  readonly sizeBytes: number;
  readonly sectorBytes: number;
  readonly partitions: readonly Place[];
}): Promise<readonly Place[]> {
  const { read, sizeBytes, sectorBytes, partitions } = options;
  const device = { position: 0, length: sizeBytes };
  const tables: Place[] = [];
  const lost = USUAL_STARTS.map((position) => ({ position, length: sizeBytes - position }));
  const areas = [device, ...[...partitions, ...lost].map((one) => clipPlace(one, device, sectorBytes))];
  const known = new Set(areas.map(keyOf));
  const add = (area: Place) => {
    if (area.length === 0 || known.has(keyOf(area))) return;
    if (areas.length >= MAX_AREAS) throw failed('E_QUICK_WIPE', `more than ${MAX_AREAS} partitions`);
    known.add(keyOf(area));
    areas.push(area);
  };
  // What is found is looked into as well, a level further down each round.
  for (let [depth, from] = [0, 0]; depth < DEPTH; depth += 1) {
    const level = areas.slice(from);
    from = areas.length;
    for (const area of level) {
      const found = await lookInto(area, read, sectorBytes);
      for (const inner of found.areas) add(inner);
      tables.push(...found.tables);
    }
  }
  const places: Place[] = [...tables];
  try {
    for (const area of areas) {
      for (const { find } of knownPlaces) {
        const found = await find(areaOf(area, read));
        if (places.length + found.length > MAX_PLACES)
          throw failed('E_QUICK_WIPE', `more than ${MAX_PLACES} places`);
        places.push(...found.map((place) => clipPlace(shift(place, area.position), area, sectorBytes)));
      }
    }
  } catch (error) {
    throw error instanceof TooManyPlaces ? failed('E_QUICK_WIPE', error.message) : error;
  }
  return mergePlaces(places);
}

const keyOf = ({ position, length }: Place): string => `${position} ${length}`;

const shift = ({ position, length }: Place, by: number): Place => ({ position: position + by, length });

const areaOf = (area: Place, read: ReadBytes): Area => ({
  sizeBytes: area.length,
  read: async (offset, length) =>
    offset < 0 || offset + length > area.length ? undefined : read(area.position + offset, length),
});

/** Areas that were made to be devices of their own, and the records of tables that lie between them. */
async function lookInto(
  area: Place,
  read: ReadBytes,
  sectorBytes: number,
): Promise<{ readonly areas: readonly Place[]; readonly tables: readonly Place[] }> {
  const own = areaOf(area, read);
  const found: PartitionTable[] = [];
  for (const sector of new Set([sectorBytes, ...BRIDGED_SECTORS])) {
    found.push(...(await parsePartitionTables(own.read, own.sizeBytes, sector)));
  }
  const inside = (place: Place) => clipPlace(shift(place, area.position), area, sectorBytes);
  const partitions = found.flatMap((table) =>
    table.partitions.map(({ start, size }) => inside({ position: start, length: size })),
  );
  const records = found.flatMap(({ links }) =>
    links.map((position) => inside({ position, length: RECORD_BYTES })),
  );
  const members = (await findMemberData(own)).map(inside);
  return { areas: [...partitions, ...members], tables: records };
}

const MD_MAGIC = 0xa92b4efc;

/** Of a member of a mirror the whole content lies behind an offset, and is there without the RAID. */
async function findMemberData({ read, sizeBytes }: Area): Promise<readonly Place[]> {
  const places: Place[] = [];
  const atEnd = Math.floor((sizeBytes - 16 * 512) / 4096) * 4096;
  for (const position of [0, 4096, atEnd]) {
    const head = await read(position, 256);
    if (head === undefined || head.readUInt32LE(0) !== MD_MAGIC || head.readUInt32LE(4) !== 1) continue;
    // linux/raid/md_p.h, struct mdp_superblock_1: data_offset and data_size in sectors.
    const [offset, size] = [head.readBigUInt64LE(128), head.readBigUInt64LE(136)];
    if (offset * 512n >= BigInt(sizeBytes)) continue;
    const start = Number(offset) * 512;
    const length = size * 512n > BigInt(sizeBytes - start) ? sizeBytes - start : Number(size) * 512;
    places.push({ position: start, length: length === 0 ? sizeBytes - start : length });
  }
  return places;
}
