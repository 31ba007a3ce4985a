// Who calls the agent, and whether the table of routes lets this caller in. What is the same for every
// daemon of ours is in daemon/serve/route-server.ts.
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../base/clock.ts';
import {
  ACKNOWLEDGE_HEADER,
  routes as contract,
  type RouteId,
  type RouteShape,
  type RouteTable,
} from '../contracts/routes.ts';
import type { Log } from '../daemon/log.ts';
import { createRateGate } from '../daemon/rate-gate.ts';
import { Refusal } from '../daemon/refusal.ts';
import { addressOf, wholeAddressOf } from '../daemon/serve/address-of.ts';
import { bearerOf } from '../daemon/serve/bearer.ts';
import { createRouteServer, type AnyCall, type RouteServer } from '../daemon/serve/route-server.ts';
import { slowDown } from '../daemon/serve/slow-down.ts';
import type { DoorKind } from './connection-gate.ts';
import type { Caller, FindToken, Handlers } from './handler.ts';
import type { Limits } from './limits.ts';

export type ServerOptions = {
  /** Shapes and rights; a parameter, so that a test can loosen one right and see it found. */
  readonly routes: RouteTable;
  readonly handlers: Handlers;
  readonly findToken: FindToken;
  readonly isScraper: (secret: string) => boolean;
  /** A guest says that it pins the certificate to come. */
  readonly onAcknowledge: (guest: Caller & { kind: 'guest' }, fingerprint: string) => void;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly log: Log;
};

export type AgentServer = RouteServer & {
  /** Every connection is told by which door it came, before its first request. */
  readonly knowDoor: (socket: Socket, door: DoorKind) => void;
};

export async function createAgentServer(options: ServerOptions): Promise<AgentServer> {
  const { routes, handlers, limits, clock, log } = options;
  const doors = new WeakMap<Socket, { readonly door: DoorKind; readonly address: string }>();
  const rates = {
    address: createRateGate(limits.rates.address, clock),
    guest: createRateGate(limits.rates.guest, clock),
    posts: createRateGate(limits.rates.posts, clock),
    scraper: createRateGate(limits.rates.scraper, clock),
    group: createRateGate(limits.rates.group, clock),
    wrongToken: createRateGate(limits.rates.wrongToken, clock),
  };

  /** By which door it came, and whether so often. */
  const pace = (raw: IncomingMessage): { readonly door: DoorKind; readonly address: string } => {
    const came = doors.get(raw.socket);
    if (came === undefined) throw new Error('a connection came by no door');
    if (came.door === 'group') slowDown(rates.group.take('group'));
    if (came.door === 'https') slowDown(rates.address.take(came.address));
    return came;
  };

  /** The door decides; only over HTTPS is a token looked at. */
  const admit = (raw: IncomingMessage, stopping: AbortSignal): Caller | Promise<Caller> => {
    const came = pace(raw);
    if (came.door !== 'https') return { kind: came.door };
    const secret = bearerOf(raw);
    if (secret === undefined) return { kind: 'nobody' };
    if (options.isScraper(secret)) {
      slowDown(rates.scraper.take('scraper'));
      return { kind: 'scraper' };
    }
    const token = options.findToken(secret);
    return token instanceof Promise
      ? token.then(async (found) => admitGuest(raw, came.address, found, stopping))
      : admitGuest(raw, came.address, token, stopping);
  };

  const admitGuest = (
    raw: IncomingMessage,
    address: string,
    token: { readonly vmid: number; readonly id: string } | undefined,
    stopping: AbortSignal,
  ): Caller | Promise<Caller> => {
    if (token === undefined) {
      slowDown(rates.wrongToken.take(address));
      return wait<Caller>(limits.wrongTokenMs, { kind: 'nobody' }, { signal: stopping });
    }
    slowDown(rates.guest.take(token.id));
    if (raw.method !== 'GET') slowDown(rates.posts.take(String(token.vmid)));
    const caller = {
      kind: 'guest',
      vmid: token.vmid,
      tokenId: token.id,
      address: wholeAddressOf(raw.socket),
    } as const;
    const acknowledged = raw.headers[ACKNOWLEDGE_HEADER];
    if (typeof acknowledged === 'string') options.onAcknowledge(caller, acknowledged);
    return caller;
  };

  const server = await createRouteServer<RouteShape, Caller>({
    routes,
    handlerOf: (id) => {
      if (!isRoute(id)) throw new Error(`there is no route ${id}`);
      return handlerOf(handlers, id);
    },
    admit,
    pace: (raw) => void pace(raw),
    permit: (caller, { rights }, raw) => {
      if (rights[caller.kind] === 'no') throw refusalFor(caller, raw);
    },
    saysNothing: contract.healthz.body,
    limits,
    clock,
    log,
  });
  return {
    ...server,
    knowDoor: (socket, door) => void doors.set(socket, { door, address: addressOf(socket) }),
  };
}

function refusalFor(caller: Caller, raw: IncomingMessage): Refusal {
  if (caller.kind !== 'nobody') {
    return new Refusal('E_FORBIDDEN', 'this is not for this caller', {
      hint:
        caller.kind === 'group'
          ? "root's socket may"
          : "it is asked for on the host, by root's or the group's socket",
    });
  }
  return bearerOf(raw) === undefined
    ? new Refusal('E_TOKEN', 'a token is needed', { hint: 'send the header authorization: Bearer TOKEN' })
    : new Refusal('E_TOKEN', 'this token is not valid here', {
        hint: 'it may have been revoked, or belong to another host; root mints a new one',
      });
}

const isRoute = (id: string): id is RouteId => Object.hasOwn(contract, id);

/**
 * A handler takes what its own route's schema gives, and that is what the server passes; TypeScript cannot
 * follow one key through two tables.
 */
function handlerOf(handlers: Handlers, id: RouteId): (call: AnyCall<Caller>) => Promise<unknown> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return handlers[id] as (call: AnyCall<Caller>) => Promise<unknown>;
}
