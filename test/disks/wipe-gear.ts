// What the tests of signed wipes share: orders, wipes in this process that end before mkfs, and looks at a
// device that use nothing of ours.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf } from '../../src/base/errors.ts';
import type { FormatStage, WipeKind } from '../../src/contracts/facts/operations.ts';
import type { JobTalk } from '../../src/disks/disk-job.ts';
import type { FormatOrder, FormatResult } from '../../src/disks/format-order.ts';
import { createJobExamine } from '../../src/disks/job-examine.ts';
import type { JobReport } from '../../src/disks/job-messages.ts';
import { closeDevice, openDevice } from '../../src/disks/open-device.ts';
import { performFormat } from '../../src/disks/perform-format.ts';
import { planWipe, verifyWiped, wipeDevice } from '../../src/disks/wipe-device.ts';
import { readNumberedDevice } from '../../src/host/numbered-device.ts';
import { run } from '../host/loop-device.ts';
import { machine, orderFor } from './format-gear.ts';
import { MIB, type LentDevice } from './lent-device.ts';

export const SIGNED_STAGES: readonly FormatStage[] = [
  'rechecked',
  'wiping',
  'zero_verified',
  'mkfs',
  'fs_verified',
  'released',
];

export const signedOrder = async (name: string, wipe: WipeKind = 'full'): Promise<FormatOrder> => ({
  ...(await orderFor(name)),
  wipe,
});

/** The wipe alone, on a device that this process claims. */
export async function wipeAlone({ name }: LentDevice, kind: WipeKind): Promise<void> {
  const number = readFileSync(`/sys/class/block/${name}/dev`, 'utf8').trim();
  const seen = await readNumberedDevice(machine, number);
  if (seen === undefined) throw new Error(`${name} is gone`);
  const { fd } = await claimPatiently(seen.path);
  const claim = { fd, device: seen, release: async () => closeDevice(fd) };
  const wipe = { claim, kind, machine, signal: new AbortController().signal, onProgress: () => {} };
  try {
    await verifyWiped(await wipeDevice(await planWipe(wipe), wipe), wipe);
  } finally {
    await claim.release();
  }
}

/** Others that look whether it is held hold it for a moment. */
async function claimPatiently(path: string, tries = 100): ReturnType<typeof openDevice> {
  try {
    return await openDevice(path, 'claim', machine.runTool);
  } catch (error) {
    if (errnoOf(error) !== 'EBUSY' || tries === 0) throw error;
  }
  await sleep(50);
  return claimPatiently(path, tries - 1);
}

export type EndedEarly = { readonly result: FormatResult; readonly reports: readonly JobReport[] };

/** All that a job does up to mkfs, where it is cancelled. */
export async function wipeOnly(order: FormatOrder): Promise<EndedEarly> {
  const reports: JobReport[] = [];
  const over = new AbortController();
  const talk: JobTalk = {
    say: (report) => void reports.push(report),
    ask: async (report) => {
      reports.push(report);
      if (report.kind === 'stage' && report.stage === 'mkfs') over.abort();
      return Promise.resolve();
    },
    signal: over.signal,
  };
  const result = await performFormat(order, talk, { machine, createExamine: createJobExamine(machine) });
  return { result, reports };
}

/** Of the device or a part of it, read past what the kernel remembers. */
export function hashOf(path: string, from = 0, to = Number.MAX_SAFE_INTEGER): string {
  if (path !== '/dev/zero') run('blockdev', '--flushbufs', path);
  const hash = createHash('sha256');
  for (const { bytes } of readAll(path, from, to)) hash.update(bytes);
  return hash.digest('hex');
}

function* readAll(path: string, from = 0, to = Number.MAX_SAFE_INTEGER) {
  const fd = openSync(path, 'r');
  try {
    for (let position = from; position < to;) {
      const bytes = Buffer.alloc(Math.min(4 * MIB, to - position));
      const got = readSync(fd, bytes, 0, bytes.length, position);
      if (got === 0) return;
      yield { position, bytes: bytes.subarray(0, got) };
      position += got;
    }
  } finally {
    closeSync(fd);
  }
}

/** By which a file system, table or member would be known if it began at some sector: where in it, and what. */
const BEGINNINGS: readonly (readonly [string, number, Buffer])[] = [
  ['ext', 0x38, Buffer.from([0x53, 0xef])],
  ['xfs', 0, Buffer.from('XFSB')],
  ['btrfs', 0x40, Buffer.from('_BHRfS_M')],
  ['GPT', 0, Buffer.from('EFI PART')],
  ['MBR', 510, Buffer.from([0x55, 0xaa])],
  ['LUKS', 0, Buffer.from('LUKS\u{ba}\u{be}', 'latin1')],
  ['LUKS2, second header', 0, Buffer.from('SKUL\u{ba}\u{be}', 'latin1')],
  ['LVM', 0, Buffer.from('LABELONE')],
  ['LVM metadata', 4, Buffer.from(' LVM2 x[5A%r0N*>')],
  ['MD', 0, Buffer.from('fc4e2ba9', 'hex')],
  ['ZFS', 0, Buffer.from('0cb1ba00', 'hex')],
  ['swap', 502, Buffer.from('SWAPSPACE2')],
  ['NTFS', 3, Buffer.from('NTFS    ')],
  ['exFAT', 3, Buffer.from('EXFAT   ')],
  ['FAT', 54, Buffer.from('FAT16   ')],
  ['FAT', 82, Buffer.from('FAT32   ')],
  ['F2FS', 0, Buffer.from('1020f5f2', 'hex')],
  ['ISO 9660', 1, Buffer.from('CD001')],
];

/** Wherever in it something begins that somebody could still mount, assemble or recover a table from. */
export function findBeginnings(path: string): readonly string[] {
  const zeros = Buffer.alloc(512);
  const found: string[] = [];
  for (const { position, bytes } of readAll(path)) {
    if (bytes.equals(Buffer.alloc(bytes.length))) continue;
    for (let at = 0; at + 512 <= bytes.length; at += 512) {
      const sector = bytes.subarray(at, at + 512);
      if (sector.equals(zeros)) continue;
      for (const [what, offset, mark] of BEGINNINGS) {
        if (sector.subarray(offset, offset + mark.length).equals(mark)) {
          found.push(`${what} at ${position + at}`);
        }
      }
    }
  }
  return found;
}

/** What both programs find on it. */
export function findSignatures(path: string): string {
  run('blockdev', '--flushbufs', path);
  const blkid = (() => {
    try {
      return run('blkid', '-p', '-o', 'export', path);
    } catch (error) {
      return error instanceof Error && 'status' in error && error.status === 2 ? '' : String(error);
    }
  })();
  return `${blkid}${run('wipefs', '--noheadings', path)}`.trim();
}
