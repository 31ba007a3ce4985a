// Writes a file whole or not at all: a new file beside it, synced, then renamed over it.
import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from './sync-folder.ts';

export type PreparedFile = {
  /** Puts it in place; the old file stands until then. */
  readonly commit: () => Promise<void>;
  readonly drop: () => Promise<void>;
};

/** Creates the folder if needed. Throws the errno of what went wrong; the old file then still stands. */
export async function writeFileWhole(path: string, text: string, mode = 0o600): Promise<void> {
  const file = await prepareFile(path, text, mode);
  await file.commit();
}

/** Everything but the last step: there is room for it, and it is on the disk. */
export async function prepareFile(path: string, text: string, mode = 0o600): Promise<PreparedFile> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(6).toString('hex')}.new`;
  const drop = async () => rm(temporary, { force: true });
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(text, 'utf8');
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await drop();
    throw error;
  }
  const commit = async () => {
    try {
      await rename(temporary, path);
    } catch (error) {
      await drop();
      throw error;
    }
    await syncFolder(folder);
  };
  return { commit, drop };
}
