// Puts a service's folders and files below the stacks folder. We are root and a service owns some of these folders:
// what it plants there (a link, a FIFO, a folder in a file's place) must lead none of our writes elsewhere. So each
// step goes through the descriptor of the folder before it, no link is followed, and a file gets mode and owner
// before it gets its name.
import { constants } from 'node:fs';
import { mkdir, open, readdir, rename, rm, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { randomHex } from '../../base/digest.ts';
import { errnoOf } from '../../base/errors.ts';
import type { DesiredFile, DesiredFolder } from '../desired/desired.ts';

type Wanted = { readonly folders: readonly DesiredFolder[]; readonly files: readonly DesiredFile[] };
type Owner = { readonly mode: number; readonly uid: number; readonly gid: number };

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const MAKE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const MAX_BYTES = 4 * 1024 * 1024;
const OURS: Owner = { mode: 0o755, uid: 0, gid: 0 };
const TEMPORARY = /^\.felhom-[0-9a-f]{12}\.new$/;

/** Gives the paths that were written; what already is as it should be is left alone. */
export async function placeFiles(
  stacksDir: string,
  service: string,
  { folders, files }: Wanted,
): Promise<readonly string[]> {
  return inService(stacksDir, service, async (top) => {
    const listed = new Map(folders.map((folder) => [folder.path, folder]));
    for (const folder of folders) await enterFolder(top, folder.path, listed, async () => {});
    const written: string[] = [];
    for (const file of files) {
      const { parent, name } = split(file.path);
      await enterFolder(top, parent, listed, async (folder) => {
        await removeTorn(folder);
        if (sameFile(await readFile(folder, name), file)) return;
        await writeFile(folder, name, file);
        written.push(file.path);
      });
    }
    return written;
  });
}

/** Gives the first file that is not as it was put there; undefined when all are. Looks only. */
export async function findSpoilt(
  stacksDir: string,
  service: string,
  { files }: Pick<Wanted, 'files'>,
): Promise<string | undefined> {
  for (const file of files) {
    const { parent, name } = split(file.path);
    let folder;
    try {
      folder = await open(join(stacksDir, service, parent), FOLDER);
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errnoOf(error) ?? '')) return file.path;
      throw error;
    }
    try {
      if (!sameFile(await readFile(folder, name), file)) return file.path;
    } finally {
      await folder.close();
    }
  }
  return undefined;
}

/**
 * Removes folders of configurations that nothing needs any more (`stale-folders.ts` says which). They are root's, with
 * all in them, so that nothing was planted there.
 */
export async function removeStale(
  stacksDir: string,
  service: string,
  isStale: (found: readonly string[]) => readonly string[],
): Promise<readonly string[]> {
  return inService(stacksDir, service, async (top) => {
    const stale = isStale(await readdir(`/dev/fd/${top.fd}`));
    for (const name of stale) await rm(below(top, name), { recursive: true, force: true });
    if (stale.length > 0) await top.sync();
    return stale;
  });
}

/** The stacks folder itself is root's, and proven by its sentinel; from it on nothing is believed. */
async function inService<T>(
  stacksDir: string,
  service: string,
  work: (top: FileHandle) => Promise<T>,
): Promise<T> {
  const stacks = await open(stacksDir, FOLDER);
  try {
    const top = await openFolder(stacks, service, OURS);
    try {
      return await work(top);
    } finally {
      await top.close();
    }
  } finally {
    await stacks.close();
  }
}

/** `listed`: folders with an owner of their own; the others are ours. */
async function enterFolder(
  top: FileHandle,
  path: string,
  listed: ReadonlyMap<string, Owner>,
  work: (folder: FileHandle) => Promise<void>,
): Promise<void> {
  const opened: FileHandle[] = [];
  try {
    let folder = top;
    let walked = '';
    for (const name of path === '' ? [] : path.split('/')) {
      walked = walked === '' ? name : `${walked}/${name}`;
      folder = await openFolder(folder, name, listed.get(walked) ?? OURS);
      opened.push(folder);
    }
    await work(folder);
  } finally {
    for (const folder of opened.toReversed()) await folder.close();
  }
}

async function openFolder(parent: FileHandle, name: string, owner: Owner): Promise<FileHandle> {
  const path = below(parent, name);
  let folder = await open(path, FOLDER).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw barred(name, error);
  });
  if (folder === undefined) {
    // Closed to all until it has its owner.
    await mkdir(path, 0o700);
    await parent.sync();
    folder = await open(path, FOLDER).catch((error: unknown) => {
      throw barred(name, error);
    });
  }
  try {
    await own(folder, owner);
    return folder;
  } catch (error) {
    await folder.close();
    throw error;
  }
}

async function own(target: FileHandle, { mode, uid, gid }: Owner): Promise<void> {
  const found = await target.stat();
  if (found.uid !== uid || found.gid !== gid) await target.chown(uid, gid);
  if ((found.mode & 0o7777) !== mode) await target.chmod(mode);
}

/** What stands there as a plain file; anything else is undefined, and is replaced. */
async function readFile(folder: FileHandle, name: string): Promise<Omit<DesiredFile, 'path'> | undefined> {
  let file;
  try {
    file = await open(below(folder, name), READ);
  } catch (error) {
    // A link (ELOOP), a socket (ENXIO), nothing.
    if (['ENOENT', 'ELOOP', 'ENXIO'].includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
  try {
    const { mode, uid, gid, nlink, size } = await file.stat();
    if ((mode & constants.S_IFMT) !== constants.S_IFREG || nlink !== 1 || size > MAX_BYTES) return undefined;
    return { content: await file.readFile('utf8'), mode: mode & 0o7777, uid, gid };
  } finally {
    await file.close();
  }
}

const sameFile = (found: Omit<DesiredFile, 'path'> | undefined, wanted: DesiredFile): boolean =>
  found !== undefined &&
  found.content === wanted.content &&
  found.mode === wanted.mode &&
  found.uid === wanted.uid &&
  found.gid === wanted.gid;

async function writeFile(folder: FileHandle, name: string, wanted: DesiredFile): Promise<void> {
  const temporary = below(folder, `.felhom-${randomHex(6)}.new`);
  const file = await open(temporary, MAKE, 0o600);
  try {
    try {
      await file.writeFile(wanted.content, 'utf8');
      await own(file, wanted);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, below(folder, name));
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
  await folder.sync();
}

/** Files of a write that a crash ended. */
async function removeTorn(folder: FileHandle): Promise<void> {
  for (const name of await readdir(`/dev/fd/${folder.fd}`)) {
    if (TEMPORARY.test(name)) await unlink(below(folder, name)).catch(() => {});
  }
}

/** Through the open folder itself (openat(2), which Node does not have): its name may be moved meanwhile. */
function below(folder: FileHandle, name: string): string {
  if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name)) {
    throw new Error(`"${name}" is no name of a file`);
  }
  return `/dev/fd/${folder.fd}/${name}`;
}

function split(path: string): { readonly parent: string; readonly name: string } {
  const end = path.lastIndexOf('/');
  return end === -1 ? { parent: '', name: path } : { parent: path.slice(0, end), name: path.slice(end + 1) };
}

function barred(name: string, error: unknown): unknown {
  const errno = errnoOf(error);
  if (errno !== 'ELOOP' && errno !== 'ENOTDIR') return error;
  return Object.assign(
    new Error(`"${name}" is a link or a file where a folder of ours belongs: nothing is written there`, {
      cause: error,
    }),
    { code: errno },
  );
}
