// The answer of `stat -f`, in a form that survives any mount point's name: fields end with NUL.
import type { StatsFs } from 'node:fs';
import type { FilesystemFill } from '../contracts/facts/filesystems.ts';

export type Statf = {
  readonly blockBytes: number;
  readonly blocks: number;
  readonly free: number;
  readonly available: number;
  readonly files: number;
  readonly filesFree: number;
};

/** Blocks are counted in fragments (statfs(2), `f_frsize`), which are smaller than the blocks on ZFS. */
export const fromStat = (stat: StatsFs): Statf => ({
  blockBytes: stat.frsize,
  blocks: stat.blocks,
  free: stat.bfree,
  available: stat.bavail,
  files: stat.files,
  filesFree: stat.ffree,
});

export const STATF_ARGS = ['-f', '--printf=%n\\0%S %b %f %a %c %d\\0', '--'] as const;

/** By mount point; what does not parse is left out. */
export function parseStatf(output: string): ReadonlyMap<string, Statf> {
  const answers = new Map<string, Statf>();
  const parts = output.split('\0');
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const [blockBytes, blocks, free, available, files, filesFree] = (parts[index + 1] ?? '')
      .split(' ')
      .map(toCount);
    if (blockBytes === undefined || blocks === undefined || free === undefined) continue;
    if (available === undefined || files === undefined || filesFree === undefined) continue;
    answers.set(parts[index] ?? '', { blockBytes, blocks, free, available, files, filesFree });
  }
  return answers;
}

const toCount = (text: string): number | undefined => (/^\d+$/.test(text) ? Number(text) : undefined);

/** File systems that make inodes as they need them; what they report as a total is an estimate or 0. */
const WITHOUT_INODES = new Set(['btrfs', 'zfs', 'bcachefs', 'vfat', 'msdos', 'exfat']);

export function toFill(answer: Statf, fsType: string): FilesystemFill {
  const used = Math.max(0, answer.blocks - answer.free);
  // Free for root and not for others can come as a number below zero, written as a huge one.
  const available = answer.available > answer.blocks ? 0 : answer.available;
  const counted = used + available;
  const hasInodes = answer.files > 0 && !WITHOUT_INODES.has(fsType);
  return {
    size_bytes: answer.blocks * answer.blockBytes,
    used_bytes: used * answer.blockBytes,
    available_bytes: available * answer.blockBytes,
    used_share: counted === 0 ? 1 : used / counted,
    inodes_total: hasInodes ? answer.files : null,
    inodes_used: hasInodes ? Math.max(0, answer.files - answer.filesFree) : null,
  };
}
