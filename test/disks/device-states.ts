// States that a disk can be in, each made for real on a loop device. What is on a disk is one thing, and
// who uses it another: states in use lie on disks of which every byte is zero wherever that can be, so that
// nothing but the use itself can give them away.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { attach, makeFolder, makeImage, quietly, run } from '../host/loop-device.ts';
import {
  marks,
  noise,
  writeExtended,
  writeGpt,
  writeMbr,
  writeMd090,
  writeMd1,
  writeZfs,
  writeZfsNames,
} from './device-bytes.ts';
import {
  endWithTest,
  holdOpen,
  MIB,
  OPEN,
  showPartitions,
  writeAt,
  zeroAt,
  type LendOptions,
  type LentDevice,
} from './lent-device.ts';

export type DeviceState = LendOptions & {
  readonly name: string;
  readonly wanted: 'blank' | 'data' | 'in_use' | 'unknown';
  /** Signals that must be among those that are seen. */
  readonly signals?: readonly string[];
  readonly make?: (device: LentDevice) => void;
  /** Once every byte was read: what changes nothing on the disk, or what nobody could see being written. */
  readonly afterScan?: (device: LentDevice) => void;
};

const tool =
  (file: string, ...args: readonly string[]) =>
  ({ path }: LentDevice) =>
    void run(file, ...args, path);

const bytes =
  (write: (path: string, sizeBytes: number) => void) =>
  ({ path, sizeBytes }: LentDevice) =>
    write(path, sizeBytes);

const both =
  (...steps: readonly ((device: LentDevice) => void)[]) =>
  (device: LentDevice) => {
    for (const step of steps) step(device);
  };

const ext4 = tool('mkfs.ext4', '-q', '-F');
const wiped = tool('wipefs', '-a', '-q');
const pipe = (input: string, file: string, ...args: readonly string[]) =>
  void execFileSync(file, args, { input, stdio: ['pipe', 'ignore', 'ignore'] });
const luks = (type: 'luks1' | 'luks2') => (device: LentDevice) =>
  pipe(
    'word',
    ...(['cryptsetup', 'luksFormat', '-q', '--type', type, '--pbkdf', 'pbkdf2'] as const),
    ...(['--pbkdf-force-iterations', '1000', '--key-file', '-', device.path] as const),
  );

function mountOn(device: string, folder: string, ...options: readonly string[]): string {
  mkdirSync(folder, { recursive: true });
  run('mount', ...options, device, folder);
  onTestFinished(() => quietly('umount', '-l', folder));
  return folder;
}

const part = ({ path }: LentDevice, number = 1) => `${path}p${number}`;
const oneSlice = [{ first: 2048, count: 65_536 }] as const;

const blank: readonly DeviceState[] = [
  { name: 'sparse file', wanted: 'blank' },
  {
    name: 'ext4, then zeroed to the last byte',
    wanted: 'blank',
    make: both(ext4, ({ path, sizeBytes }) => zeroAt(path, 0, sizeBytes)),
  },
  { name: 'ext4, then discarded', wanted: 'blank', make: both(ext4, tool('blkdiscard', '-f')) },
  { name: 'zeros written', wanted: 'blank', make: bytes((path) => zeroAt(path, 0, 8 * MIB)) },
  { name: 'sectors of 4096', wanted: 'blank', sectorBytes: 4096 },
  { name: 'a size of no round number', wanted: 'blank', sizeBytes: 33 * MIB + 7 * 512 },
  { name: 'small', wanted: 'blank', sizeBytes: 64 * 1024 },
];

