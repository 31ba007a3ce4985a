// A door of a daemon: a server that is listened at. It gives its connections to the routes with its own name,
// and that name is the caller's right. What floods, stalls or speaks no HTTP is dealt with here.
import type { RequestListener, Server, ServerOptions as HttpOptions } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { basename } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { ActionableError, errnoOf, messageOf } from '../../base/errors.ts';
import type { Text, TextKey } from '../../base/texts/text.ts';
import type { Log } from '../log.ts';
import { createRateGate } from '../rate-gate.ts';
import { Refusal } from '../refusal.ts';
import { rawRefusal } from '../refused.ts';
import type { ConnectionGate } from './connection-gate.ts';
import type { ServeLimits } from './limits.ts';

export type Door<D extends string> = {
  readonly kind: D;
  /** Lets nobody in any more, waits for answers that are being given, and cuts what is left. */
  readonly close: (patienceMs: number) => Promise<void>;
};

export type DoorTools<D extends string> = {
  readonly server: {
    /** Every connection is told by which door it came, before its first request. */
    readonly knowDoor: (socket: Socket, door: D) => void;
    readonly listener: RequestListener;
  };
  readonly gate: ConnectionGate<D>;
  readonly clock: Clock;
  readonly limits: ServeLimits;
  readonly log: Log;
  readonly text: Text;
  /** What a refusal's body is wrapped in, where the daemon's answers are. */
  readonly wrapRefusal?: (body: object) => object;
};

export function httpOptions(limits: ServeLimits): HttpOptions {
  return {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    // How often the two time limits are looked at.
    connectionsCheckingInterval: Math.min(1000, limits.headersMs / 2),
    requireHostHeader: false,
    noDelay: true,
  };
}

/** Gives back all sockets that are open, whatever HTTP and TLS know of them. */
export function prepareDoor<D extends string>(
  server: Server | HttpsServer,
  kind: D,
  tools: DoorTools<D>,
  /** Over TLS a caller can be answered only after the handshake. */
  { secure }: { readonly secure: boolean },
): ReadonlySet<Socket> {
  const { gate, log } = tools;
  const sockets = new Set<Socket>();
  /** Whoever floods must not fill the log. */
  const lines = createRateGate(tools.limits.rates.refusalLines, tools.clock);
  const mayTell = () => lines.take(kind) === 0;
  /** Those that can be answered. */
  const ready = new WeakSet<Socket>();
  const letIn = (socket: Socket) => {
    ready.add(socket);
    tools.server.knowDoor(socket, kind);
  };
  const answer = (socket: Socket, refusal: Refusal) => {
    if (ready.has(socket) && socket.writable) {
      socket.end(rawRefusal(refusal, tools.wrapRefusal), () => socket.destroySoon());
    } else socket.destroy();
  };
  // Whoever closes its half has asked and waits for its answer (RFC 9112, 9.6).
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on('request', tools.server.listener);
  // Nothing is expected here; Node would answer that by itself, past the server.
  server.on('checkExpectation', tools.server.listener);
  server.setTimeout(tools.limits.stalledMs);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    const admitted = gate.admit(kind, socket);
    if (!secure) letIn(socket);
    if (admitted) return;
    if (mayTell()) log.warn({ door: kind, ...gate.counts() }, 'no room for another connection');
    answer(socket, new Refusal('E_NOT_READY', 'too many connections', { retryAfterS: 5 }));
  });
  server.on('secureConnection', letIn);
  server.on('clientError', (error: Error, socket: Socket) => {
    const why = errnoOf(error) ?? messageOf(error);
    if (mayTell()) log.info({ door: kind, why }, 'no request that could be read');
    if (why === 'ECONNRESET') socket.destroy();
    else answer(socket, unreadable(error));
  });
  server.on('upgrade', (_request, socket: Socket) => {
    answer(socket, new Refusal('E_BAD_REQUEST', 'HTTP/1.1 is spoken here, and nothing else'));
  });
  return sockets;
}

function unreadable(error: Error): Refusal {
  const errno = errnoOf(error);
  if (errno === 'HPE_HEADER_OVERFLOW') {
    return new Refusal('E_TOO_LARGE', 'the headers are larger than is taken here');
  }
  return errno === 'ERR_HTTP_REQUEST_TIMEOUT'
    ? new Refusal('E_TIMEOUT', 'the request did not arrive in time')
    : new Refusal('E_BAD_REQUEST', 'this is no HTTP request');
}

export async function listenAt(
  server: Server | HttpsServer,
  where: { readonly path: string } | { readonly host: string; readonly port: number },
  text: Text,
): Promise<void> {
  const name = 'path' in where ? basename(where.path) : `${where.host}:${where.port}`;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...where, backlog: 511 }, () => {
      server.off('error', reject);
      resolve();
    });
  }).catch((error: unknown) => {
    const errno = errnoOf(error) ?? '';
    const hint = Object.hasOwn(LISTEN_HINTS, errno) ? LISTEN_HINTS[errno] : undefined;
    throw new ActionableError(
      'failed',
      text('agent.listen.failed', { address: name, reason: messageOf(error) }),
      {
        ...(hint === undefined ? {} : { hint: text(hint) }),
        cause: error,
      },
    );
  });
  server.on('error', () => {});
}

const LISTEN_HINTS: Readonly<Record<string, TextKey>> = {
  EADDRINUSE: 'agent.listen.used.hint',
  EADDRNOTAVAIL: 'agent.listen.address.hint',
};

export async function closeDoor(
  server: Server | HttpsServer,
  sockets: ReadonlySet<Socket>,
  patienceMs: number,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, patienceMs);
  await closed;
  clearTimeout(cut);
}
