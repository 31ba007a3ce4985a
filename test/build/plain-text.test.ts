// What the bundle says of plain text is what string-width and the Unicode tables say.
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import * as bundled from '../../build/plain-text.cjs';

const plain = bundled.PLAIN_RANGES.flatMap(([first, last]) =>
  Array.from({ length: last - first + 1 }, (_, index) => String.fromCodePoint(first + index)),
);
const real = new Intl.Segmenter();
const clusters = (segments: Iterable<{ readonly segment: string; readonly index: number }>) =>
  [...segments].map(({ segment, index }) => [index, segment]);

const OTHERS = [
  '',
  '\u001b[1;38;5;75mHost\u001b[0m ─── 3 %',
  '\u001b[2Kcleared \u001b]8;;https://example.org\u0007link\u001b]8;;\u0007',
  '\u001b[31',
  'e\u0301 le\u0301gume',
  '日本語 ﾊﾟ',
  '👩‍👩‍👧 ❤️ 1️⃣ 🇭🇺',
  'a\u00adb\u200b',
  'अनुच्छेद',
  'line\r\nline\n',
  '\ud800',
];

describe('Widths', () => {
  test('each plain character is one cell wide, alone and before a mark', () => {
    const differing = plain.filter(
      (character) =>
        stringWidth(character) !== 1 ||
        bundled.stringWidth(character) !== 1 ||
        bundled.stringWidth(`${character}\u0301`) !== stringWidth(`${character}\u0301`) ||
        bundled.stringWidth(`${character}\ufe0f`) !== stringWidth(`${character}\ufe0f`),
    );
    expect(differing).toEqual([]);
  });

  test.each(OTHERS)('of %j are as string-width gives them', (text) => {
    expect(bundled.stringWidth(text)).toBe(stringWidth(text));
    expect(bundled.stringWidth(text, { countAnsiEscapeCodes: true })).toBe(
      stringWidth(text, { countAnsiEscapeCodes: true }),
    );
  });
});

describe('Clusters', () => {
  test('no plain character joins another, whichever stands before it', () => {
    const all = [...plain, '\u001b', '\n'];
    const joined = all.filter((character) => {
      const text = all.map((before) => before + character).join('');
      return [...real.segment(text)].length !== text.length;
    });
    expect(joined).toEqual([]);
  });

  test.each([...OTHERS, plain.join('')])('of %j are as Intl.Segmenter gives them', (text) => {
    const segmenter = new bundled.PlainSegmenter(undefined, { granularity: 'grapheme' });
    expect(clusters(segmenter.segment(text))).toEqual(clusters(real.segment(text)));
    for (const at of [0, 1, text.length - 1, text.length]) {
      expect(segmenter.segment(text).containing(at)?.segment).toBe(
        real.segment(text).containing(at)?.segment,
      );
    }
  });
});
