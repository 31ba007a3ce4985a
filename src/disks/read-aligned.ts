// Reads small pieces of a device past the page cache, whatever their place and length.
import { read } from 'node:fs';
import { errnoOf, messageOf } from '../base/errors.ts';
import { failed } from './format-ended.ts';
import type { ReadBytes } from './partition-tables.ts';
import { CHUNK_BYTES, makeAligned } from './zero-scan.ts';

const ALIGNMENT = 4096;

/** Nothing for what lies outside. Throws a FormatEnded when it cannot be read. One read at a time. */
export async function createReadBytes(fd: number, sizeBytes: number): Promise<ReadBytes> {
  const memory = await makeAligned(fd);
  return async (offset, length) => {
    if (offset < 0 || offset + length > sizeBytes || length > CHUNK_BYTES - ALIGNMENT) return undefined;
    const start = Math.floor(offset / ALIGNMENT) * ALIGNMENT;
    const end = Math.min(sizeBytes, Math.ceil((offset + length) / ALIGNMENT) * ALIGNMENT);
    const got = await new Promise<number>((resolve, reject) => {
      read(fd, memory, 0, end - start, start, (error, bytes) => {
        if (error === null) resolve(bytes);
        else reject(failed('E_READ', `${errnoOf(error) ?? messageOf(error)} at byte ${start}`));
      });
    });
    if (got < offset + length - start) throw failed('E_READ', `only ${got} bytes at byte ${start}`);
    return Buffer.from(memory.subarray(offset - start, offset - start + length));
  };
}
