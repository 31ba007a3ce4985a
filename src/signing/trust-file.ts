// Files that decide who may approve: whoever could write into one, or into a folder above it, could approve by
// himself. So they are root's (or of who runs us), as sshd's StrictModes has it, or nothing in them counts.
import { constants, type Stats } from 'node:fs';
import { lstat, open, realpath, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf, messageOf } from '../base/errors.ts';

export const MAX_TRUST_FILE_BYTES = 64 * 1024;

/** The cluster's file system: what is written on one node appears on all of them. */
const REPLICATED = '/etc/pve';
/** No link is followed, and a FIFO in its place opens at once. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

export type TrustFile =
  | { readonly state: 'read'; readonly text: string }
  | { readonly state: 'missing' }
  | { readonly state: 'refused'; readonly detail: string };

/** What is wrong with the folder and the folders above it; nothing when only root can change what lies in it. */
export async function whyNoTrustFolder(folder: string): Promise<string | undefined> {
  const replicated = (path: string) => path === REPLICATED || path.startsWith(`${REPLICATED}/`);
  const why = `${REPLICATED} is copied to other hosts, which could then approve here: keep the files outside of it`;
  // Before it is touched: a cluster's file system that is gone stops whoever looks into it.
  if (replicated(folder)) return why;
  try {
    const real = await realpath(folder);
    if (replicated(real)) return why;
    if (real !== folder) return `its path leads over a link: name the folder itself, ${real}`;
    for (let path = folder; ; path = dirname(path)) {
      const stat = await lstat(path);
      if (!stat.isDirectory()) return `${path} is no folder`;
      if (!isOwnersOnly(stat, { sticky: path !== folder })) {
        return `others may write into ${path}: chown root ${path} && chmod go-w ${path}`;
      }
      if (path === dirname(path)) return undefined;
    }
  } catch (error) {
    return errnoOf(error) === 'ENOENT' ? `there is no folder ${folder}` : messageOf(error);
  }
}

export async function readTrustFile(path: string): Promise<TrustFile> {
  const refused = (detail: string): TrustFile => ({ state: 'refused', detail });
  let file: FileHandle;
  try {
    file = await open(path, FLAGS);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT') return { state: 'missing' };
    return refused(errno === 'ELOOP' ? 'it is a link: put the file itself there' : messageOf(error));
  }
  try {
    const stat = await file.stat();
    if (!stat.isFile()) return refused('it is no regular file');
    if (!isOwnersOnly(stat, { sticky: false })) {
      return refused(`others may write it: chown root ${path} && chmod go-w ${path}`);
    }
    const buffer = Buffer.alloc(MAX_TRUST_FILE_BYTES + 1);
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, bytes, buffer.length - bytes, null);
      bytes += bytesRead;
      if (bytes > MAX_TRUST_FILE_BYTES) return refused(`it is larger than ${MAX_TRUST_FILE_BYTES} bytes`);
      // A byte a letter: what is beyond ASCII stays what it is, and is refused where it has no place.
      if (bytesRead === 0) return { state: 'read', text: buffer.toString('latin1', 0, bytes) };
    }
  } catch (error) {
    return refused(messageOf(error));
  } finally {
    await file.close();
  }
}

/** In a folder like /tmp everybody may make files, but nobody may take away those of others. */
function isOwnersOnly({ mode, uid }: Stats, { sticky }: { sticky: boolean }): boolean {
  const owned = uid === 0 || uid === process.geteuid?.();
  const closed = (mode & 0o022) === 0;
  return owned && (closed || (sticky && uid === 0 && (mode & 0o1000) !== 0));
}
