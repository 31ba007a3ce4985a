// Lines of the screen in cells: with wide letters, combining marks and nothing at all.
import { describe, expect, test } from 'vitest';
import {
  beside,
  cutLine,
  lineText,
  lineWidth,
  segment,
  spread,
  wrap,
  type Line,
} from '../../screens/draw/line.ts';
import { folded } from '../../screens/draw/field.ts';
import { cells, cut, fit } from '../../src/base/cells.ts';
import { pseudoRandom } from '../contracts/pseudo-random.ts';

const random = pseudoRandom(11);
const ALPHABET = ['a', 'b', ' ', 'ő', '漢', '한', '🙂', 'e\u0301', '\u001b', '\u202e', '…'];
const anyText = () =>
  segment(Array.from({ length: random(30) }, () => ALPHABET[random(ALPHABET.length)] ?? '').join('')).text;
const anyLine = (): Line => Array.from({ length: random(5) }, () => segment(anyText()));
const TEXTS = Array.from({ length: 400 }, anyText);
const WIDTHS = [0, 1, 2, 3, 7, 20, 200];

describe('A text', () => {
  test.each(WIDTHS)('cut to %i cells takes no more, and is itself when it fits', (width) => {
    for (const text of TEXTS) {
      expect(cells(cut(text, width))).toBeLessThanOrEqual(width);
      expect(cut(text, width) === text).toBe(cells(text) <= width);
    }
  });

  test.each(WIDTHS)('fitted to %i cells takes exactly those, on both sides', (width) => {
    for (const text of TEXTS) {
      expect(cells(fit(text, width))).toBe(width);
      expect(cells(fit(text, width, 'right'))).toBe(width);
    }
  });

  test('is cut where a wide letter no longer fits, never through it', () => {
    expect(cut('漢字かな', 5)).toBe('漢字…');
    expect(cut('漢字かな', 4)).toBe('漢…');
    expect(fit('漢字かな', 4)).toBe('漢… ');
    expect(cut('e\u0301e\u0301e\u0301', 2)).toBe('e\u0301…');
    expect(cut('abc', 3)).toBe('abc');
    expect(cut('abcd', 3)).toBe('ab…');
  });
});

describe('A wrapped text', () => {
  test.each([2, 3, 7, 20, 200])('has no line wider than %i cells, and loses no letter', (width) => {
    for (const text of TEXTS) {
      const lines = wrap(text, width);
      expect(lines.every((line) => lineWidth(line) <= width)).toBe(true);
      expect(lines.map(lineText).join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    }
  });

  test('breaks at spaces where there are any', () => {
    expect(wrap('one two three', 7).map(lineText)).toEqual(['one two', 'three']);
    expect(wrap('onetwothree', 4).map(lineText)).toEqual(['onet', 'woth', 'ree']);
    expect(wrap('', 4)).toEqual([]);
  });

  test('ends, even where a letter is wider than the line', () => {
    expect(wrap('漢字', 1).length).toBeGreaterThan(0);
  });
});

describe('A line', () => {
  test.each(WIDTHS)('cut to %i cells takes no more, whatever its parts', (width) => {
    for (let round = 0; round < 200; round += 1) {
      expect(lineWidth(cutLine(anyLine(), width))).toBeLessThanOrEqual(width);
    }
  });

  test.each(WIDTHS.filter((width) => width > 0))('spread over %i cells takes exactly those', (width) => {
    for (let round = 0; round < 200; round += 1) {
      expect(lineWidth(spread(anyLine(), anyLine(), width))).toBe(width);
    }
  });

  test('keeps its right side when both do not fit', () => {
    expect(lineText(spread([segment('a long left side')], [segment('right')], 10))).toBe('a l… right');
    expect(lineText(spread([segment('left')], [segment('right')], 12))).toBe('left   right');
  });

  test('folded keeps what fits as it is, and cuts nothing of what does not', () => {
    const short: Line = [segment('label ', 'dim'), segment('value')];
    const long: Line = [segment('label ', 'dim'), segment('a value that goes on', 'bad')];
    expect(folded([short, long], 12)).toEqual([
      short,
      [{ text: 'label a', tone: 'bad' }],
      [{ text: 'value that', tone: 'bad' }],
      [{ text: 'goes on', tone: 'bad' }],
    ]);
  });
});

test('blocks side by side begin in one column, however long each is', () => {
  for (let round = 0; round < 100; round += 1) {
    const left = Array.from({ length: random(6) }, anyLine);
    const right = Array.from({ length: random(6) }, anyLine);
    const lines = beside(left, right, 12, 9);
    expect(lines).toHaveLength(Math.max(left.length, right.length));
    for (const [index, line] of lines.entries()) {
      expect(lineWidth(line)).toBeLessThanOrEqual(12 + 2 + 9);
      expect(lineText(line)).toContain(lineText(cutLine(right[index] ?? [], 9)));
      expect(lineWidth(line)).toBeGreaterThanOrEqual(12);
    }
  }
});

test('foreign text is harmless as soon as it is a segment', () => {
  expect(segment('\u001b[31m\u202e').text).toBe('␛[31m<U+202E>');
});
