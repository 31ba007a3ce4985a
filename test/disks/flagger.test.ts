// The flagger over time, on real loop devices: what it remembers, what it must see at once, what changes
// the digest of a disk and what does not.
import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
  rmSync,
} from 'node:fs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { runTool } from '../../src/base/run-tool.ts';
import type { DiskFlag } from '../../src/contracts/facts/disk-flags.ts';
import type { BlockDevice } from '../../src/contracts/facts/disks.ts';
import { createFlagger, type FlaggerOptions } from '../../src/disks/create-flagger.ts';
import type { ExaminedDisk } from '../../src/disks/examined-disk.ts';
import { createReceipts } from '../../src/disks/receipts.ts';
import { scanForReceipt } from '../../src/disks/scan-for-receipt.ts';
import { createDisksReader } from '../../src/host/disks.ts';
import { createMachine } from '../../src/host/machine.ts';
import { attach, makeFolder, makeImage, quietly, run, whyNoLoop } from '../host/loop-device.ts';
import { makeTree } from '../host/temp-tree.ts';
import { marks, writeExtended, writeGpt, writeMbr } from './device-bytes.ts';
import {
  findNotZero,
  endWithTest,
  holdOpen,
  lendDevice,
  MIB,
  OPEN,
  showPartitions,
  writeAt,
  zeroAt,
  type LentDevice,
} from './lent-device.ts';

/** A file with an ext4 of a label. */
function makeImageOf(label: string, bytes: number): string {
  const image = makeImage(makeFolder(), `${label}.img`, bytes);
  run('mkfs.ext4', '-q', '-F', '-L', label, image);
  return image;
}

const signal = new AbortController().signal;
const reason = whyNoLoop('mkfs.ext4', 'partx', 'perl', 'blkid', 'pvs');
const noPython = reason ?? whyNoLoop('python3');
function watch(options: Partial<FlaggerOptions> = {}) {
  const tools: string[] = [];
  const machine = createMachine({
    runTool: async (request) => {
      tools.push(`${request.file} ${request.args.at(-1) ?? ''}`);
      return runTool(request);
    },
  });
  const receipts = createReceipts();
  const flagger = createFlagger({ machine, receipts, allowLoop: true, ...options });
  const examine = async (name: string, claimed = false): Promise<ExaminedDisk> => {
    const reading = await flagger.examine(name, { claimed, signal });
    if (reading.state !== 'ok') throw new Error(`${name}: ${reading.code} ${reading.detail}`);
    return reading.value;
  };
  /** The device with all that lies on it, and nothing of others that use loop devices at the same time. */
  const family = async (device: LentDevice): Promise<readonly BlockDevice[]> => {
    const disks = await createDisksReader()(machine, undefined);
    if (disks.state !== 'ok') throw new Error(disks.detail);
    return disks.value.devices.filter(
      ({ name }) => name === device.name || name.startsWith(`${device.name}p`),
    );
  };
  const flagOf = async (device: LentDevice, name = device.name): Promise<DiskFlag> => {
    const reading = await flagger.readFlags(await family(device), signal);
    if (reading.state !== 'ok') throw new Error(reading.detail);
    const flag = reading.value.flags.find((one) => one.name === name);
    if (flag === undefined) throw new Error(`no flag of ${name}`);
    return flag;
  };
  const scan = async (path: string, name: string, sizeBytes: number) =>
    scanForReceipt({
      flagger,
      receipts,
      name,
      scan: async () => {
        const found = findNotZero(path);
        const at = machine.clock.now();
        const told = {
          bytes_done: sizeBytes,
          bytes_total: sizeBytes,
          rate: null,
          left_s: null,
          started: at,
          at,
        };
        return Promise.resolve(
          found === undefined
            ? { ...told, state: 'zero' as const, detail: '' }
            : { ...told, state: 'not-zero' as const, detail: String(found) },
        );
      },
    });
  return { tools, machine, receipts, flagger, examine, flagOf, scan };
}

