// When and where a file system was mounted last: read from its superblock, shown and not signed.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createJobExamine } from '../../src/disks/job-examine.ts';
import { parseLastMounted } from '../../src/disks/last-mounted.ts';
import { quietly, run, whyNoLoop } from '../host/loop-device.ts';
import { writeMbr, writeMd1 } from './device-bytes.ts';
import { machine } from './format-gear.ts';
import { insist } from './insist.ts';
import { lendDevice, showPartitions, writeAt } from './lent-device.ts';

const superblock = (change: (block: Buffer) => void = () => {}): Buffer => {
  const block = Buffer.alloc(1024);
  block.writeUInt16LE(0xef53, 0x38);
  block.writeUInt32LE(1_700_000_000, 0x2c);
  block.write('/mnt/data', 0x88, 'latin1');
  change(block);
  return block;
};

test('both are read where ext keeps them', () => {
  expect(parseLastMounted(superblock())).toEqual({ at: 1_700_000_000_000, on: '/mnt/data' });
  const long = `/${'a'.repeat(63)}`;
  expect(parseLastMounted(superblock((block) => block.write(long, 0x88))).on).toBe(long);
});

test.each([
  ['no superblock', undefined, { at: null, on: null }],
  ['half of one', superblock().subarray(0, 512), { at: null, on: null }],
  ['another magic', superblock((block) => block.writeUInt16LE(0, 0x38)), { at: null, on: null }],
  ['never', superblock((block) => block.writeUInt32LE(0, 0x2c)), { at: null, on: '/mnt/data' }],
  ['far away', superblock((block) => block.writeUInt8(7, 0x275)), { at: null, on: '/mnt/data' }],
  ['no path', superblock((block) => block.fill(0, 0x88, 0x88 + 64)), { at: 1_700_000_000_000, on: null }],
  ['noise', superblock((block) => block.fill(0xff, 0x88, 0x88 + 64)), { at: 1_700_000_000_000, on: null }],
])('%s is not known', (_, block, known) => {
  expect(parseLastMounted(block)).toEqual(known);
});

const why = whyNoLoop('mkfs.ext4', 'partx', 'perl');

describe.skipIf(why !== undefined)('of a real file system', () => {
  const content = async (name: string) => {
    const examined = await createJobExamine(machine)({ allowLoop: true })(name, { claimed: false });
    return { rows: examined.disk.content, digest: examined.facts_sha256 };
  };
  const mountOnce = (path: string, point: string) => {
    mkdirSync(point);
    insist('mount', path, point);
    onTestFinished(() => quietly('umount', '-l', point));
    writeFileSync(join(point, 'file'), 'kept');
    insist('umount', point);
  };

  test('a mount shows, and changes nothing that is signed', async () => {
    const device = lendDevice();
    insist('mkfs.ext4', '-q', '-F', device.path);
    const before = await content(device.name);
    expect(before.rows).toMatchObject([{ fs_type: 'ext4', last_mounted: null, last_mounted_on: null }]);
    const point = join(device.folder, 'm');
    const began = Date.now();
    mountOnce(device.path, point);
    const after = await content(device.name);
    expect(after.rows[0]?.last_mounted_on).toBe(point);
    expect(Math.abs((after.rows[0]?.last_mounted ?? 0) - began)).toBeLessThan(60_000);
    expect(after.digest).toBe(before.digest);
  });

  test('partitions have their own, also those that the kernel does not show', async () => {
    const device = lendDevice();
    writeMbr(device.path, [{ first: 2048, count: 65_536 }]);
    run('partx', '--add', device.path);
    onTestFinished(() => quietly('partx', '--delete', device.path));
    insist('mkfs.ext4', '-q', '-F', `${device.path}p1`);
    const point = join(device.folder, 'm');
    mountOnce(`${device.path}p1`, point);
    const shown = await content(device.name);
    expect(shown.rows.map(({ last_mounted_on: on }) => on)).toEqual([null, point]);
    insist('partx', '--delete', device.path);
    const hidden = await content(device.name);
    expect(hidden.rows).toEqual(shown.rows);
    showPartitions(device);
  });

  test('the rest of an older one below another does not count', async () => {
    const device = lendDevice();
    writeMd1(device.path, device.sizeBytes, 1);
    writeAt(device.path, 1024, superblock());
    const { rows } = await content(device.name);
    expect(rows).toMatchObject([{ fs_type: 'linux_raid_member', last_mounted: null, last_mounted_on: null }]);
  });
});
