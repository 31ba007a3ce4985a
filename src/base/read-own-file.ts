// Reads a file that this program has written itself: a regular one, no link, and not endless.
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { errnoOf } from './errors.ts';

const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const MAX_BYTES = 256 * 1024 * 1024;

/** Undefined when there is none. Throws when it cannot be read, or is none of ours. */
export async function readOwnFile(path: string): Promise<Buffer | undefined> {
  let file;
  try {
    file = await open(path, FLAGS);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new NotOurs(path, 'is no regular file');
    if (stat.size > MAX_BYTES) throw new NotOurs(path, 'is too large');
    return await file.readFile();
  } finally {
    await file.close();
  }
}

class NotOurs extends Error {
  /** As the system's own errors have one. */
  readonly code = 'EINVAL';

  constructor(path: string, why: string) {
    super(`${path} ${why}`);
    this.name = 'NotOurs';
  }
}
