// What lies on one device: signatures, partition tables, and bytes at places where data would be found.
import type { BlockDevice } from '../contracts/facts/disks.ts';
import { failed, type Reading } from '../contracts/reading.ts';
import type { Machine } from '../host/machine.ts';
import { EXT_SUPERBLOCK, parseLastMounted, type LastMounted } from './last-mounted.ts';
import type { Content, HiddenPartition } from './look.ts';
import {
  parsePartitionTables,
  PLACE_HOLDERS,
  type PartitionTable,
  type ReadBytes,
} from './partition-tables.ts';
import { probeRaw, type Piece, type RawProbe, type ReadPiece } from './raw-probe.ts';
import { edgesOf, samplePlaces } from './sample-places.ts';
import { readBlkid, readWipefs } from './signatures.ts';

const DEADLINE_MS = 30_000;
const SECTOR_BYTES = 512;

/** `known`: first bytes of the partitions that have a node of their own. */
export async function readContent(
  machine: Machine,
  device: BlockDevice,
  known: ReadonlySet<number>,
  sectorBytes: number | null,
  signal: AbortSignal,
): Promise<Content> {
  const { path, size_bytes: sizeBytes } = device;
  const ask = async (pieces: readonly Piece[]) =>
    probeRaw(machine, { path, flush: false, exclusive: false, pieces, deadlineMs: DEADLINE_MS, signal });
  const probe = await ask([...edgesOf(sizeBytes), ...samplePlaces(sizeBytes)]);
  const blkid = await readBlkid(machine, path, signal);
  const wipefs = await readWipefs(machine, path, signal);
  const { tables, missed } = await readTables(probe, ask, sizeBytes, sectorBytes ?? SECTOR_BYTES);
  const hidden: HiddenPartition[] = [];
  const unknown = unknownPartitions(tables, known);
  for (const { number, start, size, uuid } of unknown.slice(0, MAX_HIDDEN)) {
    const area = { start, size };
    hidden.push({
      number,
      start,
      size,
      uuid,
      blkid: await readBlkid(machine, path, signal, area),
      lastMounted: await readLastMounted(area, ask),
    });
  }
  const { source, at } = probe;
  const overlooked =
    unknown.length > MAX_HIDDEN
      ? failed('garbage', source, at, `more than ${MAX_HIDDEN} partitions that the kernel does not show`)
      : undefined;
  // A read that failed at once says more than that a later one did.
  const isSick = probe.state !== 'ok' || probe.value.readErrors.length > 0;
  const lastMounted = lastMountedOf(probe, EXT_SUPERBLOCK.offset);
  return {
    probe: isSick ? probe : (missed ?? overlooked ?? probe),
    blkid,
    wipefs,
    tables,
    hidden,
    lastMounted,
  };
}

async function readLastMounted(
  { start, size }: { readonly start: number; readonly size: number },
  ask: (pieces: readonly Piece[]) => Promise<Reading<RawProbe>>,
): Promise<LastMounted> {
  const { offset, length } = EXT_SUPERBLOCK;
  if (offset + length > size) return parseLastMounted(undefined);
  return lastMountedOf(await ask([{ offset: start + offset, length }]), start + offset);
}

function lastMountedOf(probe: Reading<RawProbe>, offset: number): LastMounted {
  const pieces = probe.state === 'ok' ? probe.value.pieces : [];
  return parseLastMounted(cut(pieces, offset, EXT_SUPERBLOCK.length));
}

/** Entries may lie beyond what was read at first: those pieces are read when they are asked for. */
async function readTables(
  probe: Reading<RawProbe>,
  ask: (pieces: readonly Piece[]) => Promise<Reading<RawProbe>>,
  sizeBytes: number,
  sectorBytes: number,
): Promise<{ readonly tables: readonly PartitionTable[]; readonly missed: Reading<RawProbe> | undefined }> {
  if (probe.state !== 'ok' || 'errno' in probe.value.opened) return { tables: [], missed: undefined };
  const pieces: ReadPiece[] = [...probe.value.pieces];
  let missed: Reading<RawProbe> | undefined;
  const read: ReadBytes = async (offset, length) => {
    if (offset < 0 || offset + length > sizeBytes) return undefined;
    const there = cut(pieces, offset, length);
    if (there !== undefined) return there;
    const start = Math.floor(offset / PAGE_BYTES) * PAGE_BYTES;
    const end = Math.min(sizeBytes, Math.ceil((offset + length) / PAGE_BYTES) * PAGE_BYTES);
    const more = await ask([{ offset: start, length: end - start }]);
    if (more.state !== 'ok') missed = more;
    else if (more.value.pieces.length === 0)
      missed = failed('io-error', more.source, more.at, `at ${offset}`);
    else pieces.push(...more.value.pieces);
    return cut(pieces, offset, length);
  };
  const tables = await parsePartitionTables(read, sizeBytes, sectorBytes);
  return { tables, missed };
}

const PAGE_BYTES = 16 * 1024;

function cut(pieces: readonly ReadPiece[], offset: number, length: number): Buffer | undefined {
  for (const piece of pieces) {
    if (offset < piece.offset || offset + length > piece.offset + piece.length) continue;
    const from = offset - piece.offset;
    return piece.bytes === null ? Buffer.alloc(length) : piece.bytes.subarray(from, from + length);
  }
  return undefined;
}

/** Of several tables that tell of the same place, the first. */
function unknownPartitions(tables: readonly PartitionTable[], known: ReadonlySet<number>) {
  const seen = new Set(known);
  return tables
    .flatMap(({ partitions }) => partitions)
    .filter(({ type }) => !PLACE_HOLDERS.has(type))
    .filter(({ start }) => {
      if (seen.has(start)) return false;
      seen.add(start);
      return true;
    });
}

/** As many as a GPT usually has room for. */
const MAX_HIDDEN = 128;
