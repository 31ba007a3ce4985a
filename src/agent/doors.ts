// The agent's door for guests: HTTPS. Its two sockets are opened by daemon/serve/unix-door.ts.
import { createServer } from 'node:https';
import { type Certificate, WITHOUT_TICKETS } from '../base/certificate.ts';
import {
  closeDoor,
  httpOptions,
  listenAt,
  prepareDoor,
  type Door,
  type DoorTools,
} from '../daemon/serve/door.ts';
import type { DoorKind } from './connection-gate.ts';
import type { Limits } from './limits.ts';

export type HttpsDoor = Door<DoorKind> & {
  /** The port that it got, where the configuration left it open (tests). */
  readonly port: number;
  /** New connections see this one; the others go on. */
  readonly use: (certificate: Certificate) => void;
};

export async function openHttpsDoor(
  address: { readonly host: string; readonly port: number },
  certificate: Certificate,
  tools: DoorTools<DoorKind> & { readonly limits: Limits },
): Promise<HttpsDoor> {
  const secure = {
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
    // Every connection shows the certificate, so that it is compared with the pinned one every time.
    secureOptions: WITHOUT_TICKETS,
  } as const;
  const server = createServer({
    ...httpOptions(tools.limits),
    ...secure,
    key: certificate.key,
    cert: certificate.cert,
    handshakeTimeout: tools.limits.handshakeMs,
    ALPNProtocols: ['http/1.1'],
    allowHalfOpen: true,
  });
  const sockets = prepareDoor(server, 'https', tools, { secure: true });
  await listenAt(server, address, tools.text);
  const bound = server.address();
  return {
    kind: 'https',
    port: typeof bound === 'object' && bound !== null ? bound.port : address.port,
    use: ({ key, cert }) => server.setSecureContext({ key, cert, ...secure }),
    close: async (patienceMs) => closeDoor(server, sockets, patienceMs),
  };
}
