// Reads every byte of a device and tells whether all of them are zero. Two reads are always under way, so
// that the device never waits for us; every doubt (an error, a short read, another size) is a failure.
import { read } from 'node:fs';
import type { Clock } from '../base/clock.ts';
import { errnoOf, messageOf } from '../base/errors.ts';
import { cutInChunks, sumOf, type Place } from './places.ts';
import { createMeter, type Progress } from './progress-meter.ts';

export type ScanResult =
  | { readonly state: 'zero' }
  /** The offset of the first byte that is not zero. */
  | { readonly state: 'not-zero'; readonly offset: number }
  | { readonly state: 'failed'; readonly detail: string }
  | { readonly state: 'cancelled' };

type Asked = Place & { readonly bytes: Buffer };
type Arrived = Asked & { readonly error?: string; readonly got: number };

export const CHUNK_BYTES = 4 * 1024 * 1024;
const READS_AHEAD = 2;
/** Direct reads need memory at a multiple of at most this. */
const ALIGNMENT = 4096;
const TRY_BYTES = 4096;

/** The descriptor must be open for reading, past the page cache. It is not closed, and nothing is read after the end. */
export async function scanZeros(options: {
  readonly fd: number;
  readonly sizeBytes: number;
  /** Parts of it that alone are read, in this order; else all. */
  readonly places?: readonly Place[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** At most once a second, and once more at the end. */
  readonly onProgress: (progress: Progress) => void;
}): Promise<ScanResult> {
  const { fd, sizeBytes, signal } = options;
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes <= 0) return failed(`a size of ${sizeBytes} bytes`, 0);
  const { places = [{ position: 0, length: sizeBytes }] } = options;
  const meter = createMeter({ ...options, bytesTotal: sumOf(places) });
  const underWay: Promise<Arrived>[] = [];
  try {
    // One more than are read ahead: a chunk is looked at while the next two are under way.
    const free: Buffer[] = [];
    while (free.length <= READS_AHEAD) free.push(await makeAligned(fd));
    const chunks = cutInChunks(places, CHUNK_BYTES);
    const ask = () => {
      const chunk = chunks.next().value;
      const bytes = chunk === undefined ? undefined : free.pop();
      if (chunk !== undefined && bytes !== undefined) underWay.push(readChunk(fd, { ...chunk, bytes }));
    };
    for (let ahead = 0; ahead < READS_AHEAD; ahead += 1) ask();
    for (;;) {
      const arriving = underWay[0];
      if (arriving === undefined) break;
      const chunk = await arriving;
      void underWay.shift();
      if (signal.aborted) return { state: 'cancelled' };
      ask();
      if (chunk.error !== undefined) return failed(chunk.error, chunk.position);
      if (chunk.got !== chunk.length)
        return failed(`only ${chunk.got} of ${chunk.length} bytes`, chunk.position);
      const found = findNotZero(chunk.bytes.subarray(0, chunk.length));
      if (found !== undefined) return { state: 'not-zero', offset: chunk.position + found };
      free.push(chunk.bytes);
      meter.add(chunk.length);
    }
    return await confirmEnd(fd, sizeBytes, free);
  } catch (error) {
    return { state: 'failed', detail: errnoOf(error) ?? messageOf(error) };
  } finally {
    // The kernel still writes into their memory, and the descriptor must not be another file's meanwhile.
    await Promise.all(underWay);
    meter.stop();
  }
}

const failed = (detail: string, position: number): ScanResult => ({
  state: 'failed',
  detail: `${detail} at byte ${position}`,
});

/** Never rejects: nobody may be waiting for it any more. */
async function readChunk(fd: number, chunk: Asked): Promise<Arrived> {
  return new Promise((resolve) => {
    read(fd, chunk.bytes, 0, chunk.length, chunk.position, (error, got) => {
      if (error === null) resolve({ ...chunk, got });
      else resolve({ ...chunk, got: 0, error: errnoOf(error) ?? messageOf(error) });
    });
  });
}

/** The device must end where it was said to: what lies behind was not read. */
async function confirmEnd(fd: number, sizeBytes: number, free: readonly Buffer[]): Promise<ScanResult> {
  const [bytes] = free;
  if (bytes === undefined) throw new Error('no memory is left to read into');
  const behind = await readChunk(fd, { position: sizeBytes, length: TRY_BYTES, bytes });
  if (behind.error !== undefined) return failed(behind.error, sizeBytes);
  return behind.got === 0 ? { state: 'zero' } : failed('the device does not end', sizeBytes);
}

/** A buffer of one chunk at an address that the device takes; found by trying, as JavaScript knows no addresses. */
export async function makeAligned(fd: number): Promise<Buffer> {
  const memory = Buffer.allocUnsafeSlow(CHUNK_BYTES + ALIGNMENT);
  for (let offset = 0; offset < ALIGNMENT; offset += 8) {
    const bytes = memory.subarray(offset, offset + CHUNK_BYTES);
    const tried = await readChunk(fd, { position: 0, length: TRY_BYTES, bytes });
    if (tried.error !== 'EINVAL') return bytes;
  }
  throw new Error('the device takes no direct reads');
}

const STRIDE = 64;

/** Equal to itself a stride further on, and zero in the first stride: all zero, by memcmp(3) alone. */
export function findNotZero(bytes: Buffer): number | undefined {
  const first = bytes.subarray(0, STRIDE).findIndex((byte) => byte !== 0);
  if (first >= 0) return first;
  if (bytes.length <= STRIDE) return undefined;
  if (bytes.subarray(STRIDE).equals(bytes.subarray(0, bytes.length - STRIDE))) return undefined;
  return bytes.findIndex((byte) => byte !== 0);
}
