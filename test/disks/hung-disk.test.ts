// A disk that stops answering: whoever started the job lives on, and can let go of it.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { DiskScan } from '../../src/contracts/facts/disk-flags.ts';
import { startScan } from '../../src/disks/scan-disk.ts';
import { makeFolder, makeImage, nameDevice, quietly, run, whyNoLoop } from '../host/loop-device.ts';
import { createJournal, format, machine, MIB, orderFor } from './format-gear.ts';
import { OWN } from './own-job.ts';

test('a reading and a format of a disk that hangs can be given up', { timeout: 60_000 }, async (context) => {
  const why = existsSync('/dev/fuse') ? whyNoLoop('fuse2fs', 'mkfs.ext4') : 'needs /dev/fuse';
  if (why !== undefined) return context.skip(why);
  const { name, stop } = await makeStoppable();
  const order = await orderFor(name);
  stop();

  const told: DiskScan[] = [];
  const device = { device_number: order.identity.device_number, size_bytes: order.identity.size_bytes };
  const started = performance.now();
  const options = { own: OWN, machine, device, idle: false };
  const scanning = startScan({ ...options, onProgress: (scan) => void told.push(scan) });
  await sleep(2500);
  expect(told.at(-1)).toMatchObject({ state: 'running', bytes_done: 0 });
  scanning.cancel();
  expect(await scanning.done).toMatchObject({ state: 'cancelled' });
  expect(performance.now() - started).toBeLessThan(8000);

  const cancelled = new AbortController();
  setTimeout(() => cancelled.abort(), 1500);
  const journal = createJournal();
  expect(await format(order, journal, cancelled.signal)).toEqual({ state: 'cancelled', dirty: false });
  expect(journal.dirty).toBe(false);
});

/** A loop device over a file of a file system whose daemon can be stopped; it goes on when the test ends. */
async function makeStoppable() {
  const folder = makeFolder();
  const below = makeImage(folder, 'below.img', 64 * MIB);
  run('mkfs.ext4', '-q', below);
  const point = join(folder, 'point');
  mkdirSync(point);
  const daemon = spawn('fuse2fs', ['-f', below, point], { stdio: 'ignore' });
  const isMounted = () => readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${point} `);
  for (let tries = 0; tries < 100 && !isMounted(); tries += 1) await sleep(50);
  onTestFinished(async () => {
    daemon.kill('SIGCONT');
    for (let tries = 0; tries < 100 && isMounted(); tries += 1) {
      quietly('umount', point);
      await sleep(100);
    }
    daemon.kill();
  });
  const image = makeImage(point, 'disk.img', 32 * MIB);
  const device = execFileSync('losetup', ['--find', '--show', image], { encoding: 'utf8' }).trim();
  run('blockdev', '--setrw', device);
  nameDevice(device);
  onTestFinished(async () => {
    daemon.kill('SIGCONT');
    await sleep(500);
    quietly('losetup', '--detach', device);
  });
  return { name: device.slice('/dev/'.length), stop: () => daemon.kill('SIGSTOP') };
}
