// Structures of disks written byte by byte, where no program here makes them.
import { crc32 } from 'node:zlib';
import { randomBytes } from 'node:crypto';
import { MIB, writeAt } from './lent-device.ts';

export const noise = (bytes: number): Buffer => {
  const data = randomBytes(bytes);
  // Never zero at its edges, so that a test knows where it begins and ends.
  data[0] = 0x5a;
  data[bytes - 1] = 0xa5;
  return data;
};

export type Slice = {
  readonly first: number;
  readonly count: number;
  readonly type?: number;
};

const bootRecord = (slices: readonly Slice[], diskId = 0xfe1c0de5): Buffer => {
  const record = Buffer.alloc(512);
  record.writeUInt32LE(diskId, 440);
  for (const [index, { first, count, type = 0x83 }] of slices.entries()) {
    const at = 446 + index * 16;
    record.writeUInt8(type, at + 4);
    record.writeUInt32LE(first, at + 8);
    record.writeUInt32LE(count, at + 12);
  }
  record.writeUInt16LE(0xaa55, 510);
  return record;
};

export const writeMbr = (path: string, slices: readonly Slice[], diskId?: number): void =>
  writeAt(path, 0, bootRecord(slices, diskId));

/** An extended partition from sector 2048 on, with two partitions inside. */
export function writeExtended(path: string): void {
  writeMbr(path, [{ first: 2048, count: 60_000, type: 5 }]);
  writeAt(
    path,
    2048 * 512,
    bootRecord([
      { first: 64, count: 1000 },
      { first: 4096, count: 2000, type: 5 },
    ]),
  );
  writeAt(path, (2048 + 4096) * 512, bootRecord([{ first: 64, count: 1500 }]));
}

const guid = (text: string): Buffer => {
  const [a = '', b = '', c = '', d = '', e = ''] = text.split('-');
  const swap = (hex: string) => Buffer.from([...Buffer.from(hex, 'hex')].toReversed());
  return Buffer.concat([swap(a), swap(b), swap(c), Buffer.from(d, 'hex'), Buffer.from(e, 'hex')]);
};

const GPT_DISK = '11111111-2222-4333-8444-555555555555';
const GPT_PART = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
const LINUX_DATA = '0fc63daf-8483-4772-8e79-3d69d8477de4';

export function writeGpt(
  path: string,
  sizeBytes: number,
  slices: readonly Slice[],
  options: { readonly sector?: number; readonly only?: 'first' | 'backup' } = {},
): void {
  const { sector = 512, only } = options;
  const blocks = Math.floor(sizeBytes / sector);
  const entries = Buffer.alloc(128 * 128);
  for (const [index, { first, count }] of slices.entries()) {
    const at = index * 128;
    guid(LINUX_DATA).copy(entries, at);
    guid(GPT_PART).copy(entries, at + 16);
    entries.writeBigUInt64LE(BigInt(first), at + 32);
    entries.writeBigUInt64LE(BigInt(first + count - 1), at + 40);
    entries.write('felhom', at + 56, 'utf16le');
  }
  const entryBlocks = Math.ceil(entries.length / sector);
  const header = (own: number, other: number, entriesAt: number): Buffer => {
    const bytes = Buffer.alloc(sector);
    bytes.write('EFI PART', 0, 'latin1');
    bytes.writeUInt32LE(0x10000, 8);
    bytes.writeUInt32LE(92, 12);
    bytes.writeBigUInt64LE(BigInt(own), 24);
    bytes.writeBigUInt64LE(BigInt(other), 32);
    bytes.writeBigUInt64LE(BigInt(2 + entryBlocks), 40);
    bytes.writeBigUInt64LE(BigInt(blocks - 2 - entryBlocks), 48);
    guid(GPT_DISK).copy(bytes, 56);
    bytes.writeBigUInt64LE(BigInt(entriesAt), 72);
    bytes.writeUInt32LE(128, 80);
    bytes.writeUInt32LE(128, 84);
    bytes.writeUInt32LE(crc32(entries), 88);
    bytes.writeUInt32LE(crc32(bytes.subarray(0, 92)), 16);
    return bytes;
  };
  if (only !== 'backup') {
    writeMbr(path, [{ first: 1, count: Math.min(blocks - 1, 0xffffffff), type: 0xee }], 0);
    writeAt(path, sector, header(1, blocks - 1, 2));
    writeAt(path, 2 * sector, entries);
  }
  if (only !== 'first') {
    writeAt(path, (blocks - 1) * sector, header(blocks - 1, 1, blocks - 1 - entryBlocks));
    writeAt(path, (blocks - 1 - entryBlocks) * sector, entries);
  }
}

