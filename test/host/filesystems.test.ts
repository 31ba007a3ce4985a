// File systems that are full, hang, hide or have odd names, with real ones on loop devices.
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { runTool, type RunTool } from '../../src/base/run-tool.ts';
import type { Filesystem, FilesystemFill } from '../../src/contracts/facts/filesystems.ts';
import { createSubjects } from '../../src/host/all-subjects.ts';
import { createMachine } from '../../src/host/machine.ts';
import { makeFolder, makeImage, mountAt, quietly, run, whyNoLoop } from './loop-device.ts';
import { readSubject } from './read-subject.ts';
import { makeTree } from './temp-tree.ts';

const MIB = 1024 * 1024;

async function readAll(
  machine = createMachine(),
  subjects = createSubjects(),
): Promise<readonly Filesystem[]> {
  const reading = await readSubject(machine, 'filesystems', undefined, subjects);
  if (reading.state !== 'ok') throw new Error(`filesystems: ${reading.code}`);
  return reading.value.filesystems;
}

const at = (all: readonly Filesystem[], point: string) => all.find((each) => each.mount_point === point);

function fillAt(all: readonly Filesystem[], point: string): FilesystemFill {
  const fill = at(all, point)?.fill;
  if (fill?.state !== 'ok') throw new Error(`${point}: ${fill?.code ?? 'not listed'}`);
  return fill.value;
}

function mountNew(folder: string, name: string, point: string, ...options: readonly string[]): void {
  const image = makeImage(folder, name, 16 * MIB);
  run('mkfs.ext4', '-q', '-F', ...options, image);
  mountAt(point, '-o', 'loop', image);
}

/** Writes until the file system takes no more, at most `bytes`. */
const fillUp = (point: string, bytes = 64 * MIB) =>
  quietly(
    'dd',
    'if=/dev/zero',
    `of=${point}/big`,
    'bs=64k',
    `count=${Math.ceil(bytes / 65_536)}`,
    'conv=fsync',
  );

/** df's own columns: size, used, available, and the share in whole per cent. */
function byDf(point: string) {
  const last = run('df', '-B1', '--output=size,used,avail,pcent', point).trim().split('\n').at(-1) ?? '';
  const [size, used, available, percent] = last.trim().split(/\s+/);
  return {
    size_bytes: Number(size),
    used_bytes: Number(used),
    available_bytes: Number(available),
    percent: Number(percent?.replace('%', '')),
  };
}

const asDf = (fill: FilesystemFill) => ({
  size_bytes: fill.size_bytes,
  used_bytes: fill.used_bytes,
  available_bytes: fill.available_bytes,
  percent: Math.ceil(fill.used_share * 100),
});

test('A file system is full when others than root can write no more, and when root cannot either', async (context) => {
  const reason = whyNoLoop('mkfs.ext4', 'dd', 'df');
  if (reason !== undefined) return context.skip(reason);
  const folder = makeFolder();
  const full = `${folder}/full`;
  const reserved = `${folder}/reserved`;
  mountNew(folder, 'full.img', full);
  mountNew(folder, 'reserved.img', reserved, '-m', '50');
  fillUp(full);
  fillUp(reserved, 9 * MIB);

  const all = await readAll();
  for (const point of [full, reserved]) {
    expect(asDf(fillAt(all, point))).toEqual(byDf(point));
    expect(fillAt(all, point)).toMatchObject({ used_share: 1, available_bytes: 0 });
  }
  // ext4 keeps a little even from root, for what it has promised to write.
  expect(fillAt(all, full).used_bytes).toBeGreaterThan(0.95 * fillAt(all, full).size_bytes);
  expect(fillAt(all, reserved).used_bytes).toBeLessThan(0.8 * fillAt(all, reserved).size_bytes);
});

test('A file system can be out of inodes with most of its space free', async (context) => {
  const reason = whyNoLoop('mkfs.ext4');
  if (reason !== undefined) return context.skip(reason);
  const folder = makeFolder();
  const point = `${folder}/crowded`;
  mountNew(folder, 'crowded.img', point, '-N', '32');
  expect(() => {
    for (let file = 0; file < 100; file += 1) closeSync(openSync(`${point}/${file}`, 'w'));
  }).toThrow('ENOSPC');
  const fill = fillAt(await readAll(), point);
  expect(fill.inodes_used).toBe(fill.inodes_total);
  expect(fill.used_share).toBeLessThan(0.5);
});

test('A mount point with a newline, spaces and a quote in its name is live like any other', async (context) => {
  const reason = whyNoLoop('mkfs.ext4');
  if (reason !== undefined) return context.skip(reason);
  const folder = makeFolder();
  const odd = `${folder}/two words\nand  a\tline's \\040 end `;
  mountNew(folder, 'odd.img', odd);
  expect(fillAt(await readAll(), odd).size_bytes).toBeGreaterThan(8 * MIB);
});

test('A mount that another one hides is not listed, nor is a bind mount of the same file system', async (context) => {
  const reason = whyNoLoop('mkfs.ext4');
  if (reason !== undefined) return context.skip(reason);
  const folder = makeFolder();
  mountNew(folder, 'lower.img', `${folder}/a/lower`);
  mountNew(folder, 'upper.img', `${folder}/a`);
  mkdirSync(`${folder}/a/sub`);
  mountAt(`${folder}/somewhere-else`, '--bind', `${folder}/a/sub`);
  const mine = (await readAll()).filter(({ mount_point: point }) => point.startsWith(folder));
  expect(mine.map(({ mount_point: point }) => point)).toEqual([`${folder}/a`]);
  expect(mine[0]?.fill.state).toBe('ok');
});

