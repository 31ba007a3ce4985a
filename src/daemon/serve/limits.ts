// How much anybody may ask of a daemon of ours over HTTP, whoever it is. Each daemon has its own figures.
import type { Rate } from '../rate-gate.ts';

export type ServeLimits = {
  readonly bodyBytes: number;
  readonly headerBytes: number;
  /** From the first byte of a request to the end of its headers, and to its end. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** How long a connection may wait for its next request. */
  readonly idleMs: number;
  /** How long a client may leave an answer unread, or a handler may take, before the connection is cut. */
  readonly stalledMs: number;
  readonly rates: {
    /** Lines of the log about refusals, and about failures. */
    readonly refusalLines: Rate;
  };
};

export type FollowerLimits = {
  /** Event streams of all together. */
  readonly all: number;
  /** How often a stream says that it lives, and how long one that is not read is kept. */
  readonly aliveMs: number;
  readonly blockedMs: number;
};