const bySignature: readonly DeviceState[] = [
  { name: 'ext2', wanted: 'data', signals: ['signature'], make: tool('mke2fs', '-q', '-F', '-t', 'ext2') },
  { name: 'ext3', wanted: 'data', signals: ['signature'], make: tool('mke2fs', '-q', '-F', '-t', 'ext3') },
  { name: 'ext4', wanted: 'data', signals: ['signature'], make: ext4 },
  {
    name: 'ext4 with 1 KiB blocks',
    wanted: 'data',
    signals: ['signature'],
    make: tool('mkfs.ext4', '-q', '-F', '-b', '1024'),
  },
  {
    name: 'ext4 journal device',
    wanted: 'data',
    signals: ['signature'],
    make: tool('mke2fs', '-q', '-F', '-O', 'journal_dev'),
  },
  {
    name: 'xfs',
    wanted: 'data',
    signals: ['signature'],
    sizeBytes: 320 * MIB,
    make: tool('mkfs.xfs', '-q', '-f'),
  },
  {
    name: 'btrfs',
    wanted: 'data',
    signals: ['signature'],
    sizeBytes: 128 * MIB,
    make: tool('mkfs.btrfs', '-q', '-f'),
  },
  { name: 'f2fs', wanted: 'data', signals: ['signature'], make: tool('mkfs.f2fs', '-q', '-f') },
  { name: 'FAT16', wanted: 'data', signals: ['signature'], make: tool('mkfs.fat') },
  { name: 'FAT32', wanted: 'data', signals: ['signature'], make: tool('mkfs.fat', '-F', '32', '-I') },
  { name: 'exFAT', wanted: 'data', signals: ['signature'], make: tool('mkfs.exfat') },
  { name: 'NTFS', wanted: 'data', signals: ['signature'], make: tool('mkntfs', '-q', '-F', '-Q') },
  { name: 'minix', wanted: 'data', signals: ['signature'], make: tool('mkfs.minix') },
  { name: 'bfs', wanted: 'data', signals: ['signature'], make: tool('mkfs.bfs') },
  { name: 'swap', wanted: 'data', signals: ['signature'], make: tool('mkswap') },
  {
    name: 'swap with a hibernation image',
    wanted: 'data',
    signals: ['signature'],
    make: both(tool('mkswap'), bytes(marks.hibernation)),
  },
  {
    name: 'squashfs',
    wanted: 'data',
    signals: ['signature'],
    make: ({ path, folder }) => {
      mkdirSync(`${folder}/tree`);
      writeFileSync(`${folder}/tree/file`, 'kept');
      run('mksquashfs', `${folder}/tree`, `${folder}/tree.sqfs`, '-quiet', '-no-progress');
      run('dd', `if=${folder}/tree.sqfs`, `of=${path}`, 'conv=notrunc');
    },
  },
  {
    name: 'ISO 9660',
    wanted: 'data',
    signals: ['signature'],
    make: ({ path, folder }) => {
      mkdirSync(`${folder}/tree`);
      writeFileSync(`${folder}/tree/file`, 'kept');
      run('genisoimage', '-quiet', '-o', `${folder}/tree.iso`, `${folder}/tree`);
      run('dd', `if=${folder}/tree.iso`, `of=${path}`, 'conv=notrunc');
    },
  },
  {
    name: 'cramfs',
    wanted: 'data',
    signals: ['signature'],
    make: ({ path, folder }) => {
      mkdirSync(`${folder}/tree`);
      writeFileSync(`${folder}/tree/file`, 'kept');
      run('mkfs.cramfs', `${folder}/tree`, `${folder}/tree.cramfs`);
      run('dd', `if=${folder}/tree.cramfs`, `of=${path}`, 'conv=notrunc');
    },
  },
  { name: 'LUKS1', wanted: 'data', signals: ['signature'], make: luks('luks1') },
  { name: 'LUKS2', wanted: 'data', signals: ['signature'], make: luks('luks2') },
  {
    name: 'LVM physical volume',
    wanted: 'data',
    signals: ['signature'],
    make: tool('pvcreate', '-q', '-y', '--devicesfile', ''),
  },
  { name: 'MD 0.90, at the end', wanted: 'data', signals: ['signature'], make: bytes(writeMd090) },
  {
    name: 'MD 1.0, at the end',
    wanted: 'data',
    signals: ['signature'],
    make: bytes((path, size) => writeMd1(path, size, 0)),
  },
  {
    name: 'MD 1.1, at the beginning',
    wanted: 'data',
    signals: ['signature'],
    make: bytes((path, size) => writeMd1(path, size, 1)),
  },
  {
    name: 'MD 1.2, at 4 KiB',
    wanted: 'data',
    signals: ['signature'],
    make: bytes((path, size) => writeMd1(path, size, 2)),
  },
  {
    name: 'ZFS, four labels',
    wanted: 'data',
    signals: ['signature'],
    make: bytes((path, size) => writeZfs(path, size, [0, 1, 2, 3])),
  },
  {
    name: 'ZFS, the last label only',
    wanted: 'data',
    make: bytes((path, size) => writeZfs(path, size, [3])),
  },
  {
    name: 'ZFS, names without uberblocks',
    wanted: 'data',
    signals: ['not-zero'],
    make: bytes(writeZfsNames),
  },
  ...Object.entries(marks).map(([name, write]): DeviceState => ({
    name: `mark of ${name}`,
    wanted: 'data',
    make: bytes(write),
  })),
  {
    name: 'signatures that contradict each other',
    wanted: 'data',
    make: both(tool('mkfs.ext4', '-q', '-F', '-b', '4096'), bytes(marks.lvm1), bytes(marks.reiserfs)),
  },
];