test('a blank disk is shown from its receipt without being read again, until somebody writes', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice();
  const { flagOf, scan, tools } = watch();
  expect(await flagOf(device)).toMatchObject({
    verdict: 'unverified',
    reason: 'not every byte was read yet',
  });
  await scan(device.path, device.name, device.sizeBytes);
  expect(await flagOf(device)).toMatchObject({ verdict: 'blank_proven', data_bearing: false, signals: [] });
  tools.length = 0;
  expect(await flagOf(device)).toMatchObject({ verdict: 'blank_proven' });
  expect(tools.filter((tool) => /^(?:blkid|wipefs)/.test(tool))).toEqual([]);
  run('dd', 'if=/dev/zero', `of=${device.path}`, 'bs=4096', 'count=1', 'conv=notrunc');
  // Zeros or not: what was written since nobody knows.
  expect(await flagOf(device)).toMatchObject({ verdict: 'unverified', data_bearing: true });
});

test('what is still in the page cache of an open device counts as written', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice();
  const { flagOf, scan } = watch();
  await scan(device.path, device.name, device.sizeBytes);
  const fd = openSync(device.path, 'r+');
  onTestFinished(() => closeSync(fd));
  writeFileSync(fd, 'kept');
  expect((await flagOf(device)).data_bearing).toBe(true);
});

test('a mount and a program with the disk open are seen at once, and gone at once', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice();
  run('mkfs.ext4', '-q', '-F', device.path);
  const { flagOf } = watch();
  const point = join(device.folder, 'mnt');
  mkdirSync(point);
  expect(await flagOf(device)).toMatchObject({ verdict: 'data', reason: 'device holds ext4' });
  run('mount', device.path, point);
  onTestFinished(() => quietly('umount', '-l', point));
  expect(await flagOf(device)).toMatchObject({ verdict: 'in_use', reason: 'device is mounted' });
  run('umount', point);
  expect(await flagOf(device)).toMatchObject({ verdict: 'data' });
});

test('programs that look at every disk pass by without holding it', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice();
  const { examine, flagOf, scan } = watch();
  const passing = spawn(
    'sh',
    ['-c', 'while :; do blkid -p "$1"; pvs "$1"; lvs; wipefs "$1"; done', 'sh', device.path],
    {
      stdio: 'ignore',
      detached: true,
    },
  );
  onTestFinished(() => {
    if (passing.pid !== undefined) process.kill(-passing.pid, 'SIGKILL');
  });
  await scan(device.path, device.name, device.sizeBytes);
  for (let round = 0; round < 6; round += 1) {
    expect((await examine(device.name)).flag).toMatchObject({ verdict: 'blank_proven', signals: [] });
    expect(await flagOf(device)).toMatchObject({ verdict: 'blank_proven' });
  }
});

test('a program that looks at every disk is none that holds it, unless it may write', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice();
  const hangAs = (flags: number): void => {
    const fd = openSync(device.path, flags);
    const words = ['-c', `printf lvs > /proc/self/comm; while :; do sleep 1; done`];
    endWithTest(spawn('bash', words, { stdio: ['ignore', 'ignore', 'ignore', fd] }));
    closeSync(fd);
  };
  hangAs(OPEN.read);
  const { examine } = watch();
  await vi.waitFor(async () => expect((await examine(device.name)).flag.verdict).toBe('unverified'), 10_000);
  hangAs(OPEN.write);
  expect((await examine(device.name)).flag).toMatchObject({ verdict: 'in_use' });
});

test('two that look at the same time do not hold it from one another', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice();
  const { scan, examine } = watch();
  await scan(device.path, device.name, device.sizeBytes);
  const flags = await Promise.all(Array.from({ length: 6 }, async () => examine(device.name)));
  expect(flags.map(({ flag }) => flag.verdict)).toEqual(Array.from({ length: 6 }, () => 'blank_proven'));
});

test('the holder of a claim sees all but its own claim', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice();
  const { examine, scan } = watch();
  await scan(device.path, device.name, device.sizeBytes);
  const fd = openSync(device.path, constants.O_RDWR | constants.O_EXCL);
  onTestFinished(() => closeSync(fd));
  const ids = ({ flag }: ExaminedDisk) => flag.signals.map(({ id }) => id);
  expect(ids(await examine(device.name))).toEqual(['exclusive']);
  const claimed = await examine(device.name, true);
  expect(claimed.flag).toMatchObject({ verdict: 'blank_proven', signals: [] });
  holdOpen(device.path, OPEN.write);
  expect(ids(await examine(device.name, true))).toEqual(['open']);
});

