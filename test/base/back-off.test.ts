// How long what failed is left alone, and how those who wait are kept apart.
import { expect, test } from 'vitest';
import { backOffMs, spread } from '../../src/base/back-off.ts';

test('what fails is left alone longer and longer, up to a limit', () => {
  const backOff = { firstMs: 5000, longestMs: 300_000 };
  expect([1, 2, 3, 7, 60, 5000].map((failures) => backOffMs(failures, backOff))).toEqual([
    5000, 10_000, 20_000, 300_000, 300_000, 300_000,
  ]);
});

test('a spread wait is at least half as long, and never longer', () => {
  expect([0, 0.5, 1].map((random) => spread(5000, random))).toEqual([2500, 3750, 5000]);
});
