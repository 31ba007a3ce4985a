// What stands between a socket and a handler: who calls, whether the table of routes lets this caller in,
// whether what was sent has the route's shape. All of it happens here, before any handler, for every route.
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import {
  ACKNOWLEDGE_HEADER,
  routes as contract,
  type RouteId,
  type RouteShape,
  type RouteTable,
} from '../contracts/routes.ts';
import { addressOf, type DoorKind } from './connection-gate.ts';
import { Refusal } from '../daemon/refusal.ts';
import { Prepared, Streamed, type Caller, type FindToken, type Handlers } from './handler.ts';
import type { Limits } from './limits.ts';
import type { Log } from '../daemon/log.ts';
import { createRateGate } from '../daemon/rate-gate.ts';
import { refusedAnswer, toRefusal } from '../daemon/refused.ts';

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

export type AgentServer = {
  /** Every connection is told by which door it came, before its first request. */
  readonly knowDoor: (socket: Socket, door: DoorKind) => void;
  readonly listener: RequestListener;
  /** Aborts what handlers still do for callers. */
  readonly stop: () => Promise<void>;
};

export async function createAgentServer(options: ServerOptions): Promise<AgentServer> {
  const { routes, handlers, limits, clock, log } = options;
  const doors = new WeakMap<Socket, { readonly door: DoorKind; readonly address: string }>();
  const known = new WeakMap<FastifyRequest, Caller>();
  const stopping = new AbortController();
  const rates = {
    address: createRateGate(limits.rates.address, clock),
    guest: createRateGate(limits.rates.guest, clock),
    posts: createRateGate(limits.rates.posts, clock),
    scraper: createRateGate(limits.rates.scraper, clock),
    group: createRateGate(limits.rates.group, clock),
    wrongToken: createRateGate(limits.rates.wrongToken, clock),
    refusalLines: createRateGate(limits.rates.refusalLines, clock),
  };
  /** What is not in the log: whoever floods must not fill it. */
  const untold = { info: 0, error: 0 };

  const app = Fastify<Server>({
    logger: false,
    bodyLimit: limits.bodyBytes,
    exposeHeadRoutes: false,
    // Shapes are zod's matter: Fastify's own validator and serializer are never loaded.
    schemaController: {
      compilersFactory: { buildValidator: neverBuilt, buildSerializer: neverBuilt },
    },
    routerOptions: { maxParamLength: 100 },
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      try {
        pace(request.raw);
        refuse(error, request, reply);
      } catch (tooOften) {
        refuse(tooOften, request, reply);
      }
    },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseJson(body));
    } catch (error) {
      done(new Refusal('E_BAD_REQUEST', `the body is no JSON: ${messageOf(error)}`));
    }
  });
  app.setErrorHandler((error, request, reply) => refuse(error, request, reply));
  app.setNotFoundHandler((request, reply) => {
    const allowed = methodsAt(routes, pathOf(request.raw));
    if (allowed.length === 0) throw new Refusal('E_NO_ROUTE', 'there is nothing at this path');
    void reply.header('allow', allowed.join(', '));
    throw new Refusal('E_METHOD', `this path takes ${allowed.join(', ')}, not ${request.method}`);
  });
  // Before a body is read: who may not ask is not listened to. Without promises wherever none is needed, as
  // every request comes by here.
  app.addHook('onRequest', (request, _reply, done) => {
    const enter = (caller: Caller) => {
      known.set(request, caller);
      done();
    };
    try {
      const caller = admit(request.raw);
      if (caller instanceof Promise) caller.then(enter, done);
      else enter(caller);
    } catch (error) {
      done(asError(error));
    }
  });

  for (const [id, shape] of Object.entries(routes)) if (isRoute(id)) register(id, shape);
  await app.ready();

  function register(id: RouteId, shape: RouteShape): void {
    const handler = handlerOf(handlers, id);
    app.route({
      method: shape.method,
      url: shape.path,
      onRequest: (request, _reply, done) => {
        const caller = callerOf(request);
        if (shape.rights[caller.kind] === 'no') done(refusalFor(caller, request.raw));
        else done();
      },
      handler: async (request, reply) => {
        const caller = callerOf(request);
        const signal = lazySignal(reply.raw, stopping.signal);
        const answer = await handler({
          caller,
          params: parse(shape.params, request.params, 'the path'),
          query: parse(shape.query, request.query, 'the query'),
          // A request without a body is one that says nothing.
          body: parse(shape.body, request.body ?? {}, 'the body'),
          get signal() {
            return signal();
          },
          header: (name) => oneHeader(request.raw, name),
        });
        return send(shape, answer, reply);
      },
    });
  }

  function send(shape: RouteShape, answer: unknown, reply: FastifyReply): FastifyReply {
    if (answer instanceof Streamed) {
      reply.hijack();
      answer.open(reply.raw);
      return reply;
    }
    if (answer instanceof Prepared) {
      // Past Fastify's own way of sending: those who ask for these ask often.
      reply.hijack();
      reply.raw.writeHead(shape.status, {
        'content-type': answer.contentType,
        'content-length': answer.bytes.length,
        'cache-control': 'no-store',
      });
      // As letters, one byte each: Node then sends head and body in one piece, and encrypts once.
      reply.raw.end(answer.letters, 'latin1');
      return reply;
    }
    void reply.code(shape.status).header('cache-control', 'no-store');
    // Through the schema: nothing that no contract names gets out, and a wrong answer is a bug here, not there.
    const checked = shape.answer.safeParse(answer);
    if (!checked.success) throw new Error(`answer of ${shape.path}: ${issueOf(checked.error.issues[0])}`);
    return reply.type('application/json; charset=utf-8').send(JSON.stringify(checked.data));
  }

  function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const refusal = toRefusal(error);
    const { status, body, retryAfterS } = refusedAnswer(refusal);
    const about = {
      code: refusal.code,
      status,
      method: request.method,
      path: pathOf(request.raw).slice(0, 200),
      caller: known.get(request)?.kind ?? 'unknown',
    };
    if (status >= 500) tell('error', { ...about, err: stackOf(refusal.cause ?? refusal) }, 'request failed');
    else tell('info', about, 'request refused');
    if (retryAfterS !== undefined) void reply.header('retry-after', String(retryAfterS));
    // The rest of a body that nobody reads must not be taken for the next request.
    // And who shows no valid token does not keep a connection that others need.
    const isStranger = refusal.code === 'E_TOKEN';
    if (isStranger || (!request.raw.complete && hasBody(request.raw)))
      void reply.header('connection', 'close');
    void reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(body));
  }

  function tell(level: 'info' | 'error', about: object, what: string): void {
    if (rates.refusalLines.take(level) > 0) {
      untold[level] += 1;
      return;
    }
    log[level](untold[level] === 0 ? about : { ...about, untold: untold[level] }, what);
    untold[level] = 0;
  }

  /** By which door it came, and whether so often. */
  function pace(raw: IncomingMessage): { readonly door: DoorKind; readonly address: string } {
    const came = doors.get(raw.socket);
    if (came === undefined) throw new Error('a connection came by no door');
    if (came.door === 'group') slowDown(rates.group.take('group'));
    if (came.door === 'https') slowDown(rates.address.take(came.address));
    return came;
  }

  /** Who calls. The door decides; only over HTTPS is a token looked at. */
  function admit(raw: IncomingMessage): Caller | Promise<Caller> {
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
      ? token.then(async (found) => admitGuest(raw, came.address, found))
      : admitGuest(raw, came.address, token);
  }

  function admitGuest(
    raw: IncomingMessage,
    address: string,
    token: { readonly vmid: number; readonly id: string } | undefined,
  ): Caller | Promise<Caller> {
    if (token === undefined) {
      slowDown(rates.wrongToken.take(address));
      return wait<Caller>(limits.wrongTokenMs, { kind: 'nobody' }, { signal: stopping.signal });
    }
    slowDown(rates.guest.take(token.id));
    if (raw.method !== 'GET') slowDown(rates.posts.take(String(token.vmid)));
    const caller = { kind: 'guest', vmid: token.vmid, tokenId: token.id } as const;
    const acknowledged = raw.headers[ACKNOWLEDGE_HEADER];
    if (typeof acknowledged === 'string') options.onAcknowledge(caller, acknowledged);
    return caller;
  }

  function callerOf(request: FastifyRequest): Caller {
    const caller = known.get(request);
    if (caller === undefined) throw new Error('a request came past the gate');
    return caller;
  }

  return {
    knowDoor: (socket, door) => void doors.set(socket, { door, address: addressOf(socket) }),
    listener: (request, response) => app.routing(request, response),
    stop: async () => {
      stopping.abort();
      await app.close();
    },
  };
}

