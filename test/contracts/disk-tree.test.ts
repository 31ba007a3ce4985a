// The tree of block devices that every screen and text shows.
import { bareDevice } from './bare-device.ts';
import { expect, test } from 'vitest';
import { listDiskTree } from '../../src/contracts/disk-tree.ts';
import { contentOf, usedAs } from '../../src/contracts/disk-use.ts';
import type { BlockDevice } from '../../src/contracts/facts/disks.ts';
import { failed } from '../../src/contracts/reading.ts';
import { smartOf } from '../../src/contracts/smart-of.ts';

const device = (name: string, kind: BlockDevice['kind'], over: Partial<BlockDevice> = {}): BlockDevice => ({
  ...bareDevice(name),
  kind,
  read_only: null,
  ...over,
});
const drawn = (devices: readonly BlockDevice[]) =>
  listDiskTree(devices).map(
    ({ device: { name }, depth, last }) => `${'>'.repeat(depth)}${name}${last ? '.' : ''}`,
  );

test('disks come before what is made of them, and loop devices last, whatever the kernel says first', () => {
  const devices = [device('loop0', 'loop'), device('md0', 'md'), device('sr0', 'rom'), device('sda', 'disk')];
  expect(drawn(devices)).toEqual(['sda', 'md0', 'sr0', 'loop0.']);
});

test('each stands below the one it lies on, the last one known as such', () => {
  const devices = [
    device('dm-0', 'dm', { parents: ['sda2'] }),
    device('sda2', 'partition', { parents: ['sda'] }),
    device('sda', 'disk'),
    device('sda1', 'partition', { parents: ['sda'] }),
  ];
  expect(drawn(devices)).toEqual(['sda.', '>sda2', '>>dm-0.', '>sda1.']);
});

test('a mirror stands once, below its first disk', () => {
  const devices = [
    device('sda', 'disk'),
    device('sdb', 'disk'),
    device('md0', 'md', { parents: ['sda', 'sdb'] }),
  ];
  expect(drawn(devices)).toEqual(['sda', '>md0.', 'sdb.']);
});

test('what lies on a device that is not there, and devices on each other, are shown all the same', () => {
  expect(drawn([device('sda1', 'partition', { parents: ['sda'] })])).toEqual(['sda1.']);
  const circle = [device('dm-0', 'dm', { parents: ['dm-1'] }), device('dm-1', 'dm', { parents: ['dm-0'] })];
  expect(drawn(circle).map((each) => each.replaceAll(/[>.]/g, ''))).toEqual(['dm-0', 'dm-1']);
  expect(drawn([device('dm-0', 'dm', { parents: ['dm-0'] })])).toHaveLength(1);
});

test('loop devices without a file are not there yet; an empty card reader is, and zram as lsblk has it', () => {
  const devices = [
    device('loop0', 'loop', { size_bytes: 0 }),
    device('zram0', 'zram', { size_bytes: 0 }),
    device('sdc', 'disk', { size_bytes: 0 }),
  ];
  expect(drawn(devices)).toEqual(['sdc', 'zram0.']);
});

test('what is on a device and what it is used as', () => {
  expect(contentOf(device('sda', 'disk'))).toBeNull();
  expect(contentOf(device('sda', 'disk', { fs_type: 'ext4', label: '' }))).toBe('ext4');
  expect(contentOf(device('sda', 'disk', { fs_type: 'ext4', label: 'data' }))).toBe('ext4 data');
  expect(usedAs(device('sda', 'disk'))).toBeNull();
  expect(usedAs(device('sda', 'disk', { mount_points: ['/a', '/b'], swap: true }))).toBe('/a /b');
  expect(usedAs(device('sda', 'disk', { swap: true }))).toBe('[swap]');
  expect(usedAs(device('loop0', 'loop', { backing_file: '/root/a.img' }))).toBe('/root/a.img');
});

test('no report of a disk behind a controller passes for that of the controller', () => {
  const report = (type: string) => ({ device: '/dev/sda', type, report: failed('asleep', 'smartctl', 0) });
  expect(smartOf('/dev/sda', [report('sat')])?.type).toBe('sat');
  expect(smartOf('/dev/sdb', [report('sat')])).toBeUndefined();
  expect(smartOf('/dev/sda', [report('megaraid,0'), report('megaraid,1')])).toBeUndefined();
});