test('the digest stays the same over mounts and other names, and the claim', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice();
  run('mkfs.ext4', '-q', '-F', '-L', 'data', device.path);
  const { examine } = watch();
  const before = await examine(device.name);
  expect(before.disk.content).toMatchObject([{ device: device.name, fs_type: 'ext4', label: 'data' }]);
  const point = join(device.folder, 'mnt');
  mkdirSync(point);
  run('mount', device.path, point);
  onTestFinished(() => quietly('umount', '-l', point));
  writeFileSync(join(point, 'file'), 'more');
  expect((await examine(device.name)).facts_sha256).toBe(before.facts_sha256);
  run('umount', point);
  expect((await examine(device.name)).facts_sha256).toBe(before.facts_sha256);
});

test('the digest changes with a file system made anew, a new label, a partition, another attachment', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice();
  const { examine } = watch();
  const digests = new Set<string>();
  const note = async () => digests.add((await examine(device.name)).facts_sha256);
  await note();
  run('mkfs.ext4', '-q', '-F', device.path);
  await note();
  run('mkfs.ext4', '-q', '-F', device.path);
  await note();
  run('e2label', device.path, 'other');
  await note();
  zeroAt(device.path, 0, device.sizeBytes);
  writeGpt(device.path, device.sizeBytes, [{ first: 2048, count: 4096 }]);
  await note();
  writeGpt(device.path, device.sizeBytes, [
    { first: 2048, count: 4096 },
    { first: 8192, count: 4096 },
  ]);
  await note();
  writeMbr(device.path, [{ first: 2048, count: 4096 }]);
  await note();
  run('losetup', '--detach', device.path);
  run('losetup', device.path, device.image);
  await note();
  expect(digests.size).toBe(8);
});

test('the digest changes with what contradicts itself, with nested tables, and with every entry of a table', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice();
  const { examine } = watch();
  const digests: string[] = [];
  const note = async () => digests.push((await examine(device.name)).facts_sha256);
  // Two file systems at once, of which blkid tells neither; then one of them is made anew.
  const contradict = async (path: string) => {
    run('mkfs.ext4', '-q', '-F', '-b', '4096', path);
    marks.reiserfs(path);
    marks.lvm1(path);
    await note();
  };
  await contradict(device.path);
  await contradict(device.path);
  zeroAt(device.path, 0, device.sizeBytes);
  writeMbr(device.path, [{ first: 2048, count: 65_536 }]);
  showPartitions(device);
  const inside = `${device.path}p1`;
  await note();
  await contradict(inside);
  await contradict(inside);
  zeroAt(inside, 0, 65_536 * 512);
  writeMbr(inside, [{ first: 64, count: 1000 }], 0xfe1c0001);
  await note();
  writeMbr(inside, [{ first: 64, count: 1000 }], 0xfe1c0002);
  await note();
  run('partx', '--delete', device.path);
  zeroAt(device.path, 0, device.sizeBytes);
  // The same place twice, the second time longer; and more than anybody shows.
  for (const count of [4096, 8192]) {
    writeMbr(device.path, [
      { first: 2048, count: 2048 },
      { first: 2048, count },
    ]);
    await note();
  }
  const many = Array.from({ length: 40 }, (_, index) => ({ first: 2048 + index * 2048, count: 2048 }));
  for (const count of [1024, 2048]) {
    writeGpt(device.path, device.sizeBytes, [...many.slice(0, 39), { first: 120_000, count }]);
    await note();
  }
  // Each is the first of its kind.
  expect(digests.map((digest) => digests.indexOf(digest))).toEqual([...digests.keys()]);
});

