// What may become of an operation, and by what: the one table of states, for signed and unsigned ones.
import type { OperationState } from '../../contracts/facts/operations.ts';

export const EVENTS = [
  /** Blank: a confirm or a grant. Data-bearing: enough valid signatures. */
  'approve',
  /** An approval no longer holds: revoked, expired, or there is data where none was. */
  'lose-approval',
  'deny',
  /** A newer one, asked for on a host socket. */
  'supersede',
  'expire',
  /** The device is not what it was, or the run ended before it was claimed. Nothing was written. */
  'invalidate',
  /** Opened exclusively and everything verified again; claim file and ledger stand. */
  'claim',
  'finish',
  'fail',
  'cancel',
  'interrupt',
] as const;
export type OperationEvent = (typeof EVENTS)[number];

const OPEN = {
  deny: 'denied',
  supersede: 'superseded',
  expire: 'expired',
  invalidate: 'invalid',
} as const;

const BECOMES: {
  readonly [S in OperationState]: { readonly [E in OperationEvent]?: OperationState };
} = {
  pending: { ...OPEN, approve: 'approved' },
  approved: { ...OPEN, 'lose-approval': 'pending', claim: 'claimed' },
  // `invalidate`: reading every byte under the claim found one that is not zero.
  claimed: {
    finish: 'done',
    fail: 'failed',
    cancel: 'cancelled',
    interrupt: 'interrupted',
    invalidate: 'invalid',
  },
  denied: {},
  superseded: {},
  expired: {},
  invalid: {},
  done: {},
  failed: {},
  cancelled: {},
  interrupted: {},
};

/** What it becomes; undefined when that cannot happen in this state. */
export const nextState = (state: OperationState, event: OperationEvent): OperationState | undefined =>
  BECOMES[state][event];

export const isEnd = (state: OperationState): boolean => Object.keys(BECOMES[state]).length === 0;
