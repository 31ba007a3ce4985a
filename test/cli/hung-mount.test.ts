// A mount whose daemon stopped: doctor names it in time, and everything else is still read.
import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { allOutputs } from '../../src/contracts/outputs.ts';
import { findProgram } from '../setup/find-program.ts';
import { runChild } from './run.ts';

test('doctor names a mount that hangs and how to let go of it, and the rest is live', async (context) => {
  const why = whyNoFuse();
  if (why !== undefined) return context.skip(why);
  const { mountPoint, stop, release } = await mountFuse();
  try {
    stop();
    const started = performance.now();
    const ran = await runChild(['doctor', '--json']);
    expect(performance.now() - started).toBeLessThan(10_000);
    const { findings, rules } = allOutputs.doctor.parse(JSON.parse(ran.out));
    const hung = findings.find(({ id }) => id === `filesystem-hung:${mountPoint}`);
    expect(hung).toMatchObject({ severity: 'fail' });
    expect(hung?.told.cure).toContain(`umount -l ${mountPoint}`);
    expect(rules.filter(({ state }) => state === 'unknown')).toEqual([]);
  } finally {
    release();
  }
});

function whyNoFuse(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root to mount';
  if (!existsSync('/dev/fuse')) return 'needs /dev/fuse';
  const missing = ['fuse2fs', 'mkfs.ext4', 'umount'].find((name) => findProgram(name) === undefined);
  return missing === undefined ? undefined : `needs ${missing}`;
}

async function mountFuse() {
  const folder = mkdtempSync(join(tmpdir(), 'felhom-hung-'));
  const [image, mountPoint] = [join(folder, 'image'), join(folder, 'mount')];
  const program = (name: string) => findProgram(name) ?? name;
  writeFileSync(image, '');
  truncateSync(image, 16 * 1024 * 1024);
  mkdirSync(mountPoint);
  execFileSync(program('mkfs.ext4'), ['-q', image]);
  const daemon = spawn(program('fuse2fs'), ['-f', image, mountPoint], { stdio: 'ignore' });
  const isMounted = () => readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${mountPoint} `);
  for (let tries = 0; tries < 100 && !isMounted(); tries += 1) await sleep(50);
  return {
    mountPoint,
    stop: () => daemon.kill('SIGSTOP'),
    release: () => {
      daemon.kill('SIGCONT');
      execFileSync(program('umount'), [mountPoint]);
      daemon.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
