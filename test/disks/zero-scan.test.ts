// Reading every byte: what is found, where, and everything that must not pass for zeros.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import type { DiskScan } from '../../src/contracts/facts/disk-flags.ts';
import { closeDevice, openDevice } from '../../src/disks/open-device.ts';
import { startScan } from '../../src/disks/scan-disk.ts';
import type { Progress } from '../../src/disks/progress-meter.ts';
import { findNotZero, scanZeros } from '../../src/disks/zero-scan.ts';
import { makeFolder, run, whyNoLoop } from '../host/loop-device.ts';
import { blankLoop, machine, MIB } from './format-gear.ts';
import { insist, insistOnMount } from './insist.ts';
import { OWN } from './own-job.ts';

test.each([1, 2, 63, 64, 65, 127, 128, 4096, 4099])(
  'in %i bytes the first that is not zero is found',
  (size) => {
    const bytes = Buffer.alloc(size);
    expect(findNotZero(bytes)).toBeUndefined();
    for (const at of new Set([0, 1, 63, 64, 65, size - 65, size - 64, size - 2, size - 1])) {
      if (at < 0 || at >= size) continue;
      const marked = Buffer.from(bytes);
      marked[at] = 0x80;
      marked[size - 1] = 1;
      expect(findNotZero(marked)).toBe(at);
    }
  },
);

const why = whyNoLoop('setpriv', 'blockdev');

