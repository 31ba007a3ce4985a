// Every text exists in both languages, says something, takes the same parameters and fits its place.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { LANGUAGES, listTexts, type Language } from '../../src/base/texts/text.ts';
import { readModule } from './read-module.ts';
import { textWidths } from './text-widths.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const entries = (language: Language): [string, string][] =>
  listTexts(language).map(([key, words]) => [key, words]);
const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).toSorted();
const limitOf = (key: string) =>
  Object.entries(textWidths)
    .filter(([prefix]) => key.startsWith(prefix))
    .toSorted(([a], [b]) => b.length - a.length)[0]?.[1];

test('both languages have the same keys', () => {
  expect(
    entries('hu')
      .map(([key]) => key)
      .toSorted(),
  ).toEqual(
    entries('en')
      .map(([key]) => key)
      .toSorted(),
  );
});

test.each(LANGUAGES)('no text in %s is empty or padded', (language) => {
  expect(entries(language).filter(([, text]) => text === '' || text !== text.trim())).toEqual([]);
});

test('a text takes the same parameters in both languages', () => {
  const hungarian = new Map(entries('hu'));
  const different = entries('en')
    .map(([key, text]) => ({ key, en: placeholders(text), hu: placeholders(hungarian.get(key) ?? '') }))
    .filter(({ en, hu }) => new Set(en).symmetricDifference(new Set(hu)).size > 0);
  expect(different).toEqual([]);
});

test.each(LANGUAGES)('texts in %s fit their place', (language) => {
  const tooWide = entries(language)
    .map(([key, text]) => ({
      key,
      text,
      width: stringWidth(text),
      limit: limitOf(key) ?? Number.POSITIVE_INFINITY,
    }))
    .filter(({ width, limit }) => width > limit);
  expect(tooWide).toEqual([]);
});

test('Hungarian is written with its own long vowels', () => {
  // õ and û are what a wrong character set makes of ő and ű.
  expect(entries('hu').filter(([, text]) => /[õûÕÛ]/.test(text))).toEqual([]);
});

test('two areas never give one key', () => {
  for (const language of LANGUAGES) {
    const keys = globSync(`src/base/texts/${language}/*.ts`, { cwd: ROOT }).flatMap((file) =>
      [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^ {2}'?([\w.-]+)'?:/gm)].map(([, key]) => key),
    );
    expect(keys.filter((key, place) => keys.indexOf(key) !== place)).toEqual([]);
    expect(keys).toHaveLength(entries(language).length);
  }
});

test('every text is shown somewhere', () => {
  const files = globSync(['src/**/*.ts', 'screens/**/*.{ts,tsx}', 'state/**/*.ts'], { cwd: ROOT }).filter(
    (file) => !/texts\/(?:en|hu)\//.test(file),
  );
  const strings = new Set(
    files.flatMap((file) => readModule(file, readFileSync(join(ROOT, file), 'utf8')).strings),
  );
  // A key may be put together: `reason.${code}`, `${screen}.title`.
  const beginnings = [...strings].filter((text) => /^[a-z][\w-]*\.(?:[\w-]+\.)*$/.test(text));
  const unused = entries('en')
    .map(([key]) => key)
    .filter((key) => !strings.has(key) && !beginnings.some((beginning) => key.startsWith(beginning)));
  expect(unused).toEqual([]);
});
