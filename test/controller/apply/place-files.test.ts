// A service owns folders below its own, and the controller is root: whatever a service plants there leads none of its
// writes elsewhere.
import { execFileSync } from 'node:child_process';
import {
  chown,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { placeFiles, removeStale } from '../../../src/controller/apply/place-files.ts';

const UID = 1000;
const OWNED = { path: 'data', mode: 0o700, uid: UID, gid: UID };
const SECRET = { path: 'config-1/token', content: 'secret\n', mode: 0o400, uid: UID, gid: UID };
/** In a folder that is the service's own. */
const INSIDE = { path: 'data/settings.yaml', content: 'a: 1\n', mode: 0o444, uid: 0, gid: 0 };
let folder: string;
let stacks: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'felhom-place-'));
  stacks = join(folder, 'stacks');
  await mkdir(stacks);
});
afterEach(async () => rm(folder, { recursive: true }));

const place = async () => placeFiles(stacks, 'shop', { folders: [OWNED], files: [SECRET, INSIDE] });
const told = async (path: string) => {
  const { mode, uid, gid } = await stat(join(stacks, 'shop', path));
  return [(mode & 0o7777).toString(8), uid, gid];
};

test('mode and owner as they should be, at once and again after somebody changed them; unchanged, nothing is written', async () => {
  expect(await place()).toEqual([SECRET.path, INSIDE.path]);
  expect(await told('')).toEqual(['755', 0, 0]);
  expect(await told('config-1')).toEqual(['755', 0, 0]);
  expect(await told('config-1/token')).toEqual(['400', UID, UID]);
  expect(await told('data')).toEqual(['700', UID, UID]);
  const { ino } = await stat(join(stacks, 'shop/config-1/token'));
  expect(await place()).toEqual([]);
  expect((await stat(join(stacks, 'shop/config-1/token'))).ino).toBe(ino);

  await writeFile(join(stacks, 'shop/config-1/token'), 'other\n');
  await chown(join(stacks, 'shop/data'), 0, 0);
  expect(await place()).toEqual([SECRET.path]);
  expect(await readFile(join(stacks, 'shop/config-1/token'), 'utf8')).toBe('secret\n');
  expect(await told('data')).toEqual(['700', UID, UID]);
});

test('a link in the place of a file is replaced; what it led to is not touched', async () => {
  const victim = join(folder, 'shadow');
  await writeFile(victim, 'root:x\n', { mode: 0o600 });
  await place();
  const planted = join(stacks, 'shop/data/settings.yaml');
  await rm(planted);
  await symlink(victim, planted);
  expect(await place()).toEqual([INSIDE.path]);
  expect((await lstat(planted)).isFile()).toBe(true);
  expect(await readFile(victim, 'utf8')).toBe('root:x\n');
  expect((await stat(victim)).mode & 0o777).toBe(0o600);

  // A second name of another file would give that one its mode and owner.
  await rm(planted);
  await link(victim, planted);
  expect(await place()).toEqual([INSIDE.path]);
  expect([(await stat(victim)).uid, (await stat(victim)).mode & 0o777]).toEqual([0, 0o600]);

  await rm(planted);
  execFileSync('mkfifo', [planted]);
  expect(await place()).toEqual([INSIDE.path]);
  expect((await lstat(planted)).isFile()).toBe(true);
});

test('a link in the place of a folder: nothing is written, and it is said which', async () => {
  const victim = join(folder, 'etc');
  await mkdir(victim);
  await place();
  await rm(join(stacks, 'shop/data'), { recursive: true });
  await symlink(victim, join(stacks, 'shop/data'));
  await expect(place()).rejects.toThrow('"data" is a link or a file where a folder of ours belongs');
  expect(await readdir(victim)).toEqual([]);
  expect((await stat(victim)).uid).toBe(0);

  await rm(join(stacks, 'shop/data'));
  await writeFile(join(stacks, 'shop/data'), '');
  await expect(place()).rejects.toThrow('"data" is a link or a file');
});

test('a folder in the place of a file is an error, and no half of a write stays', async () => {
  await place();
  await rm(join(stacks, 'shop/data/settings.yaml'));
  await mkdir(join(stacks, 'shop/data/settings.yaml'));
  await writeFile(join(stacks, 'shop/data/.felhom-0123456789ab.new'), 'torn');
  await expect(place()).rejects.toThrow('EISDIR');
  expect(await readdir(join(stacks, 'shop/data'))).toEqual(['settings.yaml']);
});

test('no path leads out, whoever made it', async () => {
  for (const path of ['../up', 'a/../../up', '/etc/x', 'a//b', './a', 'a/\0']) {
    await expect(placeFiles(stacks, 'shop', { folders: [], files: [{ ...SECRET, path }] })).rejects.toThrow(
      'no name of a file',
    );
  }
  await expect(placeFiles(stacks, '../shop', { folders: [], files: [] })).rejects.toThrow('no name');
  expect(await readdir(folder)).toEqual(['stacks']);
});

test('stale folders go, with what is in them; a link among them goes alone', async () => {
  await place();
  const victim = join(folder, 'kept');
  await mkdir(victim);
  await writeFile(join(victim, 'file'), '');
  await mkdir(join(stacks, 'shop/config-0'));
  await symlink(victim, join(stacks, 'shop/config-0/link'));
  await symlink(victim, join(stacks, 'shop/config-2'));
  const stale = await removeStale(stacks, 'shop', (found) =>
    found.filter((name) => ['config-0', 'config-2'].includes(name)),
  );
  expect(stale.toSorted()).toEqual(['config-0', 'config-2']);
  expect((await readdir(join(stacks, 'shop'))).toSorted()).toEqual(['config-1', 'data']);
  expect(await readdir(victim)).toEqual(['file']);
});
