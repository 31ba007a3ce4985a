// A value against its limits. Limits let go later than they bite, so that a value that dances on
// one does not make its finding come and go.
import type { Severity } from '../contracts/finding.ts';

export type Limits = {
  readonly warn: number;
  /** Nothing where more of it is never worse than a warning. */
  readonly fail?: number;
  /** How far a value must come back behind a limit before it is let go. */
  readonly slack: number;
};

/** For values that are worse the higher they are. */
export function above(value: number, limits: Limits, before?: Severity): Severity | undefined {
  const failSlack = before === 'fail' ? limits.slack : 0;
  if (limits.fail !== undefined && value >= limits.fail - failSlack) return 'fail';
  return value >= limits.warn - (before === undefined ? 0 : limits.slack) ? 'warn' : undefined;
}

/** For values that are worse the lower they are; the limit itself is still fine. */
export function below(value: number, limits: Limits, before?: Severity): Severity | undefined {
  const failSlack = before === 'fail' ? limits.slack : 0;
  if (limits.fail !== undefined && value < limits.fail + failSlack) return 'fail';
  return value < limits.warn + (before === undefined ? 0 : limits.slack) ? 'warn' : undefined;
}
