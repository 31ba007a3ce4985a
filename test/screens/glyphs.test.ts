// Sparklines and gauges: nothing known is not nothing there, and nearly full is not full.
import { expect, test } from 'vitest';
import { asciiGlyphs, gauge, sparkline, unicodeGlyphs } from '../../screens/draw/glyphs.ts';

const draw = (samples: readonly (number | null)[], width = samples.length, max = 1) =>
  sparkline(samples, width, max, unicodeGlyphs);

test('what was not known is a gap, and 0 is not', () => {
  expect(draw([0, null, 1])).toBe('▁ █');
});

test('the newest sample stands at the right end, the oldest go first', () => {
  expect(draw([0, 1], 5)).toBe('   ▁█');
  expect(draw([1, 0, 0], 2)).toBe('▁▁');
  expect(draw([], 3)).toBe('   ');
});

test.each([0, 1, 2, 24])('it takes exactly %i cells, however many samples there are', (width) => {
  for (const count of [0, 1, 5, 240]) {
    expect(draw(Array<number>(count).fill(0.5), width)).toHaveLength(width);
  }
});

test('values beyond the scale, and a scale of nothing, stay within the bars', () => {
  expect(draw([-5, 0.5, 99])).toBe('▁▅█');
  expect(draw([0, 3], 2, 0)).toBe('▁▁');
});

test.each([
  [0, '░░░░░░░░░░'],
  [0.001, '█░░░░░░░░░'],
  [0.5, '█████░░░░░'],
  [0.949, '█████████░'],
  [0.999, '█████████░'],
  [1, '██████████'],
  [1.2, '██████████'],
  [-1, '░░░░░░░░░░'],
])('a share of %f is %s: full and empty are only what is', (share, drawn) => {
  expect(gauge(share, 10, unicodeGlyphs)).toBe(drawn);
});

test('every sign takes as many cells in ASCII as in Unicode, and is ASCII', () => {
  const lengths = (glyphs: object) =>
    Object.entries(glyphs).map(([name, sign]) => [name, typeof sign === 'string' ? [...sign].length : 8]);
  expect(lengths(asciiGlyphs)).toEqual(lengths(unicodeGlyphs));
  expect(JSON.stringify(asciiGlyphs)).toMatch(/^[\x20-\x7e]*$/);
});
