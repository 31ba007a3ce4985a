// What was found by looking at many places, together with the places that could not be looked at:
// nobody may take a list for whole that is not.
import type { Missing, Reading } from '../contracts/reading.ts';

export type Survey<T> = { readonly found: readonly T[]; readonly unread: readonly Missing[] };

export const EMPTY = { found: [], unread: [] } as const satisfies Survey<never>;

/** A process that ended between the list and the look took its files along. */
export const isGone = (reading: Reading<unknown>): boolean =>
  reading.state === 'absent' ||
  (reading.state === 'failed' && (reading.detail === 'ESRCH' || reading.detail === 'EINVAL'));
