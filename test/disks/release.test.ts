// Letting go of a disk that is in use: its own mounts and swap, and never what the system lives on.
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { DiskSignal } from '../../src/contracts/facts/disk-flags.ts';
import { planRelease, releaseDisk } from '../../src/disks/release-disk.ts';
import { createDisksReader } from '../../src/host/disks.ts';
import { parseMountinfo } from '../../src/host/mountinfo.ts';
import { makeFolder, quietly, run, whyNoLoop } from '../host/loop-device.ts';
import { blankLoop, machine } from './format-gear.ts';
import { insist, insistOnMount } from './insist.ts';

const NODE = { name: 'sdb', path: '/dev/sdb', device_number: '8:16', kind: 'disk' as const, parents: [] };
const PART = {
  ...NODE,
  name: 'sdb1',
  path: '/dev/sdb1',
  device_number: '8:17',
  kind: 'partition' as const,
  parents: ['sdb'],
};
const TABLE = [
  '20 1 8:1 / / rw - ext4 /dev/sda1 rw',
  '21 20 8:17 / /mnt/a rw - ext4 /dev/sdb1 rw',
  '22 21 8:17 /x /mnt/a/b rw - ext4 /dev/sdb1 rw',
];
const plan = (lines: readonly string[], keep: readonly string[] = [], swaps: readonly string[] = []) =>
  planRelease({ mounts: parseMountinfo(lines.join('\n')), swaps }, [NODE, PART], keep);

test('what lies on top goes first', () => {
  expect(plan(TABLE)).toMatchObject({ state: 'step', step: { what: '/mnt/a/b' } });
  expect(plan(TABLE.slice(0, 2))).toMatchObject({ state: 'step', step: { what: '/mnt/a' } });
  expect(plan(TABLE.slice(0, 1))).toEqual({ state: 'done' });
  expect(plan(TABLE.slice(0, 1), [], ['/dev/sda2', '/dev/sdb1'])).toMatchObject({
    step: { what: '/dev/sdb1', file: 'swapoff' },
  });
});

test.each(['/', '/boot', '/boot/efi', '/usr', '/var', '/var/lib/vz', '/etc', '/home', '/root', '/tmp'])(
  '%s stays, and nothing else of that disk is unmounted either',
  (point) => {
    const lines = [...TABLE, `30 20 8:17 / ${point} rw - ext4 /dev/sdb1 rw`];
    expect(plan(lines)).toMatchObject({ state: 'refused', refused: { why: expect.stringContaining(point) } });
  },
);

test('what the agent or a storage lives on stays', () => {
  expect(plan(TABLE, ['/mnt/a/images'])).toMatchObject({
    state: 'refused',
    refused: { why: expect.stringContaining('/mnt/a/images'), hint: null },
  });
  expect(plan(TABLE, ['/mnt/other'])).toMatchObject({ state: 'step' });
});

test("another's mount above it is named with its command", () => {
  const lines = [...TABLE.slice(0, 2), String.raw`30 21 8:33 / /mnt/a/it\040is rw - ext4 /dev/sdc1 rw`];
  expect(plan(lines)).toMatchObject({
    state: 'refused',
    refused: { hint: "umount '/mnt/a/it is'" },
  });
  const covered = [...TABLE.slice(0, 2), '30 21 8:33 / /mnt/a rw - ext4 /dev/sdc1 rw'];
  expect(plan(covered)).toMatchObject({
    state: 'refused',
    refused: { why: expect.stringContaining('/dev/sdc1') },
  });
});

const why = whyNoLoop('mkfs.ext4', 'mkswap', 'swapon', 'swapoff');

describe.skipIf(why !== undefined)('a real device', () => {
  test('is unmounted everywhere, and its swap switched off', async () => {
    const { device, name } = blankLoop();
    insist('mkfs.ext4', '-q', device);
    const [first, second] = [join(makeFolder(), 'a'), join(makeFolder(), "b 'c")];
    insistOnMount(first, device);
    insistOnMount(second, device);
    expect(await release(name)).toEqual({ released: expect.arrayContaining([first, second]), refused: null });
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(device);
    insist('mkswap', '-f', device);
    insist('swapon', device);
    onTestFinished(() => quietly('swapoff', device));
    expect(await release(name)).toEqual({ released: [device], refused: null });
    expect(readFileSync('/proc/swaps', 'utf8')).not.toContain(device);
    expect(await release(name)).toEqual({ released: [], refused: null });
  });

  test('that is held in another way is not called released', async () => {
    const { name } = blankLoop();
    const of = (signalClass: DiskSignal['class'], detail: string): DiskSignal => ({
      id: 'holder',
      class: signalClass,
      device: name,
      detail,
      where: '/sys',
      release: 'vgchange -an data',
    });
    const signals = [of('content', 'LVM2_member'), of('held', 'volume group data')];
    expect(await release(name, signals)).toEqual({
      released: [],
      refused: { why: `${name} is still held: volume group data (/sys)`, hint: 'vgchange -an data' },
    });
  });

  test('that this host needs by a link stays mounted', async () => {
    const { device, name } = blankLoop();
    insist('mkfs.ext4', '-q', device);
    const folder = makeFolder();
    const point = join(folder, 'point');
    insistOnMount(point, device);
    symlinkSync('point', join(folder, 'data'));
    const kept = join(folder, 'data/storage');
    const { released, refused } = await release(name, [], [kept]);
    expect(released).toEqual([]);
    expect(refused?.why).toContain('which this host needs');
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).toContain(point);
  });

  test('in which somebody works stays, and how to find out who is said', async () => {
    const { device, name } = blankLoop();
    insist('mkfs.ext4', '-q', device);
    const point = join(makeFolder(), 'point');
    insistOnMount(point, device);
    const inside = join(point, 'disk.img');
    run('truncate', '-s', '1M', inside);
    const loop = run('losetup', '--find', '--show', inside).trim();
    onTestFinished(() => quietly('losetup', '--detach', loop));
    const { released, refused } = await release(name);
    expect(released).toEqual([]);
    expect(refused).toMatchObject({ hint: `fuser -vm ${point}` });
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).toContain(point);
  });
});

async function release(name: string, signals: readonly DiskSignal[] = [], keep: readonly string[] = []) {
  const disks = await createDisksReader()(machine, undefined);
  if (disks.state !== 'ok') throw new Error(disks.code);
  const { devices } = disks.value;
  const device = devices.find((one) => one.name === name);
  if (device === undefined) throw new Error(`no ${name}`);
  return releaseDisk({
    machine,
    device,
    devices,
    keep,
    readSignals: async () => Promise.resolve(signals),
  });
}