/** A FUSE file system whose process is a child of ours. */
async function mountFuse(folder: string, point: string): Promise<ChildProcess> {
  const image = makeImage(folder, 'fuse.img', 8 * MIB);
  run('mkfs.ext4', '-q', '-F', image);
  mkdirSync(point);
  const daemon = spawn('fuse2fs', ['-f', image, point], { stdio: 'ignore' });
  onTestFinished(() => {
    daemon.kill('SIGKILL');
    quietly('umount', '-l', point);
  });
  for (let waited = 0; !readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${point} `); waited += 20) {
    if (waited > 5000) throw new Error('fuse2fs did not mount');
    await sleep(20);
  }
  return daemon;
}

test('A mount that hangs is failed alone, asked by one child only, and live again when it answers', async (context) => {
  const reason = whyNoLoop('mkfs.ext4', 'fuse2fs');
  if (reason !== undefined) return context.skip(reason);
  const folder = makeFolder();
  const hung = `${folder}/hung`;
  const sound = `${folder}/sound`;
  const daemon = await mountFuse(folder, hung);
  mountNew(folder, 'sound.img', sound);
  let children = 0;
  const counting: RunTool = async (request) => {
    if (request.args.includes(hung)) children += 1;
    return runTool(request);
  };
  const machine = createMachine({ runTool: counting });
  const subjects = createSubjects();
  expect(fillAt(await readAll(machine, subjects), hung).size_bytes).toBeGreaterThan(0);

  daemon.kill('SIGSTOP');
  children = 0;
  const started = performance.now();
  const asked = [readAll(machine, subjects), readAll(machine, subjects)];
  const [first, meanwhile] = await Promise.all(asked);
  expect(performance.now() - started).toBeLessThan(1500);
  expect(at(first ?? [], hung)?.fill).toMatchObject({ state: 'failed', code: 'timeout' });
  expect(at(meanwhile ?? [], hung)?.fill).toMatchObject({ state: 'failed' });
  const others = (first ?? []).filter(
    (each) => each.mount_point.startsWith(folder) || each.mount_point === '/',
  );
  expect(others.filter(({ fill }) => fill.state === 'failed').map((each) => each.mount_point)).toEqual([
    hung,
  ]);
  expect(at(first ?? [], sound)?.fill.state).toBe('ok');

  const again = performance.now();
  const second = await readAll(machine, subjects);
  expect(at(second, hung)?.fill).toMatchObject({ state: 'failed', code: 'hung' });
  expect(performance.now() - again).toBeLessThan(500);
  expect(children).toBe(1);

  daemon.kill('SIGCONT');
  for (let waited = 0; waited < 8000; waited += 250) {
    if (at(await readAll(machine, subjects), hung)?.fill.state === 'ok') break;
    await sleep(250);
  }
  expect(at(await readAll(machine, subjects), hung)?.fill.state).toBe('ok');
});

const TABLE = [
  '22 27 0:21 / /proc rw - proc proc rw',
  '25 27 0:23 / /run rw - tmpfs tmpfs rw',
  '27 1 254:0 / / rw - ext4 /dev/vda rw',
  '28 27 0:30 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw',
  '29 27 0:31 / /tank rw - zfs tank rw',
  '30 27 0:32 / /boot/efi ro - vfat /dev/sda1 ro',
  '31 27 0:33 / /mnt/nas rw - nfs4 nas:/export rw',
  '32 27 0:34 / /var/lib/lxcfs rw - fuse.lxcfs lxcfs rw',
  '33 27 0:35 / /empty rw - fuse.something something rw',
].join('\n');

/** `stat -f` with numbers of its own: block size, blocks, free, available, inodes, free inodes. */
const answering =
  (numbers: Readonly<Record<string, string>>): RunTool =>
  async ({ args }) => {
    const points = args.slice(args.indexOf('--') + 1);
    const told = points.filter((point) => point in numbers);
    const stdout = told.map((point) => `${point}\0${numbers[point]}\0`).join('');
    const stderr = "stat: cannot read file system information for '/mnt/nas': Permission denied\n";
    return Promise.resolve({ state: 'ended', code: told.length < points.length ? 1 : 0, stdout, stderr });
  };

test('Only what holds files is listed; a refusal is named; inodes are told only where they are numbered', async () => {
  const root = makeTree({ '/proc/self/mountinfo': TABLE });
  const runTool = answering({
    '/': '4096 1000 300 200 500 100',
    '/tank': '131072 1000 1000 1000 99999 99999',
    '/boot/efi': '512 1000 900 900 0 0',
    '/empty': '4096 0 0 0 0 0',
  });
  const all = await readAll(createMachine({ root, runTool }));
  expect(all.map(({ mount_point: point }) => point)).toEqual(['/', '/boot/efi', '/mnt/nas', '/tank']);
  expect(fillAt(all, '/')).toEqual({
    size_bytes: 4_096_000,
    used_bytes: 2_867_200,
    available_bytes: 819_200,
    used_share: 700 / 900,
    inodes_total: 500,
    inodes_used: 400,
  });
  expect(fillAt(all, '/tank')).toMatchObject({ used_share: 0, inodes_total: null, inodes_used: null });
  expect(at(all, '/boot/efi')).toMatchObject({ read_only: true, fill: { value: { inodes_total: null } } });
  expect(at(all, '/mnt/nas')?.fill).toMatchObject({ state: 'failed', code: 'no-permission' });
});

test('Without the stat program every file system is listed and none has a fill', async () => {
  const root = makeTree({ '/proc/self/mountinfo': TABLE });
  const all = await readAll(createMachine({ root }));
  expect(all.map(({ fill }) => (fill.state === 'ok' ? 'ok' : fill.code))).toEqual(Array(5).fill('no-tool'));
});