const byTable: readonly DeviceState[] = [
  {
    name: 'GPT with an entry',
    wanted: 'data',
    signals: ['signature', 'partition-table', 'hidden-partition'],
    make: bytes((path, size) => writeGpt(path, size, oneSlice)),
  },
  {
    name: 'GPT without entries',
    wanted: 'data',
    signals: ['signature', 'partition-table'],
    make: bytes((path, size) => writeGpt(path, size, [])),
  },
  {
    name: 'GPT, only the copy at the end',
    wanted: 'data',
    signals: ['partition-table', 'hidden-partition'],
    make: bytes((path, size) => writeGpt(path, size, oneSlice, { only: 'backup' })),
  },
  {
    name: 'GPT of 4096 bytes a sector on a disk of 512',
    wanted: 'data',
    signals: ['partition-table', 'hidden-partition'],
    make: bytes((path, size) => writeGpt(path, size, [{ first: 256, count: 1024 }], { sector: 4096 })),
  },
  {
    name: 'GPT of 4096 bytes a sector, its own size',
    wanted: 'data',
    sectorBytes: 4096,
    signals: ['partition-table'],
    make: bytes((path, size) => writeGpt(path, size, [{ first: 256, count: 1024 }], { sector: 4096 })),
  },
  {
    name: 'GPT of 4096 bytes a sector, only the copy at the end, on a disk of 512',
    wanted: 'data',
    signals: ['partition-table'],
    make: bytes((path, size) =>
      writeGpt(path, size, [{ first: 256, count: 1024 }], { sector: 4096, only: 'backup' }),
    ),
  },
  {
    name: 'protective MBR alone',
    wanted: 'data',
    signals: ['partition-table'],
    make: bytes((path) => writeMbr(path, [{ first: 1, count: 131_071, type: 0xee }])),
  },
  {
    name: 'MBR with one entry',
    wanted: 'data',
    signals: ['signature', 'partition-table', 'hidden-partition'],
    make: bytes((path) => writeMbr(path, oneSlice)),
  },
  {
    name: 'MBR without entries',
    wanted: 'data',
    signals: ['partition-table'],
    make: bytes((path) => writeMbr(path, [])),
  },
  {
    name: 'MBR with partitions inside another',
    wanted: 'data',
    signals: ['partition-table', 'hidden-partition'],
    make: bytes(writeExtended),
  },
  {
    name: 'idle partition',
    wanted: 'data',
    signals: ['partitions', 'partition-table'],
    make: both(
      bytes((path) => writeMbr(path, oneSlice)),
      showPartitions,
    ),
  },
  {
    name: 'ext4 on a partition that the kernel does not show',
    wanted: 'data',
    signals: ['hidden-partition'],
    make: (device) => {
      writeMbr(device.path, oneSlice);
      showPartitions(device);
      run('mkfs.ext4', '-q', part(device));
      run('partx', '--delete', device.path);
    },
  },
  {
    name: "table zeroed, the kernel's partition still there",
    wanted: 'data',
    signals: ['partitions'],
    make: both(
      bytes((path) => writeMbr(path, oneSlice)),
      showPartitions,
      bytes((path) => zeroAt(path, 0, 512)),
    ),
  },
];

