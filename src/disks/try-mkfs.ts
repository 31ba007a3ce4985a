// Before anything is touched: makes the same file system on a file without contents, and verifies it. What
// is missing, or cannot be made of this size, shows here.
import { mkdtemp, open, rm, statfs, type FileHandle } from 'node:fs/promises';
import { errnoOf, messageOf } from '../base/errors.ts';
import type { RunTool } from '../base/run-tool.ts';
import { fileSystems } from './file-systems.ts';
import { failed } from './format-ended.ts';
import { runDiskTool, tellTool } from './run-disk-tool.ts';
import { whyNotAsWanted, type WantedFileSystem } from './verify-file-system.ts';

const FOLDER = '/var/tmp';
const LARGEST_BYTES = 2 ** 40;
/** A file system of the largest size takes a gigabyte for its journal, also on a file without contents. */
const ROOM_FOR_LARGEST_BYTES = 4 * 2 ** 30;
const SMALLER_BYTES = 2 ** 34;
const TRY_DEADLINE_MS = 300_000;

/** Throws a FormatEnded with what would go wrong. */
export async function tryMkfs(wanted: WantedFileSystem, sizeBytes: number, runTool: RunTool): Promise<void> {
  const file = await openNameless();
  try {
    const room = await statfs(FOLDER);
    const most = room.bavail * room.bsize > ROOM_FOR_LARGEST_BYTES ? LARGEST_BYTES : SMALLER_BYTES;
    await file.truncate(Math.min(sizeBytes, most));
    const { file: program, args } = fileSystems[wanted.fstype].mkfs;
    const made = await runDiskTool(
      { file: program, args: args(wanted), fd: file.fd, deadlineMs: TRY_DEADLINE_MS },
      runTool,
    );
    if (made.state !== 'ended') throw failed('E_TOOL', tellTool(program, made));
    if (made.code !== 0) throw failed('E_MKFS', `tried on a file: ${tellTool(program, made)}`);
    const why = await whyNotAsWanted(file.fd, wanted, runTool);
    if (why !== undefined) throw failed('E_TOOL', `tried on a file: ${why}`);
  } finally {
    await file.close();
  }
}

/** Without a name it is gone with us, however we end. */
async function openNameless(): Promise<FileHandle> {
  try {
    const folder = await mkdtemp(`${FOLDER}/felhom-trial-`);
    try {
      return await open(`${folder}/trial`, 'wx+', 0o600);
    } finally {
      await rm(folder, { recursive: true });
    }
  } catch (error) {
    throw failed('E_TOOL', `mkfs cannot be tried in ${FOLDER}: ${errnoOf(error) ?? messageOf(error)}`);
  }
}