test('hidden partitions are covered by the digest, and a disk with too many of them counts as unread', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice({ sizeBytes: 200 * MIB });
  const entries = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ first: 2048 + index * 2048, count: 2048 }));
  const { examine } = watch();
  const unread = ({ flag }: ExaminedDisk) => flag.signals.filter((each) => each.class === 'unread');
  writeGpt(device.path, device.sizeBytes, entries(40));
  const empty = await examine(device.name);
  expect([empty.disk.content.length, unread(empty)]).toEqual([41, []]);
  writeAt(device.path, (2048 + 39 * 2048) * 512, readFileSync(makeImageOf('last', MIB)));
  expect((await examine(device.name)).facts_sha256).not.toBe(empty.facts_sha256);
  writeGpt(device.path, device.sizeBytes, entries(128));
  writeMbr(device.path, [{ first: 400_000, count: 64 }]);
  expect(unread(await examine(device.name))).toHaveLength(1);
});

test('a hidden partition on which two file systems contradict each other is not an empty one', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice();
  writeMbr(device.path, [{ first: 2048, count: 65_536 }]);
  const { examine } = watch();
  const empty = await examine(device.name);
  writeAt(device.path, MIB, readFileSync(makeImageOf('one', 8 * MIB)));
  writeAt(device.path, MIB + 8192, 'OCFSV2');
  const both = await examine(device.name);
  expect(both.disk.content[1]).toEqual(empty.disk.content[1]);
  expect(both.facts_sha256).not.toBe(empty.facts_sha256);
});

test('partitions are told the same whether the kernel shows them or not', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice();
  writeMbr(device.path, [{ first: 2048, count: 65_536 }]);
  showPartitions(device);
  run('mkfs.ext4', '-q', '-L', 'inside', `${device.path}p1`);
  const { examine } = watch();
  const shown = await examine(device.name);
  run('partx', '--delete', device.path);
  const hidden = await examine(device.name);
  expect(hidden.disk.content).toEqual(shown.disk.content);
  expect(shown.disk.content[1]).toMatchObject({
    device: `${device.name}p1`,
    fs_type: 'ext4',
    label: 'inside',
  });
  expect(hidden.facts_sha256).toBe(shown.facts_sha256);
});

test('a partition is judged for itself: blank beside a mounted one, and its disk is not', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice();
  writeMbr(device.path, [
    { first: 2048, count: 32_768 },
    { first: 40_960, count: 32_768 },
  ]);
  showPartitions(device);
  run('mkfs.ext4', '-q', `${device.path}p1`);
  const point = join(device.folder, 'mnt');
  mkdirSync(point);
  run('mount', '-o', 'ro', `${device.path}p1`, point);
  onTestFinished(() => quietly('umount', '-l', point));
  const { examine, scan } = watch();
  const blank = `${device.name}p2`;
  await scan(`/dev/${blank}`, blank, 16 * MIB);
  const partition = await examine(blank);
  expect(partition.flag).toMatchObject({ verdict: 'blank_proven', data_bearing: false });
  expect(partition.identity).toMatchObject({
    durable_id: `${device.durableId}-part2`,
    size_bytes: 16 * MIB,
    partition: { number: 2, start: 40_960 * 512 },
  });
  expect(partition.confirm_word).toMatch(/-part2$/);
  const disk = await examine(device.name);
  expect(disk.flag).toMatchObject({ verdict: 'in_use', reason: `partition ${device.name}p1 is mounted` });
  expect((await examine(`${device.name}p1`)).flag).toMatchObject({ reason: 'device is mounted' });
});

test('a partition that the table of now cuts otherwise is no disk to write to; its neighbours are', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice();
  writeExtended(device.path);
  showPartitions(device);
  const { examine } = watch();
  const overlaps = async (name: string) =>
    (await examine(name)).flag.signals.filter(({ id }) => id === 'overlap').map(({ detail }) => detail);
  const logical = `${device.name}p5`;
  expect([await overlaps(logical), await overlaps(`${device.name}p6`)]).toEqual([[], []]);
  writeMbr(device.path, [
    { first: 2048, count: 32 },
    { first: 2600, count: 60_000 },
  ]);
  expect(await overlaps(logical)).toEqual(['partition 2 of the table']);
  expect(await overlaps(device.name)).toEqual([]);
});

test('whoever uses the whole disk uses its partitions', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice();
  writeMbr(device.path, [{ first: 2048, count: 32_768 }]);
  showPartitions(device);
  const { examine, scan } = watch();
  const name = `${device.name}p1`;
  await scan(`/dev/${name}`, name, 16 * MIB);
  expect((await examine(name)).flag.verdict).toBe('blank_proven');
  holdOpen(device.path, OPEN.write);
  expect((await examine(name)).flag).toMatchObject({
    verdict: 'in_use',
    reason: expect.stringMatching(`disk ${device.name} is open in another program`),
  });
});

