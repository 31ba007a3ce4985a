// Writes zeros to parts of a device. Several writes are always under way, so that the device never waits for
// us; every doubt (an error, a short write) is a failure, and nothing is tried twice.
import { fsync, write } from 'node:fs';
import type { Clock } from '../base/clock.ts';
import { errnoOf, messageOf } from '../base/errors.ts';
import { cutInChunks, sumOf, type Place } from './places.ts';
import { createMeter, type Progress } from './progress-meter.ts';
import { CHUNK_BYTES, makeAligned } from './zero-scan.ts';

export type WriteResult =
  | { readonly state: 'written' }
  /** With the errno and the offset. */
  | { readonly state: 'failed'; readonly detail: string }
  | { readonly state: 'cancelled' };

/** A thread of the four that Node has is left for all else. */
const WRITES_UNDER_WAY = 3;

/** The descriptor must be open for writing, past the page cache. What was written may still be in the device's memory. */
export async function writeZeros(options: {
  readonly fd: number;
  readonly places: readonly Place[];
  readonly clock: Clock;
  /** Looked at between chunks. */
  readonly signal: AbortSignal;
  /** At most once a second, and once more at the end. */
  readonly onProgress: (progress: Progress) => void;
}): Promise<WriteResult> {
  const { fd, places, signal } = options;
  const meter = createMeter({ ...options, bytesTotal: sumOf(places) });
  const underWay: Promise<Written>[] = [];
  try {
    const zeros = await makeAligned(fd);
    // What it was tried with was read from the device.
    zeros.fill(0);
    const chunks = cutInChunks(places, CHUNK_BYTES);
    const ask = () => {
      const chunk = chunks.next().value;
      if (chunk !== undefined) underWay.push(writeChunk(fd, zeros, chunk));
    };
    for (let count = 0; count < WRITES_UNDER_WAY; count += 1) ask();
    for (;;) {
      const ending = underWay[0];
      if (ending === undefined) return { state: 'written' };
      const { why, length } = await ending;
      void underWay.shift();
      if (why !== undefined) return { state: 'failed', detail: why };
      meter.add(length);
      if (signal.aborted) return { state: 'cancelled' };
      ask();
    }
  } catch (error) {
    return { state: 'failed', detail: errnoOf(error) ?? messageOf(error) };
  } finally {
    // Nobody may be told that it is over while a write is under way.
    await Promise.all(underWay);
    meter.stop();
  }
}

type Written = { readonly length: number; readonly why: string | undefined };

/** Never rejects: nobody may be waiting for it any more. */
async function writeChunk(fd: number, zeros: Buffer, { position, length }: Place): Promise<Written> {
  return new Promise((resolve) => {
    write(fd, zeros, 0, length, position, (error, put) => {
      const short = put === length ? undefined : `only ${put} of ${length} bytes were taken`;
      const why = error === null ? short : (errnoOf(error) ?? messageOf(error));
      resolve({ length, why: why === undefined ? undefined : `${why} at byte ${position}` });
    });
  });
}

/** What could not be written is told to whoever asks for it to be synced, once to each descriptor. */
export async function whyNotSynced(fd: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    fsync(fd, (error) => resolve(error === null ? undefined : (errnoOf(error) ?? messageOf(error))));
  });
}
