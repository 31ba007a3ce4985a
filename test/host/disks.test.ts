// Block devices of this very machine, beside lsblk's list of them, and of small invented trees.
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import type { BlockDevice, DiskFacts } from '../../src/contracts/facts/disks.ts';
import type { Ok } from '../../src/contracts/reading.ts';
import { createSubjects } from '../../src/host/all-subjects.ts';
import { createMachine } from '../../src/host/machine.ts';
import { findProgram } from '../setup/find-program.ts';
import {
  attach,
  makeFolder,
  makeImage,
  mountAt,
  quietly,
  run,
  whyNoLoop,
  writePartitionTable,
} from './loop-device.ts';
import { readSubject } from './read-subject.ts';
import { makeTree } from './temp-tree.ts';

const MIB = 1024 * 1024;

const row = z.object({
  name: z.string(),
  kname: z.string(),
  type: z.string(),
  size: z.number(),
  mountpoints: z.array(z.string().nullable()),
  model: z.string().nullable(),
  serial: z.string().nullable(),
  rota: z.boolean(),
  rm: z.boolean(),
  ro: z.boolean(),
  get children() {
    return z.array(row).optional();
  },
});
type Row = z.infer<typeof row>;
const answer = z.object({ blockdevices: z.array(row) });

/** Each device once: lsblk repeats what lies on several others. */
function listByLsblk(): readonly Row[] {
  const columns = 'NAME,KNAME,TYPE,SIZE,MOUNTPOINTS,MODEL,SERIAL,ROTA,RM,RO';
  const { blockdevices } = answer.parse(JSON.parse(run('lsblk', '-b', '-J', '-o', columns)));
  const flatten = (rows: readonly Row[]): readonly Row[] =>
    rows.flatMap((each) => [each, ...flatten(each.children ?? [])]);
  return [...new Map(flatten(blockdevices).map((each) => [each.kname, each])).values()];
}

const TYPES: Readonly<Record<string, readonly BlockDevice['kind'][]>> = {
  disk: ['disk', 'zram'],
  part: ['partition'],
  loop: ['loop'],
  rom: ['rom'],
};

const told = (text: string | null) => (text === '' ? null : text);

const inOrder = (points: readonly (string | null)[]) =>
  points.toSorted((a, b) => ((a ?? '') < (b ?? '') ? -1 : 1));

const asLsblkTells = (each: Row) => ({
  name: each.kname,
  size: each.size,
  mounts: inOrder(each.mountpoints.filter((point) => point !== null && point !== '[SWAP]')),
  swap: each.mountpoints.includes('[SWAP]'),
  model: told(each.model),
  serial: told(each.serial),
  rotational: each.rota,
  removable: each.rm,
  readOnly: each.ro,
});

const asWeTell = (device: BlockDevice) => ({
  name: device.name,
  size: device.size_bytes,
  mounts: inOrder(device.mount_points),
  swap: device.swap,
  model: device.model,
  serial: device.serial,
  rotational: device.rotational,
  removable: device.removable,
  readOnly: device.read_only,
});

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);

async function readDisks(root = '/', previous?: Ok<DiskFacts>, subjects = createSubjects()) {
  const reading = await readSubject(createMachine({ root }), 'disks', previous, subjects);
  if (reading.state !== 'ok') throw new Error(`disks: ${reading.code}`);
  return reading;
}

/** Both lists of one moment: other tests attach and detach devices meanwhile. */
async function bothLists() {
  for (let tries = 0; ; tries += 1) {
    const before = listByLsblk();
    const ours = (await readDisks()).value.devices;
    const after = listByLsblk();
    if (JSON.stringify(before) === JSON.stringify(after) || tries > 20) return { ours, theirs: after };
  }
}

test('The disks of this machine are those of lsblk, with the same sizes, mounts and names', async (context) => {
  if (findProgram('lsblk') === undefined) return context.skip('no lsblk (Debian: util-linux)');
  const { ours, theirs } = await bothLists();
  expect(theirs.length).toBeGreaterThan(0);
  expect(ours.map(asWeTell).toSorted(byName)).toEqual(theirs.map(asLsblkTells).toSorted(byName));
  for (const { kname, type } of theirs) {
    const kind = ours.find(({ name }) => name === kname)?.kind;
    expect(TYPES[type] ?? ['dm', 'md', 'other', 'disk']).toContain(kind);
  }
});

test('Each device has a durable name, or a reason why not', async () => {
  const { devices } = (await readDisks()).value;
  expect(
    devices.every((device) => (device.durable_id === null) !== (device.durable_id_reason === null)),
  ).toBe(true);
});

/** ESC, an OSC 52 that would fill the clipboard, and BEL: 12 of ext4's 16 bytes. */
const HOSTILE = '\u001b]52;c;aGk=\u0007';