test('our own jobs do not hold it, and everybody else does', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice();
  const job = holdOpen(device.path, OPEN.read);
  await sleep(50);
  const pid = job.pid ?? 0;
  expect((await watch().examine(device.name)).flag.reason).toContain(`process ${pid}`);
  const ours = watch({ excludePids: async () => Promise.resolve([pid]) });
  expect((await ours.examine(device.name)).flag.verdict).toBe('unverified');
});

test('a job of ours that began while it was looked at does not hold it', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice();
  const jobs: number[] = [];
  const { examine } = watch({
    excludePids: async () => {
      const started = [...jobs];
      if (jobs.length === 0) jobs.push(holdOpen(device.path, OPEN.read).pid ?? 0);
      return Promise.resolve(started);
    },
  });
  expect((await examine(device.name)).flag.signals).toEqual([]);
});

test('a loop device takes no part unless it is allowed to, named or not', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice();
  const { examine } = watch({ allowLoop: false });
  const { flag, identity } = await examine(device.name);
  expect(flag).toMatchObject({ verdict: 'unknown', data_bearing: true });
  expect(flag.signals.map(({ id }) => id)).toEqual(['loop-device', 'unlooked']);
  expect(identity).toBeNull();
});

test('two loop devices over one file are two ways to one disk', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice();
  attach(device.image);
  const { examine } = watch();
  const { flag, identity } = await examine(device.name);
  expect(flag).toMatchObject({ verdict: 'unknown', signals: [{ id: 'multipath', class: 'barred' }] });
  expect(identity).toBeNull();
});

test('a device that is not there is told as that, and judged by nobody', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const { flagger } = watch();
  expect(await flagger.examine('sdzz9', { signal })).toMatchObject({ state: 'absent', code: 'no-file' });
});

test('a scan is told while it runs, and how it ended', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice();
  const now = { bytes_done: 37, bytes_total: 100, rate: 1, started: 1, at: 1, detail: '' };
  const told = async (scan: DiskFlag['scan']) => (await watch({ scanOf: () => scan }).flagOf(device)).reason;
  expect(await told({ ...now, state: 'running', left_s: 4 * 3600 })).toBe('zero scan 37 %, 4 h left');
  expect(await told({ ...now, state: 'stalled', left_s: null })).toBe('zero scan stands still at 37 %');
  expect(await told({ ...now, state: 'cancelled', left_s: null })).toBe('zero scan was stopped at 37 %');
  expect(await told({ ...now, state: 'failed', left_s: null, detail: 'EIO' })).toBe(
    'device could not be read to its end (EIO)',
  );
  expect(await told({ ...now, state: 'not-zero', left_s: null, detail: 'at byte 5' })).toBe(
    'device holds bytes that are not zero (at byte 5)',
  );
  // Said by somebody, proven by nothing.
  expect(await told({ ...now, state: 'zero', left_s: null })).toContain('may have changed since');
});

test('who had it open for writing may have written past the counters, and the proof is gone', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice();
  const { flagOf, scan } = watch();
  await scan(device.path, device.name, device.sizeBytes);
  expect((await flagOf(device)).verdict).toBe('blank_proven');
  const writer = holdOpen(device.path, OPEN.write);
  expect((await flagOf(device)).verdict).toBe('in_use');
  writer.kill('SIGKILL');
  await vi.waitFor(async () => expect((await flagOf(device)).verdict).not.toBe('in_use'), 5000);
  expect(await flagOf(device)).toMatchObject({ verdict: 'unverified', data_bearing: true });
});

test('no receipt without counters: with iostats off the proof is gone, and stays gone', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice();
  const { flagOf, scan, flagger } = watch();
  const iostats = `/sys/block/${device.name}/queue/iostats`;
  onTestFinished(() => writeFileSync(iostats, '1'));
  await scan(device.path, device.name, device.sizeBytes);
  expect((await flagOf(device)).verdict).toBe('blank_proven');
  writeFileSync(iostats, '0');
  expect((await flagOf(device)).verdict).toBe('unverified');
  expect(await flagger.readStamp(device.name, signal)).toMatchObject({
    state: 'failed',
    detail: expect.stringMatching('iostats'),
  });
  writeFileSync(iostats, '1');
  expect((await flagOf(device)).verdict).toBe('unverified');
});

