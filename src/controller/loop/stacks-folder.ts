// Is the stacks folder the right one? An absent mount looks like an empty folder, and a service that is made anew on
// it begins with default credentials. So the folder holds a sentinel, and what stood in it is remembered.
import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createFile } from '../../base/create-file.ts';
import { randomUuid } from '../../base/digest.ts';
import { errnoOf, messageOf } from '../../base/errors.ts';
import type { StacksFolder } from '../plan/state.ts';

/** The bootstrap unit makes folder and sentinel once. */
const SENTINEL = '.felhom-stacks';

const CONTENT = /^[A-Za-z0-9-]{8,100}$/;
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export type LookedAt = { readonly folder: StacksFolder; readonly sentinel: string | null };

export async function readStacksFolder(
  dir: string,
  {
    remembered,
    lost,
    misplaced,
  }: {
    readonly remembered: string | null;
    /** Why it is not known what is remembered. */
    readonly lost: string | null;
    /** Why the daemon does not see the folder where we see it. */
    readonly misplaced: string | null;
  },
): Promise<LookedAt> {
  const wrong = (why: string): LookedAt => ({ folder: { state: 'wrong', why }, sentinel: null });
  if (misplaced !== null) return wrong(misplaced);
  if (lost !== null) {
    return wrong(
      `${lost}, so that nobody knows whether ${dir} is the right folder: remove that file when it is`,
    );
  }
  let found: string;
  try {
    found = await readSentinel(join(dir, SENTINEL));
  } catch (error) {
    return wrong(
      errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR'
        ? `${join(dir, SENTINEL)} is not there: the stacks folder is not mounted, or is another one`
        : `${join(dir, SENTINEL)} cannot be read: ${messageOf(error)}`,
    );
  }
  if (!CONTENT.test(found)) return wrong(`${join(dir, SENTINEL)} holds no id`);
  if (remembered === null) return { folder: { state: 'new' }, sentinel: found };
  if (remembered === found) return { folder: { state: 'right' }, sentinel: found };
  return wrong(`${dir} is another stacks folder than the one that this controller knows: its id differs`);
}

/**
 * For a controller that runs in no container and starts for the first time: there is no unit that made the folder.
 * One that holds anything is left as it is.
 */
export async function makeStacksFolder(dir: string): Promise<void> {
  const entries = await readdir(dir).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  });
  if (entries.length > 0) return;
  await mkdir(dir, { recursive: true, mode: 0o755 });
  await createFile(join(dir, SENTINEL), `${randomUuid()}\n`, 0o444);
}

async function readSentinel(path: string): Promise<string> {
  const folder = await lstat(join(path, '..'));
  if (!folder.isDirectory() || (folder.mode & 0o022) !== 0) {
    throw new Error('the stacks folder is a link, or others may write to it');
  }
  const file = await open(path, READ);
  try {
    const stat = await file.stat();
    if (!stat.isFile() || stat.size > 1000) throw new Error('it is no small file');
    return (await file.readFile('utf8')).trim();
  } finally {
    await file.close();
  }
}