const MD_MAGIC = 0xa92b4efc;

/** At the end, where it was until 2008. */
export function writeMd090(path: string, sizeBytes: number): void {
  const block = Buffer.alloc(4096);
  block.writeUInt32LE(MD_MAGIC, 0);
  block.writeUInt32LE(0, 4);
  block.writeUInt32LE(90, 8);
  noise(4).copy(block, 20);
  noise(12).copy(block, 52);
  writeAt(path, (Math.floor(sizeBytes / 65_536) - 1) * 65_536, block);
}

/** 1.0 lies at the end, 1.1 at the beginning, 1.2 at 4 KiB. */
export function writeMd1(path: string, sizeBytes: number, minor: 0 | 1 | 2): void {
  const sectors = Math.floor(sizeBytes / 512);
  const at = { 0: Math.floor((sectors - 16) / 8) * 8, 1: 0, 2: 8 }[minor];
  const block = Buffer.alloc(4096);
  block.writeUInt32LE(MD_MAGIC, 0);
  block.writeUInt32LE(1, 4);
  noise(16).copy(block, 16);
  block.write('host:data', 32, 'latin1');
  block.writeBigUInt64LE(BigInt(at), 144);
  // The sum of all words, folded.
  let sum = 0n;
  for (let word = 0; word < 256 / 4; word += 1) sum += BigInt(block.readUInt32LE(word * 4));
  block.writeUInt32LE(Number((sum & 0xffffffffn) + (sum >> 32n)), 216);
  writeAt(path, at * 512, block);
}

export function writeZfs(path: string, sizeBytes: number, labels: readonly (0 | 1 | 2 | 3)[]): void {
  for (const label of labels) {
    const at = label < 2 ? label * 256 * 1024 : sizeBytes - (4 - label) * 256 * 1024;
    for (let index = 0; index < 128; index += 1) {
      const uberblock = Buffer.alloc(1024);
      uberblock.writeBigUInt64LE(0xbab10cn, 0);
      uberblock.writeBigUInt64LE(5000n, 8);
      writeAt(path, at + 128 * 1024 + index * 1024, uberblock);
    }
  }
}

/** A label's list of names and values, and no uberblock: nobody recognises that. */
export function writeZfsNames(path: string): void {
  writeAt(path, 16 * 1024, Buffer.from([1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 36, 0, 0, 0, 32]));
  writeAt(path, 16 * 1024 + 20, 'version\0name\0tank');
}

