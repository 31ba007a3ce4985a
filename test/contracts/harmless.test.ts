// Foreign text: whatever it holds, a terminal shows it and obeys none of it.
import { describe, expect, test } from 'vitest';
import { makeHarmless } from '../../src/contracts/harmless.ts';
import { pseudoRandom } from './pseudo-random.ts';

/** Everything that a terminal may obey, hide, reorder or not show in a cell. */
const OBEYED = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;
/** Spaces that are no plain space. */
const ODD_SPACE = /[^\P{Zs} ]/u;
const LAST_CODE_POINT = 0x10ffff;

function wrongPoints(isRight: (character: string, made: string) => boolean): string[] {
  const wrong: string[] = [];
  for (let point = 0; point <= LAST_CODE_POINT; point += 1) {
    const character = String.fromCodePoint(point);
    if (!isRight(character, makeHarmless(`a${character}b`).slice(1, -1))) wrong.push(point.toString(16));
  }
  return wrong;
}

describe('Every code point there is', () => {
  test('leaves nothing that a terminal would obey or hide', () => {
    expect(wrongPoints((_character, made) => !OBEYED.test(made) && !ODD_SPACE.test(made))).toEqual([]);
  });

  test('stays visible: none is dropped', () => {
    expect(wrongPoints((_character, made) => made !== '')).toEqual([]);
  });

  test('stays itself when it is a letter, a digit, punctuation or a symbol that shows', () => {
    const shown = /^[\p{L}\p{N}\p{P}\p{S}]$/u;
    expect(
      wrongPoints(
        (character, made) => !shown.test(character) || OBEYED.test(character) || made === character,
      ),
    ).toEqual([]);
  });
});

test.each([
  'plain ASCII, with ~ and |',
  'Árvíztűrő tükörfúrógép',
  '日本語のラベル 한국어',
  'Ελληνικά Русский עברית العربية',
  '🙂 €',
  'e\u0301 with its accent apart',
])('%s stays as it is', (text) => {
  expect(makeHarmless(text)).toBe(text);
});

test.each([
  ['a\u001b[31mred', 'a␛[31mred'],
  ['\u001b]52;c;aGk=\u0007', '␛]52;c;aGk=␇'],
  ['a\nb\r\tc', 'a␊b␍␉c'],
  ['\u007f', '␡'],
  ['\u009b5m', '<U+009B>5m'],
  ['\u202eabc', '<U+202E>abc'],
  ['a\u200bb', 'a<U+200B>b'],
  ['\u{e0041}', '<U+E0041>'],
  ['\ud800', '<U+D800>'],
  ['a\u00a0b\u3000c', 'a b c'],
  ['e\u0301\u0301\u0301\u0301', 'e\u0301\u0301'],
])('%j is shown as %s', (text, shown) => {
  expect(makeHarmless(text)).toBe(shown);
});

describe('Any text at all', () => {
  const random = pseudoRandom(7);
  const alphabet = [
    'a',
    'ő',
    '漢',
    '🙂',
    '\u001b',
    '\n',
    '\u202e',
    '\u0301',
    '\ud83d',
    '\u{e0041}',
    ' ',
    '\u3000',
  ];
  const texts = Array.from({ length: 2000 }, () =>
    Array.from({ length: random(40) }, () => alphabet[random(alphabet.length)] ?? '').join(''),
  );

  test.each([1, 2, 5, 17, 4096])('is never longer than %i, and harmless all the same', (limit) => {
    const made = texts.map((text) => makeHarmless(text, limit));
    expect(made.filter((text) => text.length > limit)).toEqual([]);
    expect(made.filter((text) => OBEYED.test(text))).toEqual([]);
  });

  test('made harmless twice is the same as once', () => {
    for (const limit of [5, 4096]) {
      const once = texts.map((text) => makeHarmless(text, limit));
      expect(once.map((text) => makeHarmless(text, limit))).toEqual(once);
    }
  });
});

test('a text that is cut says so, and is not cut in the middle of a character', () => {
  expect(makeHarmless('abcdef', 4)).toBe('abc…');
  expect(makeHarmless('ab🙂cdef', 4)).toBe('ab…');
  expect(makeHarmless('abcd', 4)).toBe('abcd');
});

test('a megabyte of escapes takes no time', () => {
  const started = performance.now();
  expect(makeHarmless('\u001b'.repeat(1_000_000))).toHaveLength(4096);
  expect(performance.now() - started).toBeLessThan(200);
});
