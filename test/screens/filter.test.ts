// What a filter keeps.
import { expect, test } from 'vitest';
import { fuzzyScore, matches } from '../../screens/draw/filter.ts';

test.each([
  ['', 'anything', true],
  ['SDA', 'sda1 ext4', true],
  ['sda1 ext4', 'sda1 ext4 /srv', true],
  ['sdb', 'sda1', false],
  ['!sdb', 'sda1', true],
  ['!SDA', 'sda1', false],
  ['!', 'anything', true],
  ['~s1', 'sda1', true],
  ['~1s', 'sda1', false],
  ['~', 'anything', true],
  ['~S 1', 'sda1', true],
  ['a.c', 'abc', false],
  ['ŐR', 'őr', true],
])('%j of %j: %s', (filter, text, kept) => {
  expect(matches(filter, text)).toBe(kept);
});

test('what begins with the letters, or has them together, comes before what has them far apart', () => {
  const best = (query: string, words: readonly string[]) =>
    words.toSorted((a, b) => (fuzzyScore(query, a) ?? Infinity) - (fuzzyScore(query, b) ?? Infinity))[0];
  expect(best('di', ['guests disk', 'd and i', 'disks'])).toBe('disks');
  expect(best('sd', ['sort device', 'usd', 'sd'])).toBe('sd');
});