test('A loop device with partitions is listed, with its file, its mount and its hostile label', async (context) => {
  const reason = whyNoLoop('partx', 'mkfs.ext4', 'lsblk', 'blkid');
  if (reason !== undefined) return context.skip(reason);
  const folder = makeFolder();
  const image = makeImage(folder, 'disk.img', 64 * MIB);
  writePartitionTable(image, [
    [2048, 65_536],
    [67_584, 32_768],
  ]);
  const device = attach(image);
  run('partx', '--add', device);
  onTestFinished(() => quietly('partx', '--delete', device));
  run('mkfs.ext4', '-q', '-L', HOSTILE, `${device}p1`);
  const point = `${folder}/mounted`;
  mountAt(point, `${device}p1`);

  const { ours, theirs } = await bothLists();
  const name = device.slice('/dev/'.length);
  const mine = (each: { name: string }) => each.name.startsWith(name);
  expect(ours.filter(mine).map(asWeTell).toSorted(byName)).toEqual(
    theirs
      .filter(({ kname }) => kname.startsWith(name))
      .map(asLsblkTells)
      .toSorted(byName),
  );
  expect(ours.filter(mine)).toMatchObject([
    { kind: 'loop', backing_file: image, size_bytes: 64 * MIB, parents: [] },
    { kind: 'partition', size_bytes: 32 * MIB, parents: [name], mount_points: [point], fs_type: 'ext4' },
    { kind: 'partition', size_bytes: 16 * MIB, parents: [name], mount_points: [], fs_type: null },
  ]);

  // What udev would note of it, where there is one.
  const noted = run('blkid', '-p', '-o', 'udev', `${device}p1`).trim();
  const number = ours.find((each) => each.name === `${name}p1`)?.device_number ?? '';
  const record = noted.split('\n').map((line) => `E:${line}`);
  const root = makeTree({
    [`/sys/block/${name}/dev`]: '7:0\n',
    [`/sys/block/${name}/size`]: '131072\n',
    [`/sys/block/${name}/${name}p1/dev`]: `${number}\n`,
    [`/sys/block/${name}/${name}p1/size`]: '65536\n',
    [`/sys/block/${name}/${name}p1/partition`]: '1\n',
    [`/run/udev/data/b${number}`]: `${record.join('\n')}\n`,
  });
  const partition = (await readDisks(root)).value.devices.find((each) => each.kind === 'partition');
  expect(partition).toMatchObject({ label: HOSTILE, fs_type: 'ext4' });
  expect(partition?.uuid).toMatch(/^[0-9a-f-]{36}$/);
});

test('Writing to a disk shows as its rate, between two looks and not at the first', async (context) => {
  const reason = whyNoLoop('dd');
  if (reason !== undefined) return context.skip(reason);
  const device = attach(makeImage(makeFolder(), 'disk.img', 16 * MIB));
  const subjects = createSubjects();
  const mine = (reading: Ok<DiskFacts>) =>
    reading.value.devices.find(({ path }) => path === device)?.io ?? undefined;
  const first = await readDisks('/', undefined, subjects);
  expect(mine(first)).toMatchObject({ read_rate: null, write_rate: null, busy: null });
  run('dd', 'if=/dev/zero', `of=${device}`, 'bs=1M', 'count=8', 'conv=fsync,notrunc');
  const second = await readDisks('/', first, subjects);
  const written = (mine(second)?.written_bytes ?? 0) - (mine(first)?.written_bytes ?? 0);
  expect(written).toBeGreaterThanOrEqual(8 * MIB);
  expect(mine(second)?.write_rate).toBeCloseTo((written * 1000) / (second.at - first.at), 3);
  expect(mine(second)?.busy).toBeLessThanOrEqual(1);
});

test('A btrfs mount has no device number of its own and is found by its source; a lying name is not', async () => {
  const root = makeTree({
    '/sys/block/sda/dev': '8:0\n',
    '/sys/block/sda/size': '1000\n',
    '/sys/block/sdb/dev': '8:16\n',
    '/sys/block/sdb/size': '1000\n',
    '/sys/block/dm-0/dev': '252:0\n',
    '/sys/block/dm-0/size': '1000\n',
    '/sys/block/dm-0/dm/name': 'pve-root\n',
    '/sys/block/dm-0/slaves/sda/size': '1000\n',
    '/proc/self/mountinfo': [
      '27 1 252:0 / / rw - ext4 /dev/mapper/pve-root rw',
      '30 27 0:40 /@data /mnt/data rw - btrfs /dev/sdb rw',
      // Mounted from a node that is called sdb and is not.
      '31 27 8:99 / /mnt/other rw - ext4 /dev/sdb rw',
    ].join('\n'),
    '/proc/swaps': 'Filename Type Size Used Priority\n/dev/dm-0 partition 100 0 -2\n/swapfile file 9 0 -3\n',
  });
  const { devices } = (await readDisks(root)).value;
  expect(devices).toMatchObject([
    { name: 'dm-0', path: '/dev/mapper/pve-root', mount_points: ['/'], swap: true, parents: ['sda'] },
    { name: 'sda', mount_points: [], swap: false },
    { name: 'sdb', mount_points: ['/mnt/data'], fs_type: 'btrfs' },
  ]);
});
