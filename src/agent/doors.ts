// The agent's three doors: two Unix sockets on the host, and HTTPS for guests. A door gives its
// connections to the server with its own name, and that name is the caller's right.
import { createServer as createHttpServer, type Server, type ServerOptions as HttpOptions } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import { chmod, chown, lstat, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { type Certificate, WITHOUT_TICKETS } from '../base/certificate.ts';
import { ActionableError, errnoOf, messageOf } from '../base/errors.ts';
import type { Text, TextKey } from '../base/texts/text.ts';
import type { ConnectionGate, DoorKind } from './connection-gate.ts';
import { Refusal } from '../daemon/refusal.ts';
import type { Limits } from './limits.ts';
import type { Log } from '../daemon/log.ts';
import { createRateGate } from '../daemon/rate-gate.ts';
import { rawRefusal } from '../daemon/refused.ts';
import type { AgentServer } from './server.ts';

export type Door = {
  readonly kind: DoorKind;
  /** Lets nobody in any more, waits for answers that are being given, and cuts what is left. */
  readonly close: (patienceMs: number) => Promise<void>;
};
export type HttpsDoor = Door & {
  /** The port that it got, where the configuration left it open (tests). */
  readonly port: number;
  /** New connections see this one; the others go on. */
  readonly use: (certificate: Certificate) => void;
};

type DoorTools = {
  readonly server: AgentServer;
  readonly gate: ConnectionGate;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly log: Log;
  readonly text: Text;
};

/** `sun_path` of unix(7), with its closing zero. */
const MAX_SOCKET_PATH = 107;

export async function openUnixDoor(
  kind: 'root' | 'group',
  path: string,
  owner: { readonly mode: number; readonly gid: number },
  tools: DoorTools,
): Promise<Door> {
  const { text } = tools;
  const server = createHttpServer(httpOptions(tools.limits));
  const sockets = prepare(server, kind, tools);
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  // Bound where only root gets in, and moved into place with its rights: nobody can connect before. The
  // move also takes the place of what an agent that was killed has left.
  const binding = await mkdtemp(join(folder, '.'));
  try {
    const early = join(binding, 's');
    for (const long of [early, path]) {
      if (Buffer.byteLength(long) <= MAX_SOCKET_PATH) continue;
      throw new ActionableError('settings', text('agent.socket.long', { path: long }), {
        hint: text('agent.socket.long.hint'),
      });
    }
    await listen(server, { path: early }, text);
    await chown(early, 0, owner.gid).catch((error: unknown) => {
      // Not root: a rehearsal of one person's own, who owns the socket anyway.
      if (errnoOf(error) !== 'EPERM') throw error;
    });
    await chmod(early, owner.mode);
    await rename(early, path);
  } finally {
    await rm(binding, { recursive: true, force: true });
  }
  const mine = (await lstat(path)).ino;
  return {
    kind,
    close: async (patienceMs) => {
      const there = await lstat(path).catch(() => undefined);
      if (there?.ino === mine) await rm(path, { force: true });
      await close(server, sockets, patienceMs);
    },
  };
}

export async function openHttpsDoor(
  address: { readonly host: string; readonly port: number },
  certificate: Certificate,
  tools: DoorTools,
): Promise<HttpsDoor> {
  const secure = {
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
    // Every connection shows the certificate, so that it is compared with the pinned one every time.
    secureOptions: WITHOUT_TICKETS,
  } as const;
  const server = createHttpsServer({
    ...httpOptions(tools.limits),
    ...secure,
    key: certificate.key,
    cert: certificate.cert,
    handshakeTimeout: tools.limits.handshakeMs,
    ALPNProtocols: ['http/1.1'],
    allowHalfOpen: true,
  });
  const sockets = prepare(server, 'https', tools);
  await listen(server, address, tools.text);
  const bound = server.address();
  return {
    kind: 'https',
    port: typeof bound === 'object' && bound !== null ? bound.port : address.port,
    use: ({ key, cert }) => server.setSecureContext({ key, cert, ...secure }),
    close: async (patienceMs) => close(server, sockets, patienceMs),
  };
}

function httpOptions(limits: Limits): HttpOptions {
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
function prepare(server: Server | HttpsServer, kind: DoorKind, tools: DoorTools): ReadonlySet<Socket> {
  const { gate, log } = tools;
  const sockets = new Set<Socket>();
  /** Whoever floods must not fill the log. */
  const lines = createRateGate(tools.limits.rates.refusalLines, tools.clock);
  const mayTell = () => lines.take(kind) === 0;
  /** Those that can be answered: over TLS only after the handshake. */
  const ready = new WeakSet<Socket>();
  const letIn = (socket: Socket) => {
    ready.add(socket);
    tools.server.knowDoor(socket, kind);
  };
  const answer = (socket: Socket, refusal: Refusal) => {
    if (ready.has(socket) && socket.writable) socket.end(rawRefusal(refusal), () => socket.destroySoon());
    else socket.destroy();
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
    if (kind !== 'https') letIn(socket);
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
    answer(socket, new Refusal('E_BAD_REQUEST', 'this agent speaks HTTP/1.1 only'));
  });
  return sockets;
}

function unreadable(error: Error): Refusal {
  const errno = errnoOf(error);
  if (errno === 'HPE_HEADER_OVERFLOW') {
    return new Refusal('E_TOO_LARGE', 'the headers are larger than this agent takes');
  }
  return errno === 'ERR_HTTP_REQUEST_TIMEOUT'
    ? new Refusal('E_TIMEOUT', 'the request did not arrive in time')
    : new Refusal('E_BAD_REQUEST', 'this is no HTTP request');
}

async function listen(
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

async function close(
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
