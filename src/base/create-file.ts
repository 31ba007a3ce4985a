// Makes a file that must not be there yet: who makes it first has it, and it survives a loss of power.
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from './errors.ts';
import { syncFolder } from './sync-folder.ts';

/** False when it is there already. Throws the errno of what went wrong; then it was not made. */
export async function createFile(path: string, text: string, mode = 0o600): Promise<boolean> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = await open(path, 'wx', mode).catch((error: unknown) => {
    if (errnoOf(error) === 'EEXIST') return undefined;
    throw error;
  });
  if (file === undefined) return false;
  try {
    try {
      await file.writeFile(text, 'utf8');
      await file.sync();
    } finally {
      await file.close();
    }
    await syncFolder(folder);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  return true;
}