test('a write during the reading leaves no receipt', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice();
  const { flagger, receipts, flagOf } = watch();
  const at = 1;
  const all = { bytes_done: device.sizeBytes, bytes_total: device.sizeBytes, rate: null, left_s: null };
  const scan = async () => {
    run('dd', 'if=/dev/zero', `of=${device.path}`, 'bs=512', 'count=1', 'conv=notrunc,fsync');
    return Promise.resolve({ ...all, state: 'zero' as const, started: at, at, detail: '' });
  };
  const told = await scanForReceipt({ flagger, receipts, name: device.name, scan });
  expect(told).toMatchObject({ state: 'failed', detail: 'written while it was read' });
  expect((await flagOf(device)).verdict).toBe('unverified');
  // Nor does one that did not read all of it.
  const short = async () =>
    Promise.resolve({ ...all, bytes_done: 512, state: 'zero' as const, started: at, at, detail: '' });
  await scanForReceipt({ flagger, receipts, name: device.name, scan: short });
  expect((await flagOf(device)).verdict).toBe('unverified');
});

test('another disk under the same name is not the one that was read', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice();
  const { flagOf, scan } = watch();
  await scan(device.path, device.name, device.sizeBytes);
  writeAt(device.image, 0, '');
  run('losetup', '--detach', device.path);
  run('losetup', device.path, device.image);
  expect((await flagOf(device)).verdict).toBe('unverified');
});

test('receipts outlive the process in a file, and nonsense in it is no receipt', async () => {
  const path = join(makeTree({}), 'state/receipts.json');
  const stamp = {
    durable_id: 'byid:wwn-0x5000039ddb108568',
    device_number: '8:0',
    wwid: null,
    serial: null,
    size_bytes: 1,
    start: null,
    boot_id: 'b',
    diskseq: '1',
    writes: '0',
    backing: null,
  };
  expect(await createReceipts({ path }).keep(stamp, stamp, 5)).toBe(true);
  expect(createReceipts({ path }).find(stamp)).toMatchObject({ at: 5 });
  expect(createReceipts({ path }).find({ ...stamp, boot_id: 'another' })).toBeNull();
  expect(createReceipts({ path }).find({ ...stamp, writes: '1' })).toBeNull();
  expect(createReceipts({ path }).find({ ...stamp, size_bytes: 2 })).toBeNull();
  await createReceipts({ path }).forget(stamp.durable_id);
  expect(createReceipts({ path }).find(stamp)).toBeNull();
  await createReceipts({ path }).keep(stamp, stamp, 5);
  writeFileSync(path, readFileSync(path, 'utf8').replace('"wwid":null', '"wwid":7'));
  expect(createReceipts({ path }).find(stamp)).toBeNull();
});

test('a by-id link that leads elsewhere names another device', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const one = lendDevice();
  const other = lendDevice();
  const link = `/dev/disk/by-id/${one.durableId.slice('byid:'.length)}`;
  rmSync(link);
  symlinkSync(`../../${other.name}`, link);
  const { examine } = watch();
  expect((await examine(one.name)).flag.signals.map(({ id }) => id)).toContain('no-durable-id');
});

test('what waits in the page cache of the whole disk counts as written on its partition', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice({
    fill: (image) =>
      writeMbr(image, [
        { first: 2048, count: 16_384 },
        { first: 32_768, count: 16_384 },
      ]),
  });
  showPartitions(device);
  const { flagOf, scan } = watch();
  const name = `${device.name}p1`;
  await scan(`${device.path}p1`, name, 16_384 * 512);
  expect(await flagOf(device, name)).toMatchObject({ verdict: 'blank_proven' });
  // As a mount of the other partition does: the last one who closes the disk does not write it out.
  holdOpen(`${device.path}p2`, OPEN.read);
  writeAt(device.path, 2048 * 512 + 3 * MIB, 'somebody wrote here');
  expect(await flagOf(device, name)).toMatchObject({ data_bearing: true });
});

