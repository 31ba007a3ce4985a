// Numbers for people: rounded where it changes nothing, with the decimal comma in Hungarian.
import { expect, test } from 'vitest';
import {
  formatBytes,
  formatCelsius,
  formatDuration,
  formatMoment,
  formatNumber,
  formatRate,
  formatShare,
} from '../../src/base/units.ts';

const KIB = 1024;
const DAY_MS = 86_400_000;

test.each([
  [0, '0 B'],
  [1, '1 B'],
  [1023, '1023 B'],
  [1023.4, '1023 B'],
  [1023.5, '1.0 KiB'],
  [KIB, '1.0 KiB'],
  [99.94 * KIB, '99.9 KiB'],
  [99.95 * KIB, '100 KiB'],
  [1023.4 * KIB, '1023 KiB'],
  [1023.5 * KIB, '1.0 MiB'],
  [23.5 * KIB ** 3, '23.5 GiB'],
  [KIB ** 6, '1.0 EiB'],
  [5000 * KIB ** 6, '5000 EiB'],
  [-1.5 * KIB ** 2, '-1.5 MiB'],
])('%f bytes are %s', (bytes, expected) => {
  expect(formatBytes(bytes, 'en')).toBe(expected);
  expect(formatRate(bytes, 'en')).toBe(`${expected}/s`);
});

test('no number of bytes below the last unit takes more than four digits and a point', () => {
  for (let exponent = 0; exponent < 70; exponent += 0.01) {
    expect(formatBytes(2 ** exponent, 'en')).toMatch(/^(?:\d{1,4}|\d{1,2}\.\d) (?:[KMGTPE]i)?B$/);
  }
});

test.each([
  [0, '0 %'],
  [0.004, '0.4 %'],
  [0.0994, '9.9 %'],
  [0.0995, '10 %'],
  [0.5, '50 %'],
  [1, '100 %'],
  [12.5, '1250 %'],
])('a share of %f is %s', (share, expected) => {
  expect(formatShare(share, 'en')).toBe(expected);
});

test('Hungarian has a comma, also where English has a point in a rate', () => {
  expect(formatBytes(1.5 * KIB, 'hu')).toBe('1,5 KiB');
  expect(formatRate(1.5 * KIB, 'hu')).toBe('1,5 KiB/s');
  expect(formatShare(0.004, 'hu')).toBe('0,4 %');
  expect(formatNumber(12.345, 2, 'hu')).toBe('12,35');
  expect(formatNumber(12, 0, 'hu')).toBe('12');
});

test('degrees are whole', () => {
  expect(formatCelsius(41.6, 'en')).toBe('42 °C');
  expect(formatCelsius(-3, 'hu')).toBe('-3 °C');
});

test.each([
  [0, '0 s', '0 mp'],
  [-5000, '0 s', '0 mp'],
  [59_999, '59 s', '59 mp'],
  [60_000, '1 m', '1 p'],
  [3_599_999, '59 m', '59 p'],
  [3_600_000, '1 h', '1 ó'],
  [3_660_000, '1 h 1 m', '1 ó 1 p'],
  [DAY_MS - 1, '23 h 59 m', '23 ó 59 p'],
  [DAY_MS, '1 d', '1 n'],
  [3 * DAY_MS + 4 * 3_600_000, '3 d 4 h', '3 n 4 ó'],
  [4000 * DAY_MS, '4000 d', '4000 n'],
])('%i ms are %s, in Hungarian %s', (ms, english, hungarian) => {
  expect(formatDuration(ms, 'en')).toBe(english);
  expect(formatDuration(ms, 'hu')).toBe(hungarian);
});

test('a moment has the digits of local time, filled with zeros', () => {
  expect(formatMoment(new Date(2026, 0, 2, 3, 4, 59).getTime())).toBe('2026-01-02 03:04');
});
