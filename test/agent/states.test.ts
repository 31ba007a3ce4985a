// The table of states, walked cell by cell against one that was written down independently.
import { expect, test } from 'vitest';
import { EVENTS, isEnd, nextState, type OperationEvent } from '../../src/agent/operations/states.ts';
import { isOpen, OPERATION_STATES } from '../../src/contracts/facts/operations.ts';

const EXPECTED = `
pending  approve       approved
pending  deny          denied
pending  supersede     superseded
pending  expire        expired
pending  invalidate    invalid
approved lose-approval pending
approved deny          denied
approved supersede     superseded
approved expire        expired
approved invalidate    invalid
approved claim         claimed
claimed  finish        done
claimed  fail          failed
claimed  cancel        cancelled
claimed  interrupt     interrupted
claimed  invalidate    invalid`;

const expected = new Map(
  EXPECTED.trim()
    .split('\n')
    .map((line) => line.split(/ +/))
    .map(([from = '', by = '', to = '']) => [`${from} ${by}`, to]),
);
const cells = OPERATION_STATES.flatMap((state) => EVENTS.map((event) => ({ state, event })));

test.each(cells)('$state, $event', ({ state, event }) => {
  expect(nextState(state, event)).toBe(expected.get(`${state} ${event}`));
});

test('what has ended stays so, and nothing else is an end', () => {
  for (const state of OPERATION_STATES) expect(isEnd(state)).toBe(!isOpen({ state }));
});

test('claimed is reached by one way only, and left for ends only: it runs at most once', () => {
  const into = cells.filter(({ state, event }) => nextState(state, event) === 'claimed');
  expect(into).toEqual([{ state: 'approved', event: 'claim' }]);
  const out = EVENTS.map((event: OperationEvent) => nextState('claimed', event)).filter(
    (state) => state !== undefined,
  );
  expect(out.filter((state) => !isEnd(state))).toEqual([]);
});