/** Methods that the paths of the table take there, for the answer to another one. */
function methodsAt(routes: RouteTable, path: string): readonly string[] {
  const segments = path.split('/');
  const fits = (shape: RouteShape) => {
    const pattern = shape.path.split('/');
    return (
      pattern.length === segments.length &&
      pattern.every((part, place) => part.startsWith(':') || part === segments[place])
    );
  };
  return [...new Set(Object.values(routes).flatMap((shape) => (fits(shape) ? [shape.method] : [])))];
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

function slowDown(waitS: number): void {
  if (waitS === 0) return;
  throw new Refusal('E_RATE', 'too many requests', {
    hint: `ask again in ${waitS} s`,
    retryAfterS: waitS,
  });
}

function bearerOf(raw: IncomingMessage): string | undefined {
  return /^Bearer ([A-Za-z0-9._~+/=-]{1,500})$/i.exec(raw.headers.authorization ?? '')?.[1];
}

/** What it holds is an object; `__proto__` in it is a key that no schema names. */
function parseJson(body: string | Buffer): unknown {
  const text = typeof body === 'string' ? body : new TextDecoder('utf-8', { fatal: true }).decode(body);
  return text === '' ? {} : JSON.parse(text);
}

function parse(schema: RouteShape['body'], value: unknown, where: string): unknown {
  // Most requests say nothing but their path.
  if (schema === SAYS_NOTHING && isEmpty(value)) return value;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Refusal('E_BAD_REQUEST', `${where} is not as it should be: ${issueOf(result.error.issues[0])}`);
}

const SAYS_NOTHING: RouteShape['body'] = contract.healthz.body;
function isEmpty(value: unknown): boolean {
  for (const _key in Object(value)) return false;
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type Issue = { readonly path: readonly PropertyKey[]; readonly message: string };
function issueOf(issue: Issue | undefined): string {
  if (issue === undefined) return 'unknown';
  const path = issue.path.map(String).join('.');
  return path === '' ? issue.message : `${path}: ${issue.message}`;
}

/** Made when a handler asks for it: most never do. */
function lazySignal(response: ServerResponse, stopping: AbortSignal): () => AbortSignal {
  let signal: AbortSignal | undefined;
  return () => {
    if (signal !== undefined) return signal;
    const gone = new AbortController();
    if (response.destroyed) gone.abort();
    response.once('close', () => gone.abort());
    signal = AbortSignal.any([gone.signal, stopping]);
    return signal;
  };
}

/** RFC 9112, 6.3: without either header a request has none. */
const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
const pathOf = (raw: IncomingMessage): string => (raw.url ?? '').split('?', 1)[0] ?? '';
const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
const isRoute = (id: string): id is RouteId => Object.hasOwn(contract, id);

function oneHeader(raw: IncomingMessage, name: string): string | undefined {
  const value = raw.headers[name];
  return typeof value === 'string' ? value : undefined;
}

const neverBuilt = (): never => {
  throw new Error("a schema for Fastify, where shapes are zod's matter");
};

type AnyCall = {
  readonly caller: Caller;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly signal: AbortSignal;
  readonly header: (name: string) => string | undefined;
};

/**
 * A handler takes what its own route's schema gives, and that is what `register` passes; TypeScript cannot
 * follow one key through two tables.
 */
function handlerOf(handlers: Handlers, id: RouteId): (call: AnyCall) => Promise<unknown> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return handlers[id] as (call: AnyCall) => Promise<unknown>;
}
