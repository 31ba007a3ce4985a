// How long a step that failed is left alone: 10 s, doubling to 5 min; forgotten after 10 quiet minutes.
import { backOffMs, type BackOff } from '../../base/back-off.ts';
import type { StepFailures, StepKind } from './state.ts';

const QUIET_MS = 10 * 60_000;
const BACK_OFF: BackOff = { firstMs: 10_000, longestMs: 5 * 60_000 };

/** After so many failures in a row. */
export const delayAfter = (count: number): number => backOffMs(count, BACK_OFF);

/** What failed before `now` and still counts; null when nothing does. */
export const stillCounting = (failures: StepFailures | null, now: number): StepFailures | null =>
  failures !== null && Math.abs(now - failures.last) < QUIET_MS ? failures : null;

/** Until when `step` towards `hash` is left alone, or nothing. */
export function heldUntil(
  failures: StepFailures | null,
  step: StepKind,
  hash: string | null,
  now: number,
): number | undefined {
  const counting = stillCounting(failures, now);
  if (counting === null || counting.nextTry <= now || step === 'stop') return undefined;
  // What was configured anew may be the cure.
  if (counting.hash !== hash) return undefined;
  return concerns(counting.step, step) ? counting.nextTry : undefined;
}

/** Whether a failure of `failed` says anything about `step`: a version that cannot be had must not keep the old one from being started. */
export const concerns = (failed: StepKind, step: StepKind): boolean =>
  STARTING.has(failed) ? STARTING.has(step) || step === 'replace' : failed === step;

/** After these the service should run. */
const STARTING: ReadonlySet<StepKind> = new Set(['create', 'start', 'unpause', 'recreate', 'adopt']);
