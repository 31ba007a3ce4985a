// The kernel's complaints: which of its messages are some, and one that it really makes here.
import { truncateSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { RunTool } from '../../src/base/run-tool.ts';
import { parseJournal } from '../../src/host/journal.ts';
import { readKernelErrors } from '../../src/host/kernel-errors.ts';
import { classify, groupComplaints } from '../../src/host/kernel-messages.ts';
import { parseRecord } from '../../src/host/kmsg.ts';
import { createMachine } from '../../src/host/machine.ts';
import { attach, makeFolder, makeImage, quietly, whyNoLoop } from './loop-device.ts';

test.each([
  ['Out of memory: Killed process 4242 (mysqld) total-vm:1kB, anon-rss:1kB', 'oom', 'mysqld'],
  ['Memory cgroup out of memory: Killed process 7 (a) b) total-vm:1kB', 'oom', 'a'],
  ['I/O error, dev sda, sector 2048 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 2', 'io', 'sda'],
  ['blk_update_request: critical medium error, dev sdb, sector 1', 'io', 'sdb'],
  ['Buffer I/O error on dev dm-3, logical block 0, async page read', 'io', 'dm-3'],
  ['sd 0:0:0:0: [sda] tag#5 Sense Key : Medium Error [current]', 'io', 'sda'],
  ['ata3.00: exception Emask 0x0 SAct 0x0 SErr 0x0 action 0x6 frozen', 'io', 'ata3'],
  ['nvme nvme0: I/O 12 QID 3 timeout, aborting', 'io', 'nvme0'],
  ['md/raid1:md0: Disk failure on sda1, disabling device.', 'io', 'md0'],
  ['EXT4-fs error (device sda1): ext4_find_entry:1463: inode #2: comm ls: reading', 'filesystem', 'sda1'],
  ['EXT4-fs (sda1): Remounting filesystem read-only', 'filesystem', 'sda1'],
  ['Aborting journal on device dm-1-8.', 'filesystem', 'dm-1'],
  ['XFS (dm-2): Metadata corruption detected at xfs_agf_read_verify', 'filesystem', 'dm-2'],
  ['BTRFS error (device sdc1 state EA): bdev /dev/sdc1 errs: wr 1, rd 0', 'filesystem', 'sdc1'],
  ['BTRFS warning (device nvme0n1p2): csum failed root 5 ino 257', 'filesystem', 'nvme0n1p2'],
  ['mce: [Hardware Error]: CPU 2: Machine Check: 0 Bank 5: be00000000800400', 'machine-check', 'CPU 2'],
  ['EDAC MC0: 1 CE memory read error on CPU_SrcID#0', 'machine-check', 'MC0'],
  ['INFO: task kworker/u8:2:123 blocked for more than 120 seconds.', 'hung-task', 'kworker/u8:2'],
  ['watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [qemu:1]', 'hung-task', 'CPU#1'],
  ['BUG: unable to handle page fault for address: 0000', 'other', null],
])('%s', (text, kind, subject) => {
  expect(classify(text, 3)).toEqual({ kind, subject });
});

test.each([
  'EXT4-fs (vda): mounted filesystem 0000 r/w with ordered data mode. Quota mode: none.',
  'nvme nvme0: 8/0/0 default/read/poll queues',
  'sd 0:0:0:0: [sda] Attached SCSI disk',
  'mce: CPU0: Core temperature/speed normal',
  'XFS (dm-2): Ending clean mount',
  'bash (5241): drop_caches: 3',
  'docker0: port 1(veth0) entered disabled state',
  'process said: EXT4-fs error (device sda1): not true',
])('No complaint: %s', (text) => {
  expect(classify(text, 4)).toBeUndefined();
});

test('Complaints of one kind about one subject are one line with the newest message and both times', () => {
  const message = (at: number, text: string) => ({ at, priority: 3, text });
  const errors = groupComplaints(
    [
      message(50, 'I/O error, dev sda, sector 0'),
      message(100, 'I/O error, dev sda, sector 1'),
      message(300, 'I/O error, dev sda, sector 3'),
      message(200, 'I/O error, dev sda, sector 2'),
      message(150, 'I/O error, dev sdb, sector 9'),
    ],
    100,
  );
  expect(errors).toEqual([
    {
      kind: 'io',
      subject: 'sda',
      message: 'I/O error, dev sda, sector 3',
      first_at: 100,
      last_at: 300,
      count: 3,
    },
    {
      kind: 'io',
      subject: 'sdb',
      message: 'I/O error, dev sdb, sector 9',
      first_at: 150,
      last_at: 150,
      count: 1,
    },
  ]);
});

test('A record of the kernel’s log keeps its time and bytes; one that a program wrote into it does not count', () => {
  expect(parseRecord('3,841,8611123,-;label \\x1b]52;c; \\xc3\\xa9\n SUBSYSTEM=block\n', 1_000_000)).toEqual({
    priority: 3,
    at: 1_008_611,
    text: 'label \u001b]52;c; é',
  });
  expect(parseRecord('11,842,8611123,-;I/O error, dev sda, sector 0', 0)).toBeUndefined();
  expect(parseRecord('garbage', 0)).toBeUndefined();
});

const line = (fields: object) => JSON.stringify({ __REALTIME_TIMESTAMP: '1795364335800123', ...fields });

test('Journal messages come as text, as bytes or not at all, and odd lines hide no others', () => {
  const text = [
    line({ PRIORITY: '3', MESSAGE: 'plain', SYSLOG_FACILITY: '0' }),
    line({ PRIORITY: '4', MESSAGE: [27, 93, 53, 50] }),
    line({ PRIORITY: '3', MESSAGE: null }),
    line({ PRIORITY: '3', MESSAGE: 'from a program', SYSLOG_FACILITY: '3' }),
    '{broken',
  ].join('\n');
  expect(parseJournal(text)).toEqual([
    { at: 1_795_364_335_800, priority: 3, text: 'plain' },
    { at: 1_795_364_335_800, priority: 4, text: '\u001b]52' },
  ]);
});

const signal = new AbortController().signal;

test('A quiet journal is believed only when it holds anything of the kernel', async () => {
  const journal =
    (any: string): RunTool =>
    async ({ args }) =>
      Promise.resolve({ state: 'ended', code: 0, stderr: '', stdout: args.includes('--lines=1') ? any : '' });
  const root = import.meta.dirname;
  const quiet = createMachine({ root, runTool: journal(line({ MESSAGE: 'Linux version 6' })) });
  expect(await readKernelErrors(quiet, undefined, signal)).toMatchObject({
    state: 'ok',
    value: { errors: [] },
  });
  const empty = createMachine({ root, runTool: journal('') });
  expect(await readKernelErrors(empty, undefined, signal)).toMatchObject({ state: 'absent' });
});

test('A real read error of a real device is told within a second, with the device and the time', async (context) => {
  const reason = whyNoLoop('dd');
  if (reason !== undefined) return context.skip(reason);
  const image = makeImage(makeFolder(), 'short.img', 8 * 1024 * 1024);
  const device = attach(image);
  const before = await readKernelErrors(createMachine(), undefined, signal);
  if (before.state !== 'ok') return context.skip(`the kernel's messages cannot be read here: ${before.code}`);
  truncateSync(image, 4096);
  const at = Date.now();
  quietly('dd', `if=${device}`, 'of=/dev/null', 'bs=4k', 'skip=1000', 'count=1', 'iflag=direct');
  const after = await readKernelErrors(createMachine(), undefined, signal);
  const name = device.slice('/dev/'.length);
  const found = after.state === 'ok' ? after.value.errors.find(({ subject }) => subject === name) : undefined;
  expect(found).toMatchObject({ kind: 'io', subject: name });
  expect(Math.abs((found?.last_at ?? 0) - at)).toBeLessThan(5000);
});

test('What is written into the kernel’s log from outside is not taken for its own', async (context) => {
  if (process.getuid?.() !== 0) return context.skip('only root can write into the kernel’s log');
  const subject = `sd${'z'.repeat(3)}`;
  try {
    writeFileSync('/dev/kmsg', `<3>I/O error, dev ${subject}, sector 0\n`);
  } catch {
    return context.skip('no kernel log to write into here');
  }
  const reading = await readKernelErrors(createMachine(), undefined, signal);
  if (reading.state !== 'ok')
    return context.skip(`the kernel's messages cannot be read here: ${reading.code}`);
  expect(reading.value.errors.filter((each) => each.subject === subject)).toEqual([]);
});
