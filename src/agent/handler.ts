// What answers a route: who calls, what the caller brought, and how it is answered or refused. The
// server has checked rights and shapes before a handler is called.
import type { ParsedBody, RouteAnswer, RouteId, RouteParams, RouteQuery } from '../contracts/routes.ts';
import type { Prepared, Streamed } from '../daemon/serve/answer.ts';

/** The door or the token says who it is. A name is only what the caller says of itself. */
export type Caller =
  | { readonly kind: 'root' | 'group'; readonly name?: string }
  | {
      readonly kind: 'guest';
      readonly vmid: number;
      readonly tokenId: string;
      /** The other end of its connection; null when that is gone already. */
      readonly address: string | null;
    }
  | { readonly kind: 'scraper' }
  | { readonly kind: 'nobody' };

/** The headers that a handler may see; a token is never among them. */
export type SeenHeader = 'accept' | 'last-event-id';

export type Call<R extends RouteId> = {
  readonly caller: Caller;
  readonly params: RouteParams<R>;
  readonly query: RouteQuery<R>;
  /** As the schema gives it, with its defaults. */
  readonly body: ParsedBody<R>;
  /** Aborts when the caller has gone, or the agent stops. */
  readonly signal: AbortSignal;
  readonly header: (name: SeenHeader) => string | undefined;
};

export type Handler<R extends RouteId> = (call: Call<R>) => Promise<RouteAnswer<R> | Prepared | Streamed>;

/** One for each route: the server does not compile without. */
export type Handlers = { readonly [R in RouteId]: Handler<R> };

/** Whose token a secret is, at this very moment; undefined when nobody's. */
export type FindToken = (
  secret: string,
) =>
  | { readonly vmid: number; readonly id: string }
  | undefined
  | Promise<{ readonly vmid: number; readonly id: string } | undefined>;
