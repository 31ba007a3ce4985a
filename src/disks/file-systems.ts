// The file systems that a format can make: one row each. No arguments that force anything: a program that
// sees a reason to refuse shall refuse.
import type { FormatType } from '../contracts/facts/operations.ts';

type Wanted = { readonly uuid: string; readonly sectorBytes: number };
/** The device comes last. */
type Program = { readonly file: string; readonly args: (wanted: Wanted) => readonly string[] };

export type FileSystem = {
  readonly mkfs: Program;
  /** Reads only, and ends with 0 when all is well. */
  readonly check: Program;
};

/**
 * Block and sector sizes are said, so that the trial on a file gives what the device will get. Nothing is
 * discarded: every byte was proven zero, or an operator chose how much is, and what a disk answers after a discard is its own affair.
 */
export const fileSystems = {
  ext4: {
    mkfs: {
      file: 'mkfs.ext4',
      args: ({ uuid }) => ['-q', '-b', '4096', '-E', 'nodiscard', '-U', uuid],
    },
    check: { file: 'e2fsck', args: () => ['-f', '-n'] },
  },
  xfs: {
    mkfs: {
      file: 'mkfs.xfs',
      args: ({ uuid, sectorBytes }) => ['-q', '-K', '-s', `size=${sectorBytes}`, '-m', `uuid=${uuid}`],
    },
    check: { file: 'xfs_repair', args: () => ['-n'] },
  },
  btrfs: {
    mkfs: {
      file: 'mkfs.btrfs',
      args: ({ uuid }) => ['-q', '--nodiscard', '--sectorsize', '4096', '-U', uuid],
    },
    // It refuses a device that is held exclusively, as it is by us; `--force` lets it read and no more.
    check: { file: 'btrfs', args: () => ['check', '--readonly', '--force'] },
  },
} as const satisfies Record<FormatType, FileSystem>;
