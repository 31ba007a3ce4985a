// A bare agent: a real server that answers by the table of routes with what a test gives it. It decides
// nothing; what it is asked is kept.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Subject } from '../../src/contracts/all-facts.ts';
import { failed, type Reading } from '../../src/contracts/reading.ts';
import { routes, type RouteAnswer, type RouteId } from '../../src/contracts/routes.ts';
import type { Certificate } from './certificate.ts';

export type Asked = {
  readonly route: RouteId;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
};
/** What a route answers: a document, or anything at all by writing it itself. */
type Answer<R extends RouteId> = (
  asked: Asked,
  response: ServerResponse,
) => RouteAnswer<R> | Refused | undefined;
export type Answers = { readonly [R in RouteId]?: Answer<R> };
export type Refused = { readonly status: number; readonly refused: object };

export type BareAgent = {
  readonly asked: Asked[];
  /** Answers from now on; those that are not named stay. */
  readonly answer: (answers: Answers) => void;
  readonly facts: (subject: Subject, reading: Reading<unknown>) => void;
  /** To everybody who follows. */
  readonly emit: (event: string, data: unknown, id?: string) => void;
  readonly write: (text: string) => void;
  readonly writeBytes: (bytes: Uint8Array) => void;
  readonly followers: () => number;
  readonly certificate: (certificate: Certificate) => void;
  /** Of HTTPS. */
  readonly port: number;
  readonly stop: () => Promise<void>;
};

export type BareOptions = {
  /** A socket, or HTTPS on this port of the loopback; 0 is any. */
  readonly at: { readonly socketPath: string } | { readonly port: number; readonly certificate: Certificate };
  readonly intervals?: { readonly [S in Subject]?: number };
};

export async function startBareAgent(options: BareOptions): Promise<BareAgent> {
  const asked: Asked[] = [];
  const followers = new Set<ServerResponse>();
  const facts = new Map<string, Reading<unknown>>();
  let answers: { [R in RouteId]?: (asked: Asked, response: ServerResponse) => unknown } = {
    agent: () => ({
      version: '0.0.0',
      host_scope: 'demo-felhom-01',
      allow_loop: false,
      subjects: options.intervals ?? { memory: 1, operations: 1 },
      started: 1,
    }),
    healthz: () => ({ status: 'ok', version: '0.0.0' }),
    storage: () => ({
      at: 1,
      every_s: 1,
      host_scope: 'demo-felhom-01',
      vmid: 9200,
      storages: [],
      missing: {},
      next_fingerprint: null,
    }),
    facts: ({ params }) => ({
      every_s: 1,
      reading: facts.get(params['subject'] ?? '') ?? failed('no-answer', 'bare', 1),
    }),
    events: (_asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write(': hello\n\n');
      followers.add(response);
      response.on('close', () => followers.delete(response));
      return undefined;
    },
  };

  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    void readText(request).then((text) => {
      const found = find(request);
      if (found === undefined) return send(response, 404, { error: 'no such address', code: 'E_NO_ROUTE' });
      const one = { ...found, headers: request.headers, body: text === '' ? undefined : JSON.parse(text) };
      asked.push(one);
      const answer = answers[found.route];
      if (answer === undefined) return send(response, 503, { error: 'not here', code: 'E_NOT_READY' });
      const given = answer(one, response);
      if (given === undefined) return undefined;
      if (isRefused(given)) return send(response, given.status, given.refused);
      return send(response, routes[found.route].status, given);
    });
  };
  const server: Server =
    'port' in options.at
      ? createSecureServer({ ...options.at.certificate, minVersion: 'TLSv1.3' }, onRequest)
      : createServer(onRequest);
  server.on('clientError', (_error, socket) => socket.destroy());
  if ('port' in options.at) server.listen(options.at.port, '127.0.0.1');
  else server.listen(options.at.socketPath);
  await once(server, 'listening');
  const write = (text: string | Uint8Array) => {
    for (const follower of followers) follower.write(text);
  };

  return {
    asked,
    answer: (more) => {
      answers = { ...answers, ...more };
    },
    facts: (subject, reading) => void facts.set(subject, reading),
    emit: (event, data, id) =>
      write(`event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`),
    write,
    writeBytes: write,
    followers: () => followers.size,
    certificate: ({ key, cert }) => {
      if ('setSecureContext' in server && typeof server.setSecureContext === 'function') {
        Reflect.apply(server.setSecureContext, server, [{ key, cert }]);
      }
      server.closeAllConnections();
    },
    port: portOf(server.address()),
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const portOf = (address: AddressInfo | string | null): number =>
  typeof address === 'object' && address !== null ? address.port : 0;

const isRefused = (given: unknown): given is Refused =>
  typeof given === 'object' && given !== null && 'refused' in given;

function send(response: ServerResponse, status: number, document: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(document));
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

function find({ method, url = '/' }: IncomingMessage): Pick<Asked, 'route' | 'params' | 'query'> | undefined {
  const { pathname, searchParams: query } = new URL(url, 'http://agent');
  const given = pathname.split('/');
  for (const route of Object.keys(routes).filter(isRoute)) {
    const wanted = routes[route].path.split('/');
    if (routes[route].method !== method || wanted.length !== given.length) continue;
    const params: Record<string, string> = {};
    const fits = wanted.every((word, index) => {
      const segment = decodeURIComponent(given[index] ?? '');
      if (word.startsWith(':')) params[word.slice(1)] = segment;
      return word.startsWith(':') || word === segment;
    });
    if (fits) return { route, params, query };
  }
  return undefined;
}

const isRoute = (name: string): name is RouteId => Object.hasOwn(routes, name);
