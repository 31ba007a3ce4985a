// What answers a route of the controller. The server has checked who calls and what was sent before.
import type {
  ControllerAnswer,
  ControllerParams,
  ControllerQuery,
  ControllerRouteId,
  ParsedControllerBody,
} from '../../contracts/controller-routes.ts';
import type { Streamed } from '../../daemon/serve/answer.ts';
import type { ApiCaller } from './caller.ts';

export type ApiCall<R extends ControllerRouteId> = {
  readonly caller: ApiCaller;
  readonly params: ControllerParams<R>;
  readonly query: ControllerQuery<R>;
  /** As the schema gives it. */
  readonly body: ParsedControllerBody<R>;
  /** Aborts when the caller has gone, or the controller stops. */
  readonly signal: AbortSignal;
  readonly header: (name: 'last-event-id') => string | undefined;
};

export type ApiHandler<R extends ControllerRouteId> = (
  call: ApiCall<R>,
) => Promise<ControllerAnswer<R> | Streamed>;

/** One for each route: the server does not compile without. */
export type ApiHandlers = { readonly [R in ControllerRouteId]: ApiHandler<R> };
