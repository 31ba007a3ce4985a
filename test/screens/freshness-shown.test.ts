// An old value is never shown without its age, and a missing one says why.
import { expect, onTestFinished, test } from 'vitest';
import { lineText } from '../../screens/draw/line.ts';
import { factLine, freshnessNote } from '../../screens/draw/model.ts';
import { segment } from '../../screens/draw/line.ts';
import { createText } from '../../src/base/texts/text.ts';
import { observe, type Observation } from '../../src/contracts/freshness.ts';
import type { Facts } from '../../src/contracts/all-facts.ts';
import { absent, failed, ok } from '../../src/contracts/reading.ts';
import { sitDown } from './seated.ts';

const EVERY_MS = 1000;
const AT = 1_790_000_000_000;
const good = observe<Facts['uptime']>(undefined, ok({ uptime_s: 7 }, 'test', AT), EVERY_MS);

async function shown(uptime: Observation<Facts['uptime']> | undefined, nowMs: number) {
  const seated = await sitDown();
  onTestFinished(seated.stop);
  const observations = uptime === undefined ? {} : { uptime };
  const model = { ...seated.session.model(), text: createText('en'), observations, nowMs };
  const line = factLine(model, 'uptime', 80, ({ uptime_s }) => [segment(`up ${uptime_s}`)]);
  return { line: lineText(line), note: freshnessNote(model, 'uptime') };
}

test('a live value stands alone', async () => {
  expect(await shown(good, AT + 2000)).toEqual({ line: 'up 7', note: undefined });
});

test.each([
  [2001, 'ageing 2 s'],
  [5001, 'stale 5 s'],
])('a value of %i ms stands with its age', async (ageMs, words) => {
  const { line } = await shown(good, AT + ageMs);
  expect(line).toBe(`up 7  ${words}`);
});

test('the last good value of one that failed stands with its own age and the reason', async () => {
  const broken = observe(good, failed('timeout', 'test', AT + 60_000, 'EIO'), EVERY_MS);
  const { line, note } = await shown(broken, AT + 60_000);
  expect(line).toBe('up 7  failed 1 m: no answer in time (EIO)');
  expect(note?.tone).toBe('bad');
});

test('without a value there is only the reason, and never a 0', async () => {
  expect((await shown(undefined, AT)).line).toBe('waiting');
  const never = observe<Facts['uptime']>(undefined, failed('timeout', 'test', AT), EVERY_MS);
  expect((await shown(never, AT)).line).toBe('failed: no answer in time');
  const gone = observe(good, absent('not-here', 'test', AT), EVERY_MS);
  expect((await shown(gone, AT)).line).toBe('none here: not on this kind of machine');
});
