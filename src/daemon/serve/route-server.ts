// What stands between a socket and a handler: who calls, whether this caller may, whether what was sent has
// the route's shape. All of it happens here, before any handler, for every route of a table.
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../log.ts';
import { createRateGate } from '../rate-gate.ts';
import { Refusal } from '../refusal.ts';
import { refusedAnswer, toRefusal } from '../refused.ts';
import { Prepared, Streamed } from './answer.ts';
import type { ServeLimits } from './limits.ts';

/** As much of a schema as is needed here; it is zod's. */
type Shape = {
  readonly safeParse: (
    value: unknown,
  ) =>
    | { readonly success: true; readonly data: unknown }
    | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };
};
type Issue = { readonly path: readonly PropertyKey[]; readonly message: string };

export type ServedRoute = {
  readonly method: 'GET' | 'POST';
  /** `:name` stands for one segment of the path. */
  readonly path: string;
  readonly params: Shape;
  readonly query: Shape;
  readonly body: Shape;
  readonly answer: Shape;
  readonly status: 200 | 202;
  readonly kind: 'json' | 'text' | 'events';
};

/** What a handler is given, before the table says of which kinds its parts are. */
export type AnyCall<C> = {
  readonly caller: C;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  /** Aborts when the caller has gone, or the daemon stops. */
  readonly signal: AbortSignal;
  readonly header: (name: string) => string | undefined;
};

export type RouteServerOptions<R extends ServedRoute, C extends { readonly kind: string }> = {
  readonly routes: Readonly<Record<string, R>>;
  readonly handlerOf: (id: string) => (call: AnyCall<C>) => Promise<unknown>;
  /** Who calls; throws a refusal. Before a body is read: who may not ask is not listened to. */
  readonly admit: (raw: IncomingMessage, stopping: AbortSignal) => C | Promise<C>;
  /** Throws where a request that has no path even is one too many. */
  readonly pace: (raw: IncomingMessage) => void;
  /** Throws when this caller may not call this route. */
  readonly permit: (caller: C, route: R, raw: IncomingMessage) => void;
  /** What stands around the data of an answer, and around a refusal. */
  readonly wrap?: (data: unknown) => unknown;
  readonly wrapRefusal?: (body: object) => object;
  /** This one's bodies say nothing: most requests. */
  readonly saysNothing: Shape;
  readonly limits: ServeLimits;
  readonly clock: Clock;
  readonly log: Log;
};

export type RouteServer = {
  readonly listener: RequestListener;
  /** Aborts what handlers still do for callers. */
  readonly stop: () => Promise<void>;
};

export async function createRouteServer<R extends ServedRoute, C extends { readonly kind: string }>(
  options: RouteServerOptions<R, C>,
): Promise<RouteServer> {
  const { routes, limits, clock, log } = options;
  const wrap = options.wrap ?? ((data) => data);
  const wrapRefusal = options.wrapRefusal ?? ((body) => body);
  const known = new WeakMap<FastifyRequest, C>();
  const stopping = new AbortController();
  const refusalLines = createRateGate(limits.rates.refusalLines, clock);
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
    routerOptions: { maxParamLength: 250 },
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      try {
        options.pace(request.raw);
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
  // Without promises wherever none is needed, as every request comes by here.
  app.addHook('onRequest', (request, _reply, done) => {
    const enter = (caller: C) => {
      known.set(request, caller);
      done();
    };
    try {
      const caller = options.admit(request.raw, stopping.signal);
      if (caller instanceof Promise) caller.then(enter, done);
      else enter(caller);
    } catch (error) {
      done(asError(error));
    }
  });

  for (const [id, shape] of Object.entries(routes)) register(id, shape);
  await app.ready();

  function register(id: string, shape: R): void {
    const handler = options.handlerOf(id);
    app.route({
      method: shape.method,
      url: shape.path,
      onRequest: (request, _reply, done) => {
        try {
          options.permit(callerOf(request), shape, request.raw);
          done();
        } catch (error) {
          done(asError(error));
        }
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

  function send(shape: R, answer: unknown, reply: FastifyReply): FastifyReply {
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
    return reply.type('application/json; charset=utf-8').send(JSON.stringify(wrap(checked.data)));
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
    void reply
      .code(status)
      .type('application/json; charset=utf-8')
      .send(JSON.stringify(wrapRefusal(body)));
  }

  function tell(level: 'info' | 'error', about: object, what: string): void {
    if (refusalLines.take(level) > 0) {
      untold[level] += 1;
      return;
    }
    log[level](untold[level] === 0 ? about : { ...about, untold: untold[level] }, what);
    untold[level] = 0;
  }

  function callerOf(request: FastifyRequest): C {
    const caller = known.get(request);
    if (caller === undefined) throw new Error('a request came past the gate');
    return caller;
  }

  function parse(schema: Shape, value: unknown, where: string): unknown {
    if (schema === options.saysNothing && isEmpty(value)) return value;
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    throw new Refusal('E_BAD_REQUEST', `${where} is not as it should be: ${issueOf(result.error.issues[0])}`);
  }

  return {
    listener: (request, response) => app.routing(request, response),
    stop: async () => {
      stopping.abort();
      await app.close();
    },
  };
}

/** Methods that the paths of the table take there, for the answer to another one. */
function methodsAt(routes: Readonly<Record<string, ServedRoute>>, path: string): readonly string[] {
  const segments = path.split('/');
  const fits = (shape: ServedRoute) => {
    const pattern = shape.path.split('/');
    return (
      pattern.length === segments.length &&
      pattern.every((part, place) => part.startsWith(':') || part === segments[place])
    );
  };
  return [...new Set(Object.values(routes).flatMap((shape) => (fits(shape) ? [shape.method] : [])))];
}

/** What it holds is an object; `__proto__` in it is a key that no schema names. */
function parseJson(body: string | Buffer): unknown {
  const text = typeof body === 'string' ? body : new TextDecoder('utf-8', { fatal: true }).decode(body);
  return text === '' ? {} : JSON.parse(text);
}

function isEmpty(value: unknown): boolean {
  for (const _key in Object(value)) return false;
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

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

function oneHeader(raw: IncomingMessage, name: string): string | undefined {
  const value = raw.headers[name];
  return typeof value === 'string' ? value : undefined;
}

const neverBuilt = (): never => {
  throw new Error("a schema for Fastify, where shapes are zod's matter");
};
