// What the repository may not hold: words of the machine it was written on, names that say nothing,
// files without a word about themselves.
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { emptyNames, fileName } from './rules.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\0')
  .filter((file) => file !== '' && existsSync(join(ROOT, file)) && lstatSync(join(ROOT, file)).isFile());
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8');

// Put together here, because this file is searched too.
const FOREIGN = [
  ...[
    ['..', 'shared'],
    ['', 'work', ''],
    [['.lib', 'rary'].join(''), ''],
    ['', 'farm', ''],
  ].map((parts) => parts.join('/')),
  ...['bench', 'studio'].map((word) => `farm-${word}`),
];

test('nothing speaks of places that only the machine of its authors has', () => {
  const found = files.flatMap((file) => {
    const text = textOf(file);
    return FOREIGN.filter((word) => text.includes(word)).map((word) => `${file}: ${word}`);
  });
  expect(found).toEqual([]);
});

test('files of tests keep the rules of names and first lines too', () => {
  const own = files.filter((file) => /^test\/.*\.tsx?$/.test(file));
  expect(own.filter((file) => !fileName.test(basename(file)))).toEqual([]);
  expect(
    own.filter((file) =>
      basename(file)
        .split(/[-.]/)
        .some((word) => emptyNames.includes(word)),
    ),
  ).toEqual([]);
  expect(own.filter((file) => !/^(?:\/\/|\/\*)\s*\S/.test(textOf(file)))).toEqual([]);
});

test('no recorded file is big enough to make a clone slow', () => {
  expect(files.filter((file) => lstatSync(join(ROOT, file)).size > 400_000)).toEqual([]);
});

test('versions of packages are exact', () => {
  const manifest: unknown = JSON.parse(textOf('package.json'));
  const ranges = JSON.stringify(manifest).match(/"[^"]+":"(?:npm:[^"]*@)?[\^~][^"]*"/g) ?? [];
  expect(ranges).toEqual([]);
});