const withoutSignature: readonly DeviceState[] = [
  {
    name: 'xfs after wipefs -a',
    wanted: 'data',
    sizeBytes: 320 * MIB,
    make: both(tool('mkfs.xfs', '-q', '-f'), wiped),
  },
  { name: 'ext4 after wipefs -a', wanted: 'data', make: both(ext4, wiped) },
  {
    name: 'btrfs after wipefs -a',
    wanted: 'data',
    sizeBytes: 128 * MIB,
    make: both(tool('mkfs.btrfs', '-q', '-f'), wiped),
  },
  {
    name: 'ext4 with its first MiB zeroed',
    wanted: 'data',
    make: both(
      ext4,
      bytes((path) => zeroAt(path, 0, MIB)),
    ),
  },
  {
    name: 'LUKS2 with its first MiB zeroed',
    wanted: 'data',
    make: both(
      luks('luks2'),
      bytes((path) => zeroAt(path, 0, MIB)),
    ),
  },
  {
    name: 'ext4, only a superblock copy',
    wanted: 'data',
    sizeBytes: 160 * MIB,
    make: bytes((path) => {
      run('mkfs.ext4', '-q', '-F', '-b', '4096', path);
      zeroAt(path, 0, 128 * MIB);
      zeroAt(path, 128 * MIB + 4096, 32 * MIB - 4096);
    }),
  },
  {
    name: 'btrfs, only its second superblock',
    wanted: 'data',
    sizeBytes: 128 * MIB,
    make: bytes((path) => {
      run('mkfs.btrfs', '-q', '-f', path);
      zeroAt(path, 0, 64 * MIB);
      zeroAt(path, 64 * MIB + 4096, 64 * MIB - 4096);
    }),
  },
  {
    name: "old partition's ext4 after wipefs -a on the disk",
    wanted: 'data',
    make: (device) => {
      writeMbr(device.path, oneSlice);
      showPartitions(device);
      run('mkfs.ext4', '-q', part(device));
      run('partx', '--delete', device.path);
      run('wipefs', '-a', '-q', device.path);
    },
  },
  {
    name: '4 KiB of noise in the middle',
    wanted: 'data',
    make: bytes((path, size) => writeAt(path, size / 2, noise(4096))),
  },
  {
    name: 'all 0xFF',
    wanted: 'data',
    sizeBytes: 8 * MIB,
    make: bytes((path, size) => writeAt(path, 0, Buffer.alloc(size, 0xff))),
  },
  {
    name: 'text at the beginning',
    wanted: 'data',
    make: bytes((path) => writeAt(path, 0, 'Kedves ügyfelünk!')),
  },
  { name: 'one byte at the beginning', wanted: 'data', make: bytes((path) => writeAt(path, 0, '\u0001')) },
  {
    name: 'one byte in the middle',
    wanted: 'data',
    make: bytes((path, size) => writeAt(path, size / 2 + 77, '\u0001')),
  },
  {
    name: 'one byte at the end',
    wanted: 'data',
    make: bytes((path, size) => writeAt(path, size - 1, '\u0080')),
  },
  {
    name: 'one byte behind the first MiB',
    wanted: 'data',
    make: bytes((path) => writeAt(path, MIB + 1, 'x')),
  },
  {
    name: 'one byte at a place of no meaning',
    wanted: 'data',
    make: bytes((path) => writeAt(path, 7_654_321, 'x')),
  },
  {
    name: 'one byte in the last sector of an odd size',
    wanted: 'data',
    sizeBytes: 33 * MIB + 7 * 512,
    make: bytes((path, size) => writeAt(path, size - 300, 'x')),
  },
  {
    name: 'data only behind a smaller blank',
    wanted: 'data',
    sizeBytes: 200 * MIB,
    make: bytes((path) => writeAt(path, 190 * MIB, noise(512))),
  },
  {
    name: 'written after it was read whole',
    wanted: 'unknown',
    afterScan: ({ path }) =>
      run('dd', 'if=/dev/urandom', `of=${path}`, 'bs=512', 'count=1', 'seek=33333', 'conv=fsync'),
  },
  {
    name: 'written past the loop device after it was read whole',
    wanted: 'unknown',
    afterScan: ({ image }) => writeAt(image, 5_555_555, 'x'),
  },
];