describe.skipIf(why !== undefined)('a scan', () => {
  test('of zeros is zero, with as many bytes as the device has', async () => {
    // Neither a multiple of a chunk nor of a page.
    const { name } = blankLoop({ bytes: 13 * MIB + 512 * 3 });
    const scan = await scanNow(name);
    expect(scan).toMatchObject({ state: 'zero', bytes_done: 13 * MIB + 1536, bytes_total: 13 * MIB + 1536 });
  });

  test.each([0, 511, 4 * MIB - 1, 4 * MIB, 9 * MIB + 7, 20 * MIB - 1])(
    'finds one byte at %i',
    async (position) => {
      const { image, name } = blankLoop({ bytes: 20 * MIB });
      writeByte(image, position);
      expect(await scanNow(name)).toMatchObject({ state: 'not-zero', detail: String(position) });
    },
  );

  test('names the first of two bytes, whichever was read first', async () => {
    const { image, name } = blankLoop({ bytes: 20 * MIB });
    writeByte(image, 4 * MIB + 1);
    writeByte(image, 3 * MIB);
    expect(await scanNow(name)).toMatchObject({ state: 'not-zero', detail: String(3 * MIB) });
  });

  test('finds what was written and waits in memory only', async () => {
    const { device, name } = blankLoop({ bytes: 20 * MIB });
    const fd = openSync(device, 'r+');
    onTestFinished(() => closeSync(fd));
    writeSync(fd, Buffer.from([1]), 0, 1, 10 * MIB);
    expect(await scanNow(name)).toMatchObject({ state: 'not-zero', detail: String(10 * MIB) });
  });

  test('of sectors of 4096 works, and finds a byte in the last', async () => {
    const { image, name } = blankLoop({ bytes: 8 * MIB + 4096, sectorBytes: 4096 });
    expect(await scanNow(name)).toMatchObject({ state: 'zero' });
    writeByte(image, 8 * MIB + 4095);
    expect(await scanNow(name)).toMatchObject({ state: 'not-zero', detail: String(8 * MIB + 4095) });
  });

  test('of a part that cannot be read fails and says where', async () => {
    const { image, name } = blankLoop({ bytes: 20 * MIB });
    run('truncate', '-s', '8M', image);
    const scan = await scanNow(name);
    expect(scan).toMatchObject({ state: 'failed' });
    expect(scan.detail).toMatch(/^EIO at byte 8388608$|^only \d+ of \d+ bytes at byte \d+$/);
  });

  test('of another size than was said fails, longer or shorter', async () => {
    const { name } = blankLoop({ bytes: 20 * MIB });
    expect(await scanNow(name, 16 * MIB)).toMatchObject({ state: 'failed' });
    const { device } = blankLoop({ bytes: 20 * MIB });
    const { fd } = await openDevice(device, 'read', machine.runTool);
    onTestFinished(async () => closeDevice(fd));
    const scan = async (sizeBytes: number) =>
      scanZeros({ fd, sizeBytes, clock: systemClock, signal: never(), onProgress: () => {} });
    expect(await scan(16 * MIB)).toEqual({
      state: 'failed',
      detail: `the device does not end at byte ${16 * MIB}`,
    });
    expect(await scan(24 * MIB)).toMatchObject({ state: 'failed' });
    expect(await scan(0)).toMatchObject({ state: 'failed' });
    expect(await scan(Number.NaN)).toMatchObject({ state: 'failed' });
    expect(await scan(20 * MIB)).toEqual({ state: 'zero' });
  });

  test('of a device that is written meanwhile proves nothing', async () => {
    const { device, name } = blankLoop({ bytes: 2048 * MIB });
    const scanning = startScan({ ...(await scanOf(name)), onProgress: () => {} });
    await untilRead(name);
    // Zeros over zeros, behind the place that is being read: only the counters tell.
    run('dd', 'if=/dev/zero', `of=${device}`, 'bs=4096', 'count=1', 'oflag=direct', 'conv=notrunc');
    expect(await scanning.done).toMatchObject({ state: 'failed', detail: 'written while it was read' });
  });

  test('is cancelled, and tells its progress no more than once a second', async () => {
    const { name } = blankLoop({ bytes: 262_144 * MIB });
    const told: DiskScan[] = [];
    const scanning = startScan({ ...(await scanOf(name)), onProgress: (scan) => void told.push(scan) });
    await sleep(2500);
    scanning.cancel();
    expect(await scanning.done).toMatchObject({ state: 'cancelled' });
    expect(told.length).toBeGreaterThan(1);
    expect(told.length).toBeLessThan(6);
    expect(told.at(-1)?.bytes_done).toBeGreaterThan(0);
    expect(told.at(-1)?.rate).toBeGreaterThan(0);
  });

  test('of a device that went away, or came back as another, reads nothing', async () => {
    const { device, name } = blankLoop();
    const options = await scanOf(name);
    const { device_number, size_bytes } = options.device;
    const nowhere = { ...options, device: { device_number: '259:104857', size_bytes } };
    expect(await startScan({ ...nowhere, onProgress: () => {} }).done).toMatchObject({ state: 'failed' });
    run('losetup', '--detach', device);
    const gone = startScan({ ...options, device: { device_number, size_bytes }, onProgress: () => {} });
    expect(await gone.done).toMatchObject({ state: 'failed' });
  });

  test('whose job cannot start says why', async () => {
    const { name } = blankLoop();
    const scanning = startScan({ ...(await scanOf(name)), own: ['/nonexistent/node'], onProgress: () => {} });
    const scan = await scanning.done;
    expect(scan).toMatchObject({ state: 'failed' });
    expect(scan.detail).toContain('/nonexistent/node');
  });

  test('of a mounted device is possible: it only reads', async () => {
    const { device, name } = blankLoop({ bytes: 20 * MIB });
    insist('mkfs.ext4', '-q', device);
    insistOnMount(join(makeFolder(), 'point'), '-o', 'ro', device);
    expect(await scanNow(name)).toMatchObject({ state: 'not-zero' });
  });

  test('says that it is stalled when nothing comes for two minutes', async () => {
    const { device } = blankLoop({ bytes: 2048 * MIB });
    const { fd } = await openDevice(device, 'read', machine.runTool);
    onTestFinished(async () => closeDevice(fd));
    const told: Progress[] = [];
    let jump = 0;
    await scanZeros({
      fd,
      sizeBytes: 2048 * MIB,
      // An hour passes between any two looks at it.
      clock: { now: () => 0, monotonic: () => (jump += 3_600_000) },
      signal: never(),
      onProgress: (progress) => void told.push(progress),
    });
    expect(told.at(-1)).toMatchObject({ stalled: true, bytesDone: 2048 * MIB });
  });
});

/** Until the reading has begun, however busy this machine is. */
async function untilRead(name: string): Promise<void> {
  const sectorsRead = () => Number(readFileSync(`/sys/block/${name}/stat`, 'utf8').trim().split(/\s+/)[2]);
  const before = sectorsRead();
  const enough = (20 * MIB) / 512;
  while (sectorsRead() - before < enough) await sleep(5);
}

const never = () => new AbortController().signal;

async function scanOf(name: string) {
  const device = { device_number: run('lsblk', '-dno', 'MAJ:MIN', `/dev/${name}`).trim(), size_bytes: 0 };
  device.size_bytes = Number(run('blockdev', '--getsize64', `/dev/${name}`));
  return { own: OWN, machine, device, idle: false };
}

async function scanNow(name: string, sizeBytes?: number): Promise<DiskScan> {
  const options = await scanOf(name);
  const device = { ...options.device, ...(sizeBytes === undefined ? {} : { size_bytes: sizeBytes }) };
  return startScan({ ...options, device, onProgress: () => {} }).done;
}

function writeByte(path: string, position: number): void {
  const fd = openSync(path, 'r+');
  writeSync(fd, Buffer.from([1]), 0, 1, position);
  closeSync(fd);
}
