// An archive of images as `docker save` writes it, read before Docker is asked to load it: Docker answers "200"
// to one that ends too early, and moves the tag to whatever it held. What the manifest names must be there whole.
import { open, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { plainSha256 } from '../base/digest.ts';
import { errnoOf, messageOf } from '../base/errors.ts';
import { parseJson } from '../base/parse-json.ts';
import { EngineError, type LoadedImage } from './engine.ts';

export type ArchivedImage = { readonly id: string; readonly references: readonly string[] };

const BLOCK = 512;
const GZIP = 0x1f8b;
const MAX_ENTRIES = 100_000;
/** Manifest and configuration are a few KiB. */
const MAX_TEXT_BYTES = 4 * 1024 * 1024;
const HEX_DIGEST = /^(?:blobs\/sha256\/)?([0-9a-f]{64})(?:\.json)?$/;

const manifests = z
  .array(
    z.object({
      Config: z.string(),
      RepoTags: z.array(z.string()).nullish(),
      Layers: z.array(z.string()),
    }),
  )
  .min(1);

type Entry = { readonly at: number; readonly size: number };

/** Throws an EngineError of kind `bad-archive`, also for a file that cannot be read. */
export async function readImageArchive(path: string, signal: AbortSignal): Promise<readonly ArchivedImage[]> {
  const bad = (why: string) => new EngineError('bad-archive', `${path}: ${why}`);
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const entries = await listEntries(file, bad, signal);
    const read = async (name: string): Promise<string> => readEntry(file, entries, name, bad);
    const parsed = manifests.safeParse(parseJson(await read('manifest.json')));
    if (!parsed.success) throw bad('its manifest.json is no list of images');
    const images: ArchivedImage[] = [];
    for (const { Config, RepoTags, Layers } of parsed.data) {
      const digest = HEX_DIGEST.exec(Config)?.[1];
      if (digest === undefined) throw bad('its manifest names no image id');
      if (plainSha256(await read(Config)) !== digest)
        throw bad('holds another image than its manifest names');
      const missing = Layers.find((layer) => !entries.has(layer));
      if (missing !== undefined) throw bad(`the layer ${missing.slice(0, 100)} is missing`);
      images.push({ id: `sha256:${digest}`, references: RepoTags ?? [] });
    }
    return images;
  } catch (error) {
    if (error instanceof EngineError || signal.aborted) throw error;
    throw new EngineError('bad-archive', `${path}: ${errnoOf(error) ?? messageOf(error)}`, { cause: error });
  } finally {
    await file?.close();
  }
}

/** Every image of it with each of its references. */
export const loadedImages = (images: readonly ArchivedImage[]): readonly LoadedImage[] =>
  images.flatMap(({ id, references }) =>
    (references.length === 0 ? [null] : references).map((reference): LoadedImage => ({ id, reference })),
  );

type Bad = (why: string) => EngineError;

/** Regular files by name, from header to header: contents are not read, and every one must lie within the file. */
async function listEntries(
  file: FileHandle,
  bad: Bad,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Entry>> {
  const entries = new Map<string, Entry>();
  const { size: fileSize } = await file.stat();
  const header = Buffer.alloc(BLOCK);
  for (let at = 0, count = 0; ; count += 1) {
    signal.throwIfAborted();
    if (count > MAX_ENTRIES) throw bad('it has too many entries');
    const { bytesRead } = await file.read(header, 0, BLOCK, at);
    if (at === 0 && header.readUInt16BE(0) === GZIP)
      throw bad('it is compressed; docker save writes it plain');
    if (bytesRead < BLOCK) throw bad('it ends too early');
    if (header.every((byte) => byte === 0)) return entries;
    if (header.toString('latin1', 257, 262) !== 'ustar') {
      throw bad(at === 0 ? 'it is no archive by docker save' : 'it is damaged');
    }
    const size = readSize(header);
    const kind = String.fromCodePoint(header.readUInt8(156));
    const next = at + BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    if (next > fileSize) throw bad('it ends too early');
    if (kind === '0' || kind === '\0') {
      const name = nameOf(header);
      // Which one Docker would take nobody should have to know.
      if (entries.has(name)) throw bad(`it holds ${name.slice(0, 100)} twice`);
      entries.set(name, { at: at + BLOCK, size });
    } else if (kind === '1' || kind === '2') {
      // `docker save` links a layer that it has written already.
      entries.set(nameOf(header), { at: 0, size: 0 });
    }
    at = next;
  }
}

async function readEntry(
  file: FileHandle | undefined,
  entries: ReadonlyMap<string, Entry>,
  name: string,
  bad: Bad,
): Promise<string> {
  const entry = entries.get(name);
  if (entry === undefined || file === undefined) throw bad(`${name.slice(0, 100)} is missing`);
  if (entry.size > MAX_TEXT_BYTES) throw bad(`${name.slice(0, 100)} is too large`);
  const content = Buffer.alloc(entry.size);
  const { bytesRead } = await file.read(content, 0, entry.size, entry.at);
  if (bytesRead < entry.size) throw bad('it ends too early');
  return content.toString('utf8');
}

function nameOf(header: Buffer): string {
  const text = (from: number, to: number) => header.toString('utf8', from, to).split('\0')[0] ?? '';
  // GNU's own kind of header keeps other things there.
  const prefix = header.readUInt8(262) === 0 ? text(345, 500) : '';
  const name = `${prefix === '' ? '' : `${prefix}/`}${text(0, 100)}`;
  return name.replace(/^\.\//, '');
}

/** Octal digits, or for more than eight GiB a number whose first bit is set. */
function readSize(header: Buffer): number {
  if ((header.readUInt8(124) & 0x80) !== 0) return Number(header.readBigUInt64BE(128));
  return Number.parseInt(header.toString('latin1', 124, 136).replaceAll('\0', ' ').trim() || '0', 8);
}
