// A small ext4 on a loop device, mounted where the test wants it; needs root.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../setup/find-program.ts';

export type LoopMount = { readonly mountPoint: string; readonly release: () => void };

/** Why a loop device cannot be mounted here; nothing when it can. */
export function whyNoLoopMount(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root to mount a loop device';
  const missing = ['mkfs.ext4', 'losetup', 'mount'].find((name) => findProgram(name) === undefined);
  return missing === undefined ? undefined : `needs ${missing}`;
}

export function mountLoop(name: string, label = 'felhom-test'): LoopMount {
  const folder = mkdtempSync(join(tmpdir(), 'felhom-loop-'));
  const image = join(folder, 'image');
  const mountPoint = join(folder, name);
  const run = (program: string, ...args: string[]) => execFileSync(findProgram(program) ?? program, args);
  writeFileSync(image, '');
  truncateSync(image, 16 * 1024 * 1024);
  mkdirSync(mountPoint);
  run('mkfs.ext4', '-q', '-m', '0', '-L', label, image);
  // The kernel frees the loop device when it is unmounted.
  run('mount', '-o', 'loop', image, mountPoint);
  return {
    mountPoint,
    release: () => {
      run('umount', mountPoint);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
