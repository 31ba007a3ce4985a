// The table of threats names a test for each row: every one of them is there.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NAMED = /`(test\/[^`]+)` › `([^`]+)`/g;

type Row = { readonly line: number; readonly text: string };

/** Rows of tables, without their heads. */
const rowsOf = (document: string): readonly Row[] =>
  document
    .split('\n')
    .map((text, at) => ({ text, line: at + 1 }))
    .filter(({ text }) => text.startsWith('| ') && !/^\| (?:who|---)/.test(text));

function problemsOf(document: string, read: (file: string) => string | undefined): readonly string[] {
  return rowsOf(document).flatMap(({ line, text }) => {
    const named = [...text.matchAll(NAMED)];
    if (named.length === 0) return [`line ${line} names no test`];
    return named.flatMap(([, file = '', title = '']) => {
      const code = read(file);
      if (code === undefined) return [`line ${line}: there is no ${file}`];
      return hasTest(code, title) ? [] : [`line ${line}: ${file} has no test '${title}'`];
    });
  });
}

/** As a text of its own, in whatever quotes: that of a test, or of a row of its table. */
function hasTest(code: string, title: string): boolean {
  return ["'", '"', '`'].some((quote) => {
    const written = title.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`);
    return code.includes(`${quote}${written}${quote}`);
  });
}

const readHere = (file: string): string | undefined => {
  const path = join(ROOT, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
};

test('every threat names tests that are there', () => {
  const document = readFileSync(join(ROOT, 'docs/threats.md'), 'utf8');
  expect(rowsOf(document).length).toBeGreaterThan(25);
  expect(problemsOf(document, readHere)).toEqual([]);
});

test.each([
  ['a row without a test', '| a guest | tries | fails | |', /names no test/],
  ['a file that is gone', '| a | b | c | `test/x/gone.test.ts` › `t` |', /there is no test\/x\/gone/],
  ['a title that was changed', '| a | b | c | `test/x/a.test.ts` › `is other` |', /has no test 'is other'/],
  ['a part of a title', '| a | b | c | `test/x/a.test.ts` › `it` |', /has no test 'it'/],
])('%s is found', (_, row, wanted) => {
  const read = (file: string) => (file.includes('gone') ? undefined : "test('it is so', () => {});");
  expect(problemsOf(row, read)).toEqual([expect.stringMatching(wanted)]);
});
