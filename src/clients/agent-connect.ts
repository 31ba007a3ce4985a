// Connections to an agent. Over HTTPS the certificate is compared with the pinned one before a single
// byte of a request, and with it the token, leaves this process.
import { Agent, type ClientRequestArgs } from 'node:http';
import { connect as connectSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { connect } from 'node:tls';
import { splitEndpoint, type AgentAddress } from './agent-address.ts';
import { WrongCertificate, type Pins } from './agent-pins.ts';

const CONNECT_MS = 5000;
/** Events, and what is asked beside them. */
const MAX_SOCKETS = 6;
const KEEP_MS = 4000;

type Done = (error: Error | null, stream: Duplex) => void;

/** `keep: false` opens a connection for each request: what changes something is never sent on a stale one. */
export function createConnections(address: () => AgentAddress, pins: Pins, keep: boolean): Agent {
  return new Connections(address, pins, keep);
}

class Connections extends Agent {
  readonly #address: () => AgentAddress;
  readonly #pins: Pins;

  constructor(address: () => AgentAddress, pins: Pins, keep: boolean) {
    super({ keepAlive: keep, maxSockets: MAX_SOCKETS, timeout: keep ? KEEP_MS : 0 });
    this.#address = address;
    this.#pins = pins;
  }

  override createConnection(_options: ClientRequestArgs, done?: Done): Duplex | null | undefined {
    const address = this.#address();
    if (address.kind === 'socket') return connectSocket(address.socketPath);
    // Given by `done` once it is trusted; Node takes nothing from here meanwhile. The host's own console
    // needs no TLS: loading it would cost it 5 MB.
    void import('node:tls').then(({ connect }) =>
      connectPinned(connect, address.endpoint, this.#pins, (error, socket) => done?.(error, socket)),
    );
    return undefined;
  }
}

function connectPinned(connectTls: typeof connect, endpoint: string, pins: Pins, done: Done): void {
  const target = splitEndpoint(endpoint);
  const socket = connectTls({
    host: target?.host ?? '',
    port: target?.port ?? 0,
    minVersion: 'TLSv1.3',
    // No authority decides here, the fingerprint does, below.
    rejectUnauthorized: false,
    servername: '',
    ALPNProtocols: ['http/1.1'],
  });
  const timer = setTimeout(
    () => socket.destroy(new Error(`no connection within ${CONNECT_MS} ms`)),
    CONNECT_MS,
  );
  const settle = (error: Error | null) => {
    clearTimeout(timer);
    socket.removeAllListeners('secureConnect').off('error', onError).off('close', onClose);
    if (error !== null) {
      socket.on('error', () => {});
      socket.destroy();
    }
    done(error, socket);
  };
  const onError = (error: Error) => settle(error);
  const onClose = () => settle(new Error('closed before it was open'));
  socket.once('error', onError).once('close', onClose);
  socket.once('secureConnect', () => {
    // Node calls it undefined when the peer has none.
    const got = socket.getPeerCertificate().fingerprint256 ?? '';
    const trusted = pins.accepts(got) && !socket.isSessionReused() && socket.getProtocol() === 'TLSv1.3';
    settle(trusted ? null : new WrongCertificate(pins.accepted(), got.replaceAll(':', '').toLowerCase()));
  });
}
