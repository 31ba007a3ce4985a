// A file is written whole or not at all, and the old one stands until then.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { errnoOf } from '../../src/base/errors.ts';
import { writeFileWhole } from '../../src/base/write-file.ts';
import { findProgram } from '../setup/find-program.ts';

const temporaryFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'felhom-write-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};
const errnoFrom = async (work: Promise<void>) => work.then(() => 'written', errnoOf);

test('it makes the folder, and nobody else may read either', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'a/b/file');
  await writeFileWhole(path, 'árvíztűrő\n');
  expect(readFileSync(path, 'utf8')).toBe('árvíztűrő\n');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'a/b')).mode & 0o777).toBe(0o700);
});

test('the new text takes the place of the old one, and nothing else is left', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'file');
  writeFileSync(path, 'a much longer old text');
  await writeFileWhole(path, 'new');
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(readdirSync(folder)).toEqual(['file']);
});

test('many at once leave one whole text', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'file');
  const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(50_000));
  await Promise.all(texts.map(async (text) => writeFileWhole(path, text)));
  expect(texts).toContain(readFileSync(path, 'utf8'));
  expect(readdirSync(folder)).toEqual(['file']);
});

test('where it cannot be put, the error has its name and nothing is left', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'file'));
  expect(await errnoFrom(writeFileWhole(join(folder, 'file'), 'text'))).toBe('EISDIR');
  expect(readdirSync(folder)).toEqual(['file']);
  writeFileSync(join(folder, 'plain'), '');
  expect(await errnoFrom(writeFileWhole(join(folder, 'plain/file'), 'text'))).toMatch(/^(?:ENOTDIR|EEXIST)$/);
});

test('on a full disk the old text stands', async (context) => {
  if (process.getuid?.() !== 0) return context.skip('needs root to mount a tmpfs');
  const folder = temporaryFolder();
  execFileSync(findProgram('mount') ?? 'mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
  onTestFinished(() => {
    execFileSync(findProgram('umount') ?? 'umount', [folder]);
  });
  const path = join(folder, 'file');
  await writeFileWhole(path, 'old');
  expect(await errnoFrom(writeFileWhole(path, 'x'.repeat(1_000_000)))).toBe('ENOSPC');
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(readdirSync(folder)).toEqual(['file']);
});
