// How old a fact may be before it is called old, and what is kept of one that fails.
import { describe, expect, test } from 'vitest';
import { freshnessOf, observe, type Observation } from '../../src/contracts/freshness.ts';
import { absent, failed, ok, valueOf } from '../../src/contracts/reading.ts';

const EVERY_MS = 1000;
const AT = 1_790_000_000_000;
const seen = (reading: Observation<number>['reading']): Observation<number> => ({
  reading,
  lastOk: undefined,
  everyMs: EVERY_MS,
});

describe('The age of a value', () => {
  test.each([
    [0, 'live'],
    [2000, 'live'],
    [2001, 'ageing'],
    [5000, 'ageing'],
    [5001, 'stale'],
    [1e9, 'stale'],
    // Somebody set the clock back.
    [-60_000, 'live'],
  ])('%i ms at an interval of a second is %s', (ageMs, freshness) => {
    expect(freshnessOf(seen(ok(1, 'test', AT)), AT + ageMs)).toBe(freshness);
  });

  test('counts in intervals: what is seldom asked is live for longer', () => {
    const slow = { ...seen(ok(1, 'test', AT)), everyMs: 60_000 };
    expect(freshnessOf(slow, AT + 120_000)).toBe('live');
    expect(freshnessOf(slow, AT + 120_001)).toBe('ageing');
  });

  test('does not matter to a failure, which is one at once and stays one', () => {
    const reading = failed('timeout', 'test', AT);
    expect(freshnessOf(seen(reading), AT)).toBe('failed');
    expect(freshnessOf(seen(reading), AT + 1e9)).toBe('failed');
  });

  test('is one of an absence too: that is an answer that may be old', () => {
    const reading = absent('not-here', 'test', AT);
    expect(freshnessOf(seen(reading), AT)).toBe('absent');
    expect(freshnessOf(seen(reading), AT + 2001)).toBe('ageing');
    expect(freshnessOf(seen(reading), AT + 5001)).toBe('stale');
  });

  test('is none before the first answer', () => {
    expect(freshnessOf(undefined, AT)).toBe('waiting');
    expect(freshnessOf(seen(undefined), AT)).toBe('waiting');
  });
});

describe('The last good value', () => {
  const good = observe<number>(undefined, ok(1, 'test', AT), EVERY_MS);
  const broken = failed('timeout', 'test', AT + 1000);
  const gone = absent('not-here', 'test', AT + 2000);

  test('is kept through failures, with the time at which it was true', () => {
    const later = observe(observe(good, broken, EVERY_MS), broken, EVERY_MS);
    expect(later.lastOk).toEqual(ok(1, 'test', AT));
    expect(later.reading).toBe(broken);
  });

  test('ends with an absence, and does not come back with a failure after it', () => {
    const absence = observe(good, gone, EVERY_MS);
    expect(absence.lastOk).toBeUndefined();
    expect(observe(absence, broken, EVERY_MS).lastOk).toBeUndefined();
  });

  test('is the newest', () => {
    expect(observe(good, ok(2, 'test', AT + 1), EVERY_MS).lastOk?.value).toBe(2);
  });

  test('is none for who asks for the value of what is missing', () => {
    expect([valueOf(broken), valueOf(gone), valueOf(undefined)]).toEqual([undefined, undefined, undefined]);
    expect(valueOf(ok(0, 'test', AT))).toBe(0);
  });
});
