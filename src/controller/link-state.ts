// A link to somebody else, as it is told: how it is, and since when.
import type { LinkState } from '../contracts/facts/base-stack.ts';

export const unasked = (now: number, detail = 'not asked yet'): LinkState => ({
  state: 'unknown',
  since: now,
  detail,
});

/** Another detail is no other state: since when stays what it was. */
export const turned = (
  before: LinkState,
  state: LinkState['state'],
  detail: string,
  now: number,
): LinkState => ({ state, since: before.state === state ? before.since : now, detail });

/** Two ways to the same one: it is as good as the worse of them. */
export const worseLink = (one: LinkState, other: LinkState): LinkState =>
  RANK[other.state] < RANK[one.state] ? other : one;

const RANK = { failed: 0, unknown: 1, ok: 2, off: 3 } as const satisfies Record<LinkState['state'], number>;
