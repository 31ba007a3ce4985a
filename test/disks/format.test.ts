// Formats on real loop devices: what comes of them, and all that must end them before a byte is written.
import { execFile } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, rmSync, symlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { FormatOrder } from '../../src/disks/format-order.ts';
import { FORMAT_TYPES } from '../../src/contracts/facts/operations.ts';
import {
  detachOurs,
  makeFolder,
  makeImage,
  mountAt,
  quietly,
  run,
  whyNoLoop,
  writePartitionTable,
} from '../host/loop-device.ts';
import {
  ALL_STAGES,
  attachAgain,
  blankLoop,
  createJournal,
  field,
  FITS_ALL,
  format,
  isZero,
  MIB,
  orderFor,
  tryRun,
} from './format-gear.ts';
import { insist, insistOnMount, insistOnOpen } from './insist.ts';

const why = whyNoLoop('mkfs.ext4', 'mkfs.xfs', 'mkfs.btrfs', 'pvcreate', 'setpriv');

describe.skipIf(why !== undefined)('a format', () => {
  test.each(FORMAT_TYPES.flatMap((fstype) => [512, 4096].map((sectorBytes) => ({ fstype, sectorBytes }))))(
    'of a blank device to $fstype with sectors of $sectorBytes ends with the chosen UUID',
    async ({ fstype, sectorBytes }) => {
      const { device, name } = blankLoop({ bytes: FITS_ALL, sectorBytes });
      const order = await orderFor(name, fstype);
      const journal = createJournal();
      expect(await format(order, journal)).toEqual({ state: 'done' });
      expect(journal.stages).toEqual(ALL_STAGES);
      expect(journal.loops).toHaveLength(1);
      expect(field(device, 'TYPE')).toBe(fstype);
      expect(field(device, 'UUID')).toBe(order.fs_uuid);
      expect(run('losetup', '--list', '--noheadings', '--output', 'BACK-FILE')).not.toContain(`${device}\n`);
      const point = join(makeFolder(), 'point');
      insistOnMount(point, '-t', fstype, device);
      expect(run('findmnt', '-no', 'FSTYPE', point).trim()).toBe(fstype);
    },
  );

  test('of a partition leaves its neighbour as it is', async () => {
    const image = makeImage(makeFolder(), 'parted.img', 200 * MIB);
    writePartitionTable(image, [
      [2048, 204_800],
      [206_848, 100_000],
    ]);
    const { device, name } = attachAgain(image);
    run('partx', '-a', device);
    onTestFinished(() => quietly('partx', '-d', device));
    insist('mkfs.ext4', '-q', `${device}p2`);
    const neighbour = field(`${device}p2`, 'UUID');
    const order = await orderFor(`${name}p1`);
    const journal = createJournal(() => {
      expect(tryRun('mkfs.ext4', '-q', '-F', device)).toBe(false);
    });
    expect(await format(order, journal)).toEqual({ state: 'done' });
    expect(field(`${device}p1`, 'UUID')).toBe(order.fs_uuid);
    expect(field(`${device}p2`, 'UUID')).toBe(neighbour);
    expect(tryRun('e2fsck', '-fn', `${device}p2`)).toBe(true);
  });

  test('that finds a byte which was written since leaves it and ends', async () => {
    const { device, image, name } = blankLoop();
    const order = await orderFor(name);
    const journal = createJournal((stage) => {
      if (stage === 'rechecked') writeByte(image, 43 * MIB + 45);
    });
    expect(await format(order, journal)).toEqual({
      state: 'invalid',
      code: 'E_NOT_BLANK',
      detail: `byte ${43 * MIB + 45} is not zero`,
    });
    expect(journal).toMatchObject({ stages: ['rechecked', 'zero_verified'], dirty: false });
    expect(field(device, 'TYPE')).toBe('');
  });

  test.each(ALL_STAGES)('keeps an intruder out when %s begins', async (stage) => {
    const { device, name } = blankLoop({ bytes: FITS_ALL });
    const point = join(makeFolder(), 'point');
    mkdirSync(point);
    onTestFinished(() => quietly('umount', '-l', point));
    const letIn: string[] = [];
    const journal = createJournal((now) => {
      if (now !== stage) return;
      if (tryRun('mkfs.ext4', '-q', '-F', device)) letIn.push('mkfs.ext4');
      if (tryRun('mkfs.xfs', '-f', device)) letIn.push('mkfs.xfs');
      if (tryRun('mount', '-o', 'ro', device, point)) letIn.push('mount');
      if (tryRun('pvcreate', '-ff', '-y', device)) letIn.push('pvcreate');
      if (tryRun('wipefs', '-a', device)) letIn.push('wipefs');
    });
    const order = await orderFor(name);
    expect(await format(order, journal)).toEqual({ state: 'done' });
    expect(letIn).toEqual([]);
    expect(field(device, 'UUID')).toBe(order.fs_uuid);
  });

  test('keeps out whoever never stops trying', async () => {
    const { device, name } = blankLoop();
    const order = await orderFor(name);
    let [tries, letIn] = [0, 0];
    const over = new AbortController();
    const intrude = async () => {
      while (!over.signal.aborted) {
        tries += 1;
        await new Promise<void>((resolve) => {
          execFile('mkfs.ext4', ['-q', '-F', device], (error) => {
            if (error === null) letIn += 1;
            resolve();
          });
        });
      }
    };
    let intruding = Promise.resolve();
    const journal = createJournal(async (stage) => {
      if (stage === 'rechecked') intruding = intrude();
      // After that it is anybody's.
      if (stage === 'released') {
        over.abort();
        await intruding;
      }
    });
    expect(await format(order, journal)).toEqual({ state: 'done' });
    expect(tries).toBeGreaterThan(5);
    expect(letIn).toBe(0);
    expect(field(device, 'UUID')).toBe(order.fs_uuid);
  });

  test('is what keeps them out: without it each of them gets in', () => {
    const { device } = blankLoop({ bytes: FITS_ALL });
    insist('mkfs.ext4', '-q', '-F', device);
    insist('wipefs', '-a', device);
    insist('pvcreate', '-ff', '-y', device);
    expect(field(device, 'TYPE')).toBe('LVM2_member');
    insist('mkfs.xfs', '-f', device);
    insistOnMount(join(makeFolder(), 'point'), '-o', 'ro', device);
  });

  test('of a mounted device says where it is mounted, and changes nothing', async () => {
    const { device, name } = blankLoop();
    const order = await orderFor(name);
    insist('mkfs.ext4', '-q', device);
    const uuid = field(device, 'UUID');
    const point = join(makeFolder(), 'point');
    insistOnMount(point, device);
    const journal = createJournal();
    const result = await format(order, journal);
    expect(result).toMatchObject({ state: 'held' });
    expect(JSON.stringify(result)).toContain(point);
    expect(journal).toMatchObject({ stages: [], dirty: false });
    expect(field(device, 'UUID')).toBe(uuid);
  });

  test('of a device that somebody holds exclusively is held', async () => {
    const { device, image, name } = blankLoop();
    const order = await orderFor(name);
    const fd = insistOnOpen(device, constants.O_RDWR | constants.O_EXCL);
    onTestFinished(() => closeSync(fd));
    expect(await format(order)).toMatchObject({ state: 'held' });
    expect(isZero(image)).toBe(true);
  });

  test('waits for whoever has it for a moment only', async () => {
    const { device, name } = blankLoop();
    const order = await orderFor(name);
    const fd = insistOnOpen(device, constants.O_RDONLY | constants.O_EXCL);
    const journal = createJournal();
    const formatting = format(order, journal);
    await sleep(700);
    expect(journal.stages).toEqual([]);
    closeSync(fd);
    expect(await formatting).toEqual({ state: 'done' });
  });

  test('is refused when another file lies behind the same node by now', async () => {
    const other = makeImage(makeFolder(), 'other.img', 64 * MIB);
    const { image, order } = await orderThenSwap(other);
    const journal = createJournal();
    const result = await format(order, journal);
    expect(result).toMatchObject({ state: 'invalid', code: 'E_DEVICE_CHANGED' });
    expect(JSON.stringify(result)).toContain('attachment');
    expect(journal.stages).toEqual([]);
    expect([isZero(image), isZero(other)]).toEqual([true, true]);
  });

  test('is refused when the by-id link leads elsewhere by now', async () => {
    const [first, second] = [blankLoop(), blankLoop()];
    const order = await orderFor(first.name);
    const link = order.identity.durable_id.replace('byid:', '/dev/disk/by-id/');
    rmSync(link);
    symlinkSync(second.device, link);
    expect(await format(order)).toMatchObject({ state: 'invalid' });
    expect([isZero(first.image), isZero(second.image)]).toEqual([true, true]);
  });

  test('is refused when a file system was made on it since', async () => {
    const { device, name } = blankLoop();
    const order = await orderFor(name);
    insist('mkfs.ext4', '-q', device);
    const uuid = field(device, 'UUID');
    expect(await format(order)).toMatchObject({ state: 'invalid', code: 'E_DEVICE_CHANGED' });
    expect(field(device, 'UUID')).toBe(uuid);
  });

  test('is refused when the device is gone, or is a loop device and these are not allowed', async () => {
    const { device, image, name } = blankLoop();
    const order = await orderFor(name);
    expect(await format({ ...order, allow_loop: false })).toMatchObject({
      state: 'invalid',
      code: 'E_DEVICE_BARRED',
    });
    const nowhere = { ...order, identity: { ...order.identity, device_number: '259:104857' } };
    expect(await format(nowhere)).toMatchObject({ state: 'invalid', code: 'E_DEVICE_GONE' });
    run('losetup', '--detach', device);
    expect(await format(order)).toMatchObject({ state: 'invalid' });
    expect(isZero(image)).toBe(true);
  });

  test('that mkfs would refuse ends before the device is even opened', async () => {
    const { image, name } = blankLoop({ bytes: 16 * MIB });
    const journal = createJournal();
    const result = await format(await orderFor(name, 'xfs'), journal);
    expect(result).toMatchObject({ state: 'failed', code: 'E_MKFS', dirty: false });
    expect(journal.stages).toEqual([]);
    expect(isZero(image)).toBe(true);
  });

  test('that cannot write says so, and that something may be written', async () => {
    const folder = makeFolder();
    mountAt(join(folder, 'small'), '-t', 'tmpfs', '-o', 'size=1m', 'small');
    const { name } = blankLoop({ folder: join(folder, 'small') });
    const journal = createJournal();
    expect(await format(await orderFor(name), journal)).toMatchObject({
      state: 'failed',
      code: 'E_WRITE',
      dirty: true,
    });
    expect(journal.stages.at(-1)).toBe('mkfs');
  });

  test('that cannot read a part of the device ends with nothing written', async () => {
    const { image, name } = blankLoop();
    const order = await orderFor(name);
    const journal = createJournal((stage) => {
      if (stage === 'zero_verified') run('truncate', '-s', '30M', image);
    });
    expect(await format(order, journal)).toMatchObject({ state: 'failed', code: 'E_READ', dirty: false });
    expect(isZero(image)).toBe(true);
  });

  test('is cancelled while it reads, and not after it has begun to write', async () => {
    const { image, name } = blankLoop({ bytes: 2 ** 36 });
    const order = await orderFor(name);
    const early = new AbortController();
    const journal = createJournal((stage) => {
      if (stage === 'zero_verified') setTimeout(() => early.abort(), 100);
    });
    expect(await format(order, journal, early.signal)).toEqual({ state: 'cancelled', dirty: false });
    expect(isZero(image)).toBe(true);
    const other = blankLoop();
    const late = new AbortController();
    const second = createJournal((stage) => {
      if (stage === 'fs_verified') late.abort();
    });
    expect(await format(await orderFor(other.name), second, late.signal)).toEqual({ state: 'done' });
    expect(second.stages).toEqual(ALL_STAGES);
  });

  test('whose journal cannot be written goes no further', async () => {
    const { image, name } = blankLoop();
    const journal = createJournal((stage) => {
      if (stage === 'mkfs') throw new Error('no space left');
    });
    expect(await format(await orderFor(name), journal)).toEqual({
      state: 'failed',
      code: 'E_STORE',
      detail: 'no space left',
      dirty: false,
    });
    expect(isZero(image)).toBe(true);
  });
});

/** An order for a device behind whose node another file lies by now. */
async function orderThenSwap(other: string): Promise<{ image: string; order: FormatOrder }> {
  for (let tries = 0; tries < 20; tries += 1) {
    const { device, image, name } = blankLoop();
    const order = await orderFor(name);
    run('losetup', '--detach', device);
    // Somebody else may be given the number first.
    if (!tryRun('losetup', device, other)) continue;
    onTestFinished(() => detachOurs(device, other));
    return { image, order };
  }
  throw new Error('the number is always taken');
}

function writeByte(path: string, position: number): void {
  const fd = openSync(path, 'r+');
  writeSync(fd, Buffer.from([1]), 0, 1, position);
  closeSync(fd);
}
