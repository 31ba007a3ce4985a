// Reads a small file that holds secrets: a regular one, of root or of who reads it, that nobody else may read.
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { errnoOf, messageOf } from './errors.ts';

export const MAX_PRIVATE_BYTES = 256 * 1024;
const OTHERS = 0o077;

/** It is there and must not, or cannot, be used. The message says why and quotes nothing of it. */
export class NotPrivate extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'NotPrivate';
  }
}

// A FIFO in its place opens at once, and is refused below. No link is followed.
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | constants.O_NOFOLLOW;

/** Undefined when there is none. */
export async function readPrivateFile(
  path: string,
  uid: number | undefined = process.getuid?.(),
): Promise<string | undefined> {
  try {
    const file = await open(path, FLAGS);
    try {
      const { mode, size, uid: owner } = await file.stat();
      if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw new NotPrivate('not a regular file');
      if (owner !== 0 && owner !== uid) throw new NotPrivate('belongs to another user');
      if ((mode & OTHERS) !== 0) throw new NotPrivate('others may read or write it: chmod 600');
      if (size > MAX_PRIVATE_BYTES) throw new NotPrivate('too large');
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    if (errnoOf(error) === 'ELOOP') throw new NotPrivate('it is a link: the file itself is needed', error);
    throw error instanceof NotPrivate ? error : new NotPrivate(errnoOf(error) ?? messageOf(error), error);
  }
}
