// Archives of images, read before Docker has them: both layouts that `docker save` writes, and what is refused why.
import { gzipSync } from 'node:zlib';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plainSha256 } from '../../src/base/digest.ts';
import { splitReference } from '../../src/clients/docker-reference.ts';
import { EngineError } from '../../src/clients/engine.ts';
import { loadedImages, readImageArchive } from '../../src/clients/image-archive.ts';
import { writeTar, type TarEntry } from '../docker/write-tar.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'felhom-archive-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

const CONFIG = '{"os":"linux"}';
const ID = plainSha256(CONFIG);
const file = (name: string, content: string): TarEntry => ({ name, content, mode: 0o644 });
const manifest = (config: string, layer: string, tags: readonly string[] | null = ['box:1']) =>
  file('manifest.json', JSON.stringify([{ Config: config, RepoTags: tags, Layers: [layer] }]));
const CONFIG_FILE = file(`${ID}.json`, CONFIG);
const LAYER = file('a/layer.tar', 'x');
const MANIFEST = manifest(`${ID}.json`, 'a/layer.tar');
const GOOD = [CONFIG_FILE, LAYER, MANIFEST];

async function read(content: Buffer): Promise<unknown> {
  const path = join(folder, 'some.tar');
  await writeFile(path, content);
  try {
    return await readImageArchive(path, new AbortController().signal);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return [error.kind, error.message.replace(`${path}: `, '')];
  }
}

test('both layouts of docker save are read, with tags and without', async () => {
  const image = { id: `sha256:${ID}`, references: ['box:1'] };
  expect(await read(writeTar(GOOD))).toEqual([image]);
  const blobs = `blobs/sha256/${ID}`;
  expect(
    await read(
      writeTar([file(blobs, CONFIG), file('l', 'x'), manifest(blobs, 'l', null), file('index.json', '{}')]),
    ),
  ).toEqual([{ id: `sha256:${ID}`, references: [] }]);
  // One layer that two images have is written once, and linked.
  expect(await read(writeTar([{ name: 'a/layer.tar', link: '../b' }, CONFIG_FILE, MANIFEST]))).toEqual([
    image,
  ]);
  expect(
    loadedImages([
      { id: 'sha256:1', references: ['a:1', 'b:1'] },
      { id: 'sha256:2', references: [] },
    ]),
  ).toEqual([
    { id: 'sha256:1', reference: 'a:1' },
    { id: 'sha256:1', reference: 'b:1' },
    { id: 'sha256:2', reference: null },
  ]);
});

test.each<[string, Buffer, string]>([
  ['compressed', gzipSync(writeTar(GOOD)), 'it is compressed; docker save writes it plain'],
  ['cut within a file', writeTar(GOOD).subarray(0, 700), 'it ends too early'],
  ['cut after the last file', writeTar(GOOD).subarray(0, -1024), 'it ends too early'],
  ['of something else', Buffer.alloc(2048, 'x'), 'it is no archive by docker save'],
  ['damaged', Buffer.concat([writeTar(GOOD).subarray(0, 1024), Buffer.alloc(512, 'x')]), 'it is damaged'],
  ['without a manifest', writeTar(GOOD.slice(0, 2)), 'manifest.json is missing'],
  [
    'with another manifest',
    writeTar([file('manifest.json', '{"a":1}')]),
    'its manifest.json is no list of images',
  ],
  ['without a layer', writeTar([CONFIG_FILE, MANIFEST]), 'the layer a/layer.tar is missing'],
  ['without its configuration', writeTar(GOOD.slice(1)), `${ID}.json is missing`],
  [
    'that lies about its image',
    writeTar([file(`${ID}.json`, '{"os":"other"}'), ...GOOD.slice(1)]),
    'holds another image than its manifest names',
  ],
  [
    'that names no image',
    writeTar([file('c.json', CONFIG), manifest('c.json', 'a')]),
    'its manifest names no image id',
  ],
  ['with two manifests', writeTar([...GOOD, MANIFEST]), 'it holds manifest.json twice'],
])('one %s is refused', async (_name, content, why) => {
  expect(await read(content)).toEqual(['bad-archive', why]);
});

test('a reference that names one image is taken apart, any other is refused', () => {
  expect(splitReference('traefik:v3.6.7')).toEqual({ repository: 'traefik', tag: 'v3.6.7' });
  expect(splitReference('registry.test:5000/a/box:1')).toEqual({
    repository: 'registry.test:5000/a/box',
    tag: '1',
  });
  expect(splitReference(`box@sha256:${ID}`)).toEqual({ repository: 'box', tag: `sha256:${ID}` });
  for (const bad of ['box', 'registry.test:5000/box', 'a/../b:1', 'a b:1', 'a:1?x=y', ':1', 'box:', '/a:1'])
    expect(splitReference(bad)).toBeUndefined();
});