const waitFor = (file: string) =>
  void run('timeout', '10', 'sh', '-c', 'while [ ! -e "$1" ]; do sleep 0.02; done', 'sh', file);

/** A script of Perl's that keeps what it does until the test ends. */
function keepDoing(script: string, ...args: readonly string[]): void {
  const ready = `${makeFolder()}/ready`;
  const rest = 'open(R, ">", shift); close(R); sleep 600;';
  const child = spawn('perl', ['-e', `${script}; ${rest}`, '--', ...args, ready], { stdio: 'ignore' });
  endWithTest(child);
  waitFor(ready);
}

const inUse: readonly DeviceState[] = [
  {
    name: 'mounted',
    wanted: 'in_use',
    signals: ['mounted', 'exclusive'],
    make: both(ext4, ({ path, folder }) => void mountOn(path, `${folder}/mnt`)),
  },
  {
    name: 'mounted read-only',
    wanted: 'in_use',
    signals: ['mounted'],
    make: both(ext4, ({ path, folder }) => void mountOn(path, `${folder}/mnt`, '-o', 'ro')),
  },
  {
    name: 'mounted in another namespace only',
    wanted: 'in_use',
    signals: ['mounted'],
    make: both(ext4, ({ path, folder }) => {
      mkdirSync(`${folder}/mnt`);
      const script = `mount "$1" "$2" && touch "$3" && exec sleep 600`;
      const how = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh'];
      const child = spawn('unshare', [...how, path, `${folder}/mnt`, `${folder}/ready`]);
      endWithTest(child);
      waitFor(`${folder}/ready`);
    }),
  },
  {
    name: 'unmounted lazily, a file still open',
    wanted: 'in_use',
    signals: ['exclusive'],
    make: both(ext4, ({ path, folder }) => {
      mountOn(path, `${folder}/mnt`);
      writeFileSync(`${folder}/mnt/open`, '');
      holdOpen(`${folder}/mnt/open`, OPEN.read);
      run('umount', '-l', `${folder}/mnt`);
    }),
  },
  {
    name: 'partition mounted',
    wanted: 'in_use',
    signals: ['mounted', 'partitions'],
    make: (device) => {
      writeMbr(device.path, oneSlice);
      showPartitions(device);
      run('mkfs.ext4', '-q', part(device));
      mountOn(part(device), `${device.folder}/mnt`);
    },
  },
  {
    name: 'partition open, its disk not',
    wanted: 'in_use',
    signals: ['open'],
    make: (device) => {
      writeMbr(device.path, oneSlice);
      showPartitions(device);
      holdOpen(part(device), OPEN.read);
    },
  },
  {
    name: 'mounted by way of another member of its btrfs',
    wanted: 'in_use',
    signals: ['btrfs-member'],
    sizeBytes: 128 * MIB,
    make: ({ path, folder }) => {
      const other = attach(makeImage(folder, 'other.img', 128 * MIB));
      run('mkfs.btrfs', '-q', '-f', '-d', 'single', '-m', 'single', other, path);
      mountOn(other, `${folder}/mnt`, '-o', `device=${path}`);
    },
  },
  {
    name: 'journal of a mounted ext4',
    wanted: 'in_use',
    signals: ['exclusive'],
    make: ({ path, folder }) => {
      run('mke2fs', '-q', '-F', '-b', '4096', '-O', 'journal_dev', path);
      const other = attach(makeImage(folder, 'other.img', 64 * MIB));
      run('mkfs.ext4', '-q', '-b', '4096', '-J', `device=${path}`, other);
      mountOn(other, `${folder}/mnt`);
    },
  },
  {
    name: 'swap in use',
    wanted: 'in_use',
    signals: ['swap'],
    make: both(tool('mkswap'), ({ path }) => {
      run('swapon', path);
      onTestFinished(() => quietly('swapoff', path));
    }),
  },
  {
    name: 'blank, held exclusively',
    wanted: 'in_use',
    signals: ['exclusive', 'open'],
    afterScan: ({ path }) => void holdOpen(path, OPEN.exclusive),
  },
  {
    name: 'blank, open for writing',
    wanted: 'in_use',
    signals: ['open'],
    afterScan: ({ path }) => void holdOpen(path, OPEN.write),
  },
  {
    name: 'blank, open for reading',
    wanted: 'in_use',
    signals: ['open'],
    afterScan: ({ path }) => void holdOpen(path, OPEN.read),
  },
  {
    name: 'blank, open by another name',
    wanted: 'in_use',
    signals: ['open'],
    afterScan: ({ path, folder }) => {
      const [major = '', minor = ''] = run('lsblk', '-dno', 'MAJ:MIN', path).trim().split(':');
      run('mknod', `${folder}/alias`, 'b', major, minor);
      holdOpen(`${folder}/alias`, OPEN.write);
    },
  },
  {
    name: 'blank, behind another loop device',
    wanted: 'in_use',
    signals: ['loop-backing'],
    afterScan: ({ path }) => {
      attach(path);
    },
  },
  {
    name: 'blank, behind another loop device by another name',
    wanted: 'in_use',
    signals: ['loop-backing'],
    afterScan: ({ path, folder }) => {
      const [major = '', minor = ''] = run('lsblk', '-dno', 'MAJ:MIN', path).trim().split(':');
      run('mknod', `${folder}/alias`, 'b', major, minor);
      attach(`${folder}/alias`);
      rmSync(`${folder}/alias`);
    },
  },
  {
    name: 'blank, locked as QEMU does',
    wanted: 'in_use',
    signals: ['locked'],
    afterScan: ({ path }) =>
      // F_OFD_SETLK with a struct flock of a read lock on byte 100.
      keepDoing(
        'open(F, "+<", shift) or die; my $l = pack("s s x4 q q i x4", 0, 0, 100, 1, 0); fcntl(F, 37, $l) or die',
        path,
      ),
  },
];

