// Adds to the end of a file, and comes back only when it is on the disk.
import { constants } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from './sync-folder.ts';

const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;

/**
 * Gives back the file's new length. Throws the errno of what went wrong: a part may have been written then.
 * With `expected`, throws when the file is not that long before: somebody else wrote to it.
 */
export async function appendFile(
  path: string,
  text: string,
  { mode = 0o600, expected }: { readonly mode?: number; readonly expected?: number } = {},
): Promise<number> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = await open(path, FLAGS, mode);
  let before: number;
  try {
    before = (await file.stat()).size;
    if (expected !== undefined && before !== expected) throw new FileChanged(path, expected, before);
    await file.writeFile(text, 'utf8');
    await file.sync();
  } finally {
    await file.close();
  }
  if (before === 0) await syncFolder(folder);
  return before + Buffer.byteLength(text, 'utf8');
}

export class FileChanged extends Error {
  constructor(path: string, expected: number, found: number) {
    super(`${path} has ${found} bytes where ${expected} were written: somebody else changed it`);
    this.name = 'FileChanged';
  }
}
