// The image of the tests' containers: a static busybox and the names it is called by.
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findBusybox } from './daemon.ts';

const APPLETS = ['sh', 'sleep', 'echo', 'printf', 'cat', 'true', 'false', 'test', 'yes', 'seq', 'head'];

/** A tar archive for `importImage`. */
export async function makeBusyboxArchive(): Promise<Buffer> {
  const busybox = findBusybox();
  if (busybox === undefined) throw new Error('no static busybox');
  const folder = await mkdtemp(join(tmpdir(), 'felhom-image-'));
  try {
    await mkdir(join(folder, 'bin'));
    await copyFile(busybox, join(folder, 'bin/busybox'));
    for (const name of APPLETS) await symlink('busybox', join(folder, 'bin', name));
    const run = promisify(execFile);
    const packed = await run('tar', ['-C', folder, '-c', 'bin'], {
      encoding: 'buffer',
      maxBuffer: 64 * 1024 * 1024,
    });
    return packed.stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
