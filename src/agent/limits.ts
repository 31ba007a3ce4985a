// How much anybody may ask of the agent. Figures of one place, so that tests and measurements can
// use others; no caller and no configuration changes them.
import type { Rate } from '../daemon/rate-gate.ts';

/** A bucket that fills by `perS` up to `burst`; each request takes one. */

export type Limits = {
  readonly bodyBytes: number;
  readonly headerBytes: number;
  /** From the first byte of a request to the end of its headers, and to its end. */
  readonly headersMs: number;
  readonly requestMs: number;
  readonly handshakeMs: number;
  /** How long a connection may wait for its next request. */
  readonly idleMs: number;
  /** How long a client may leave an answer unread, or a handler may take, before the connection is cut. */
  readonly stalledMs: number;
  readonly connections: {
    readonly all: number;
    readonly root: number;
    readonly group: number;
    readonly https: number;
    readonly address: number;
  };
  readonly rates: {
    /** Of one address over HTTPS, whatever token it brings. */
    readonly address: Rate;
    readonly guest: Rate;
    /** What one VMID posts, with all of its tokens: each costs a look at disks or a write to one. */
    readonly posts: Rate;
    readonly scraper: Rate;
    /** Of all who use the group's socket together: who they are cannot be told apart. */
    readonly group: Rate;
    /** Wrong tokens of one address. */
    readonly wrongToken: Rate;
    /** New connections of one address over HTTPS: a handshake costs more than an answer. */
    readonly connections: Rate;
    /** Lines of the log about refusals, and about failures. */
    readonly refusalLines: Rate;
  };
  /** How long a wrong token waits for its answer. */
  readonly wrongTokenMs: number;
  readonly followers: {
    /** Event streams of one guest, and of all together; root always gets one. */
    readonly guest: number;
    readonly all: number;
    /** How often a stream says that it lives, and how long one that is not read is kept. */
    readonly aliveMs: number;
    readonly blockedMs: number;
  };
};

export const defaultLimits: Limits = {
  bodyBytes: 64 * 1024,
  headerBytes: 8 * 1024,
  headersMs: 10_000,
  requestMs: 20_000,
  handshakeMs: 10_000,
  idleMs: 60_000,
  stalledMs: 90_000,
  connections: { all: 512, root: 64, group: 128, https: 320, address: 48 },
  rates: {
    address: { perS: 200, burst: 400 },
    guest: { perS: 50, burst: 200 },
    posts: { perS: 1, burst: 20 },
    scraper: { perS: 10, burst: 20 },
    group: { perS: 200, burst: 400 },
    wrongToken: { perS: 0.2, burst: 10 },
    connections: { perS: 20, burst: 100 },
    refusalLines: { perS: 5, burst: 100 },
  },
  wrongTokenMs: 250,
  followers: { guest: 4, all: 64, aliveMs: 15_000, blockedMs: 15_000 },
};
