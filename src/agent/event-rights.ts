// Who of those who follow the agent's events hears what: guests their own, and no more streams than they may.
import type { EventRights } from '../daemon/serve/event-hub.ts';
import type { Caller } from './handler.ts';
import type { Limits } from './limits.ts';
import { visibleTo, type Views } from './views.ts';

export const createEventRights = ({
  views,
  limits,
  validTokens,
}: {
  readonly views: Views;
  readonly limits: Limits['followers'];
  /** Ids of tokens that are valid now: a revoked one's streams end. */
  readonly validTokens: () => Promise<readonly string[]>;
}): EventRights<Caller> => ({
  seenBy: (caller, subject, reading) => visibleTo(views, subject, reading, caller),
  mayHear: (caller, vmid) =>
    caller.kind === 'root' || caller.kind === 'group' || (caller.kind === 'guest' && caller.vmid === vmid),
  hasRoom: (caller, followers) => {
    const own = followers.filter((one) => isSameGuest(one, caller)).length;
    // Root always gets in, as at its door: there are only so many connections there.
    const isFull = caller.kind !== 'root' && followers.length >= limits.all;
    return !isFull && !(caller.kind === 'guest' && own >= limits.guest);
  },
  ended: async () => {
    const valid = new Set(await validTokens());
    return (caller) =>
      caller.kind === 'guest' && !valid.has(caller.tokenId) ? 'its token is revoked' : undefined;
  },
});

const isSameGuest = (a: Caller, b: Caller): boolean =>
  a.kind === 'guest' && b.kind === 'guest' && a.vmid === b.vmid;
