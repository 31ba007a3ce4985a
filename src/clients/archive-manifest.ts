// What an archive by `docker save` says that it holds: its `manifest.json`, found by walking the headers of the tar,
// without reading its layers. Docker answers 200 to a truncated one; this finds it first.
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { parseJson } from '../base/parse-json.ts';

export type ArchivedImage = {
  /** `sha256:…`, of its configuration: what Docker will call it. */
  readonly id: string;
  readonly references: readonly string[];
};

/** What is wrong with an archive, in English. */
export class BadArchive extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BadArchive';
  }
}

const BLOCK = 512;
const MAX_ENTRIES = 100_000;
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

const manifest = z.array(z.looseObject({ Config: z.string(), RepoTags: z.array(z.string()).nullish() }));
/** `<hex>.json` of Docker itself, `blobs/sha256/<hex>` of an OCI layout. */
const CONFIG = /^(?:blobs\/sha256\/)?([0-9a-f]{64})(?:\.json)?$/;

/** Throws `BadArchive`, or the errno of reading it. */
export async function readArchiveManifest(path: string): Promise<readonly ArchivedImage[]> {
  const file = await open(path, READ);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new BadArchive(`${path} is no regular file`);
    const text = await findManifest(path, file, stat.size);
    const parsed = manifest.safeParse(parseJson(text));
    if (!parsed.success) throw new BadArchive(`${path} holds no manifest of images`);
    return parsed.data.map(({ Config, RepoTags }) => {
      const digest = CONFIG.exec(Config)?.[1];
      if (digest === undefined) throw new BadArchive(`${path} names a configuration that is no digest`);
      return { id: `sha256:${digest}`, references: RepoTags ?? [] };
    });
  } finally {
    await file.close();
  }
}

async function findManifest(path: string, file: FileHandle, sizeBytes: number): Promise<string> {
  let text: string | undefined;
  let ended = false;
  let at = 0;
  for (let entries = 0; at + BLOCK <= sizeBytes; entries += 1) {
    if (entries > MAX_ENTRIES) throw new BadArchive(`${path} has too many entries`);
    const header = await readAt(file, at, BLOCK);
    if (header.every((byte) => byte === 0)) {
      ended = true;
      break;
    }
    if (!checksumHolds(header)) throw new BadArchive(`${path} is no tar archive`);
    const length = numberOf(header.subarray(124, 136));
    const next = at + BLOCK + Math.ceil(length / BLOCK) * BLOCK;
    if (next > sizeBytes) break;
    if (nameOf(header) === 'manifest.json') {
      if (length > MAX_MANIFEST_BYTES) throw new BadArchive(`${path} has too large a manifest`);
      text = (await readAt(file, at + BLOCK, length)).toString('utf8');
    }
    at = next;
  }
  if (!ended) throw new BadArchive(`${path} is truncated: it ends after ${sizeBytes} bytes, in the middle`);
  if (text === undefined) throw new BadArchive(`${path} has no manifest.json`);
  return text;
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  return bytes.subarray(0, bytesRead);
}

const nameOf = (header: Buffer): string => textOf(header.subarray(0, 100)).replace(/^\.\//, '');

const textOf = (bytes: Buffer): string => {
  const end = bytes.indexOf(0);
  return bytes.subarray(0, end === -1 ? bytes.length : end).toString('utf8');
};

/** Octal, or binary with the first bit set, as GNU tar writes what is larger than 8 GiB. */
function numberOf(bytes: Buffer): number {
  const first = bytes[0] ?? 0;
  if ((first & 0x80) !== 0) return Number(bytes.readBigUInt64BE(bytes.length - 8));
  const octal = textOf(bytes).trim();
  return /^[0-7]+$/.test(octal) ? Number.parseInt(octal, 8) : Number.NaN;
}

function checksumHolds(header: Buffer): boolean {
  let sum = 0;
  for (const [index, byte] of header.entries()) sum += index >= 148 && index < 156 ? 0x20 : byte;
  return sum === numberOf(header.subarray(148, 156)) && Number.isFinite(numberOf(header.subarray(124, 136)));
}
