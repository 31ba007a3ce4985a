// Who calls the controller's API: the socket is root's in this guest, anybody else shows the API token. What
// is the same for every daemon of ours is in daemon/serve/route-server.ts.
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../base/clock.ts';
import { equalSecrets } from '../../base/digest.ts';
import {
  controllerRoutes,
  type ControllerRouteId,
  type ControllerRouteShape,
} from '../../contracts/controller-routes.ts';
import type { Log } from '../../daemon/log.ts';
import { createRateGate } from '../../daemon/rate-gate.ts';
import { Refusal } from '../../daemon/refusal.ts';
import { addressOf } from '../../daemon/serve/address-of.ts';
import { bearerOf } from '../../daemon/serve/bearer.ts';
import { createRouteServer, type AnyCall, type RouteServer } from '../../daemon/serve/route-server.ts';
import { slowDown } from '../../daemon/serve/slow-down.ts';
import type { ApiCaller, ApiDoor } from './caller.ts';
import type { ApiHandlers } from './handler.ts';
import type { ApiLimits } from './limits.ts';
import { refuseForeign } from './refuse-foreign.ts';

export type ApiServerOptions = {
  readonly handlers: ApiHandlers;
  readonly token: string;
  /** By which it answers now. */
  readonly names: () => ReadonlySet<string>;
  readonly limits: ApiLimits;
  readonly clock: Clock;
  readonly log: Log;
};

export type ApiServer = RouteServer & {
  readonly knowDoor: (socket: Socket, door: ApiDoor) => void;
};

export async function createApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { handlers, token, names, limits, clock, log } = options;
  const doors = new WeakMap<Socket, { readonly door: ApiDoor; readonly address: string }>();
  const rates = {
    address: createRateGate(limits.rates.address, clock),
    wrongToken: createRateGate(limits.rates.wrongToken, clock),
  };

  const pace = (raw: IncomingMessage): { readonly door: ApiDoor; readonly address: string } => {
    const came = doors.get(raw.socket);
    if (came === undefined) throw new Error('a connection came by no door');
    if (came.door === 'http') slowDown(rates.address.take(came.address));
    refuseForeign(raw, names());
    return came;
  };

  const admit = (raw: IncomingMessage, stopping: AbortSignal): ApiCaller | Promise<ApiCaller> => {
    const { door, address } = pace(raw);
    if (door === 'socket') return { kind: 'socket' };
    const secret = bearerOf(raw);
    if (secret === undefined) return { kind: 'nobody' };
    if (equalSecrets(secret, token)) return { kind: 'token' };
    slowDown(rates.wrongToken.take(address));
    return wait<ApiCaller>(limits.wrongTokenMs, { kind: 'nobody' }, { signal: stopping });
  };

  const server = await createRouteServer<ControllerRouteShape, ApiCaller>({
    routes: controllerRoutes,
    handlerOf: (id) => {
      if (!isRoute(id)) throw new Error(`there is no route ${id}`);
      return handlerOf(handlers, id);
    },
    admit,
    pace: (raw) => void pace(raw),
    permit: (caller, { open }, raw) => {
      if (open || caller.kind !== 'nobody') return;
      throw new Refusal(
        'E_TOKEN',
        bearerOf(raw) === undefined ? 'a token is needed' : 'this token is not valid',
        {
          hint: 'send the header authorization: Bearer TOKEN, as it stands in api-token in the data folder; or use controller.sock',
        },
      );
    },
    wrap: (data) => ({ ok: true, data }),
    wrapRefusal,
    saysNothing: controllerRoutes.health.body,
    limits,
    clock,
    log,
  });
  return {
    ...server,
    knowDoor: (socket, door) => void doors.set(socket, { door, address: addressOf(socket) }),
  };
}

export const wrapRefusal = (body: object): object => ({ ...body, ok: false });

const isRoute = (id: string): id is ControllerRouteId => Object.hasOwn(controllerRoutes, id);

/**
 * A handler takes what its own route's schema gives, and that is what the server passes; TypeScript cannot
 * follow one key through two tables.
 */
function handlerOf(
  handlers: ApiHandlers,
  id: ControllerRouteId,
): (call: AnyCall<ApiCaller>) => Promise<unknown> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return handlers[id] as (call: AnyCall<ApiCaller>) => Promise<unknown>;
}