test('a disk that is open by a node whose file system is mounted no more is held', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice();
  const { examine } = watch();
  const point = join(device.folder, 'nodes');
  mkdirSync(point);
  run('mount', '-t', 'tmpfs', '-o', 'size=64k,dev', 'tmpfs', point);
  onTestFinished(() => quietly('umount', '-l', point));
  const node = join(point, 'disk');
  run('cp', '-a', device.path, node);
  holdOpen(node, OPEN.write);
  run('umount', '-l', point);
  await sleep(50);
  expect((await examine(device.name)).flag).toMatchObject({ verdict: 'in_use' });
});

test('a disk that another thread than the first holds open is held', async (context) => {
  if (noPython !== undefined) return context.skip(noPython);
  const device = lendDevice();
  const { examine } = watch();
  const script = [
    'import ctypes, os, sys, threading, time',
    'fd = os.open(sys.argv[1], os.O_RDWR)',
    'threading.Thread(target=lambda: time.sleep(600)).start()',
    'ctypes.CDLL(None).pthread_exit(None)',
  ].join('\n');
  endWithTest(spawn('python3', ['-c', script, device.path], { stdio: 'ignore' }));
  await sleep(1000);
  expect((await examine(device.name)).flag).toMatchObject({ verdict: 'in_use' });
});

test.each([
  ['to write', 'PROT_READ | mmap.PROT_WRITE', 'MAP_SHARED'],
  ['to read', 'PROT_READ', 'MAP_SHARED'],
  ['as a copy of its own', 'PROT_READ | mmap.PROT_WRITE', 'MAP_PRIVATE'],
])('a disk that a program has mapped %s, and closed, is held', async (_, protection, kind) => {
  if (noPython !== undefined) throw new Error(noPython);
  const device = lendDevice();
  const { examine } = watch();
  const script = [
    'import mmap, os, sys, time',
    'fd = os.open(sys.argv[1], os.O_RDWR)',
    `memory = mmap.mmap(fd, 1 << 20, mmap.${kind}, mmap.${protection})`,
    // Its own copy of the descriptor is closed as well: nothing of it is left but the memory.
    'os.closerange(3, 64)',
    'print("mapped", flush=True)',
    'time.sleep(600)',
  ].join('\n');
  const holder = spawn('python3', ['-c', script, device.path], { stdio: ['ignore', 'pipe', 'ignore'] });
  endWithTest(holder);
  await new Promise((resolve) => holder.stdout.once('data', resolve));
  const { flag } = await examine(device.name);
  expect(flag).toMatchObject({ verdict: 'in_use', data_bearing: true });
  expect(flag.signals).toEqual([
    expect.objectContaining({
      id: 'open',
      detail: `python3, process ${holder.pid}`,
      where: expect.stringContaining(`/proc/${holder.pid}/map_files/`),
    }),
  ]);
  holder.kill('SIGKILL');
  await new Promise((resolve) => holder.once('close', resolve));
  expect((await examine(device.name)).flag).toMatchObject({ verdict: 'unverified', signals: [] });
});

test('a loop device that is turned to another part of its file is looked at anew', async (context) => {
  if (noPython !== undefined) return context.skip(noPython);
  const device = lendDevice({ sizeBytes: 64 * MIB });
  run('losetup', '--detach', device.path);
  writeAt(device.image, 40 * MIB, 'data');
  run('losetup', '--sizelimit', String(32 * MIB), device.path, device.image);
  const { flagOf, scan } = watch();
  await scan(device.path, device.name, 32 * MIB);
  expect(await flagOf(device)).toMatchObject({ verdict: 'blank_proven' });
  const script = [
    'import fcntl, os, struct, sys',
    'fd = os.open(sys.argv[1], os.O_RDWR)',
    'info = bytearray(232)',
    'fcntl.ioctl(fd, 0x4C05, info)',
    'struct.pack_into("<Q", info, 24, 32 << 20)',
    'fcntl.ioctl(fd, 0x4C04, info)',
  ].join('\n');
  run('python3', '-c', script, device.path);
  expect(await flagOf(device)).toMatchObject({ data_bearing: true });
});