/** A mark at a fixed place is all that many formats are known by. */
export const marks = {
  bluestore: (path: string) =>
    writeAt(path, 0, 'bluestore block device\n61f2a0d4-8e2f-4b0b-9d6c-4d6a1f5f0b7e\n'),
  vmfs: (path: string) => {
    writeAt(path, MIB, Buffer.from([0x0d, 0xd0, 0x01, 0xc0]));
    writeAt(path, 2 * MIB, Buffer.from([0x5e, 0xf1, 0xab, 0x2f]));
  },
  refs: (path: string) => writeAt(path, 3, 'ReFS\0\0\0\0'),
  hfsplus: (path: string) => writeAt(path, 1024, Buffer.from([0x48, 0x2b, 0, 4, 0, 0, 1, 0])),
  apfs: (path: string) => {
    const block = Buffer.alloc(4096);
    block.writeUInt16LE(1, 24);
    block.writeUInt16LE(0x8000, 26);
    block.write('NXSB', 32, 'latin1');
    block.writeUInt32LE(4096, 36);
    writeAt(path, 0, block);
  },
  bitlocker: (path: string) => writeAt(path, 0, Buffer.from('\u{eb}R\u{90}-FVE-FS-', 'latin1')),
  bcache: (path: string) => writeAt(path, 4096 + 24, Buffer.from('c68573f64e1a45ca8265f57f48ba6d81', 'hex')),
  bcachefs: (path: string) =>
    writeAt(path, 4096 + 24, Buffer.from('c68573f666ce90a9d96a60cf803df7ef', 'hex')),
  reiserfs: (path: string) => writeAt(path, 65_536 + 52, 'ReIsEr2Fs'),
  jfs: (path: string) => writeAt(path, 32_768, 'JFS1'),
  udf: (path: string) => {
    for (const [index, word] of ['BEA01', 'NSR03', 'TEA01'].entries()) {
      writeAt(path, 32_768 + index * 2048, `\0${word}\u0001`);
    }
  },
  nilfs2: (path: string) => writeAt(path, 1024 + 6, Buffer.from([0x34, 0x34])),
  ocfs2: (path: string) => writeAt(path, 8192, 'OCFSV2'),
  gfs2: (path: string) => writeAt(path, 65_536, Buffer.from([1, 0x16, 0x19, 0x70])),
  oracleAsm: (path: string) => writeAt(path, 32, 'ORCLDISKDATA1'),
  drbd: (path: string, sizeBytes: number) => {
    writeAt(path, sizeBytes - 4096 + 60, Buffer.from([0x83, 0x74, 0x02, 0x6b]));
  },
  intelRaid: (path: string, sizeBytes: number) =>
    writeAt(path, sizeBytes - 1024, 'Intel Raid ISM Cfg Sig. 1.3.00'),
  ddfRaid: (path: string, sizeBytes: number) =>
    writeAt(path, sizeBytes - 512, Buffer.concat([Buffer.from([0xde, 0x11, 0xde, 0x11]), noise(60)])),
  verity: (path: string) => writeAt(path, 0, 'verity\0\0\u0001\0\0\0\u0001\0\0\0'),
  hibernation: (path: string) => writeAt(path, 4086, 'S1SUSPEND\0'),
  sun: (path: string) => {
    const label = Buffer.alloc(512);
    label.write('Felhom', 0, 'latin1');
    label.writeUInt16BE(0xdabe, 508);
    let sum = 0;
    for (let word = 0; word < 255; word += 1) sum ^= label.readUInt16BE(word * 2);
    label.writeUInt16BE(sum, 510);
    writeAt(path, 0, label);
  },
  bsd: (path: string) => {
    writeAt(path, 512, Buffer.from([0x57, 0x45, 0x56, 0x82]));
    writeAt(path, 512 + 132, Buffer.from([0x57, 0x45, 0x56, 0x82]));
  },
  mac: (path: string) => {
    writeAt(path, 0, 'ER\u0002\0');
    writeAt(path, 512, 'PM\0\0\0\0\0\u0001');
  },
  lvm1: (path: string) => writeAt(path, 0, 'HM\u0001\0'),
  tar: (path: string) => {
    writeAt(path, 0, 'backup/customer.sql');
    writeAt(path, 257, 'ustar  \0');
  },
  gzip: (path: string) => writeAt(path, 0, Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3, 4])),
  sqlite: (path: string) => writeAt(path, 0, 'SQLite format 3\0'),
  qcow2: (path: string) => writeAt(path, 0, Buffer.from([0x51, 0x46, 0x49, 0xfb, 0, 0, 0, 3])),
  luksHeaderless: (path: string) => writeAt(path, 16 * MIB, noise(MIB)),
} as const;