const blocked: readonly DeviceState[] = [
  { name: 'read-only', wanted: 'unknown', signals: ['read-only'], readOnly: true },
  {
    name: 'made read-only',
    wanted: 'unknown',
    signals: ['read-only'],
    afterScan: ({ path }) => {
      run('blockdev', '--setro', path);
      // It would stay with the loop device's number.
      onTestFinished(() => quietly('blockdev', '--setrw', path));
    },
  },
  {
    name: 'every read fails',
    wanted: 'unknown',
    signals: ['read-error'],
    make: ({ image }) => truncateSync(image, 0),
  },
  {
    name: 'reads fail behind the first half',
    wanted: 'unknown',
    signals: ['read-error'],
    make: ({ image, sizeBytes }) => truncateSync(image, sizeBytes / 2),
  },
  { name: 'size 0', wanted: 'unknown', signals: ['no-medium'], sizeBytes: 0 },
  {
    name: 'without its by-id link',
    wanted: 'unknown',
    signals: ['no-durable-id'],
    afterScan: ({ durableId }) => rmSync(`/dev/disk/by-id/${durableId.slice('byid:'.length)}`),
  },
];

export const deviceStates: readonly DeviceState[] = [
  ...blank,
  ...bySignature,
  ...byTable,
  ...withoutSignature,
  ...inUse,
  ...blocked,
];
