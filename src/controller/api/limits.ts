// How much anybody may ask of the controller's API. Figures of one place, so that tests can use others.
import type { Rate } from '../../daemon/rate-gate.ts';
import type { GateLimits } from '../../daemon/serve/connection-gate.ts';
import type { FollowerLimits, ServeLimits } from '../../daemon/serve/limits.ts';
import type { ApiDoor } from './caller.ts';

export type ApiLimits = ServeLimits & {
  readonly connections: GateLimits<ApiDoor>['connections'];
  readonly rates: {
    readonly connections: Rate;
    /** Requests of one address by HTTP, whatever token it brings. */
    readonly address: Rate;
    /** Wrong tokens of one address. */
    readonly wrongToken: Rate;
  };
  /** How long a wrong token waits for its answer. */
  readonly wrongTokenMs: number;
  readonly followers: FollowerLimits;
};

export const defaultApiLimits: ApiLimits = {
  bodyBytes: 16 * 1024,
  headerBytes: 8 * 1024,
  headersMs: 10_000,
  requestMs: 20_000,
  idleMs: 30_000,
  // Applying the base stack may load or pull images before it answers.
  stalledMs: 660_000,
  connections: { all: 96, socket: 32, http: 64, address: 24 },
  rates: {
    connections: { perS: 20, burst: 60 },
    address: { perS: 50, burst: 150 },
    wrongToken: { perS: 0.2, burst: 10 },
    refusalLines: { perS: 5, burst: 50 },
  },
  wrongTokenMs: 250,
  followers: { all: 16, aliveMs: 15_000, blockedMs: 15_000 },
};
