// Files that outlive a loss of power: made once, added to, read back only when they are ours.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { appendFile, FileChanged } from '../../src/base/append-file.ts';
import { createFile } from '../../src/base/create-file.ts';
import { equalSecrets, randomSecret, sha256 } from '../../src/base/digest.ts';
import { errnoOf } from '../../src/base/errors.ts';
import { createInTurn } from '../../src/base/in-turn.ts';
import { readOwnFile } from '../../src/base/read-own-file.ts';
import { prepareFile } from '../../src/base/write-file.ts';

const temporaryFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'felhom-durable-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};
const errnoFrom = async (work: Promise<unknown>) => work.then(() => 'done', errnoOf);

test('a file can be made once: of sixteen at once, one makes it', async () => {
  const path = join(temporaryFolder(), 'claims/one');
  const made = await Promise.all(
    Array.from({ length: 16 }, async (_, index) => createFile(path, String(index))),
  );
  expect(made.filter(Boolean)).toHaveLength(1);
  expect(readFileSync(path, 'utf8')).toBe(String(made.indexOf(true)));
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await createFile(path, 'again')).toBe(false);
});

test('what is there as a link counts as there, wherever it leads', async () => {
  const path = join(temporaryFolder(), 'claim');
  symlinkSync('/nowhere', path);
  expect(await createFile(path, '')).toBe(false);
});

test('lines are added one after the other, by nobody else’s length', async () => {
  const path = join(temporaryFolder(), 'a/log');
  expect(await appendFile(path, 'árvíz\n')).toBe(8);
  expect(await appendFile(path, 'b\n', { expected: 8 })).toBe(10);
  writeFileSync(path, 'x', { flag: 'a' });
  await expect(appendFile(path, 'c\n', { expected: 10 })).rejects.toThrow(FileChanged);
  expect(readFileSync(path, 'utf8')).toBe('árvíz\nb\nx');
});

test('a link is neither added to nor read', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'target'), 'theirs');
  symlinkSync(join(folder, 'target'), join(folder, 'link'));
  expect(await errnoFrom(appendFile(join(folder, 'link'), 'x'))).toBe('ELOOP');
  expect(await errnoFrom(readOwnFile(join(folder, 'link')))).toBe('ELOOP');
  expect(readFileSync(join(folder, 'target'), 'utf8')).toBe('theirs');
});

test('a folder, a pipe and a device that never ends are not read', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'folder'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  for (const path of [join(folder, 'folder'), join(folder, 'pipe'), '/dev/zero']) {
    expect(await errnoFrom(readOwnFile(path))).toBe('EINVAL');
  }
  expect(await readOwnFile(join(folder, 'nothing'))).toBeUndefined();
});

test('what was prepared and dropped leaves the old file and nothing else', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'file');
  writeFileSync(path, 'old');
  const first = await prepareFile(path, 'new');
  expect(readFileSync(path, 'utf8')).toBe('old');
  await first.drop();
  expect(readFileSync(path, 'utf8')).toBe('old');
  const second = await prepareFile(path, 'new');
  await second.commit();
  expect(readFileSync(path, 'utf8')).toBe('new');
  rmSync(path);
  expect(execFileSync('find', [folder, '-type', 'f'], { encoding: 'utf8' })).toBe('');
});

test('one at a time, in order, and a failure stops nobody', async () => {
  const inTurn = createInTurn();
  const told: string[] = [];
  const work = (name: string, fails = false) =>
    inTurn(async () => {
      told.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 1));
      told.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const [a, b, c] = await Promise.allSettled([work('a'), work('b', true), work('c')]);
  expect(told).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  expect([a.status, b.status, c.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('a digest of one kind never passes for another, and secrets are equal only whole', () => {
  expect(sha256('a', 'bc')).not.toBe(sha256('ab', 'c'));
  expect(sha256('a', 'x')).toMatch(/^[0-9a-f]{64}$/);
  const secret = randomSecret();
  expect(secret).toMatch(/^[\w-]{43}$/);
  expect(randomSecret()).not.toBe(secret);
  expect(equalSecrets(secret, secret)).toBe(true);
  expect(equalSecrets(secret, `${secret}x`)).toBe(false);
  expect(equalSecrets(secret, '')).toBe(false);
});

test('a digest of text is that of its bytes, whichever way it is made', () => {
  for (const text of ['', 'árvíz', 'x'.repeat(100_000)]) {
    expect(sha256('domain', text)).toBe(sha256('domain', Buffer.from(text, 'utf8')));
  }
});
