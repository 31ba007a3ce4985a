// A door that is a TCP port, without encryption: for callers of the same machine and its container networks.
import { createServer } from 'node:http';
import { closeDoor, httpOptions, listenAt, prepareDoor, type Door, type DoorTools } from './door.ts';

export type TcpDoor<D extends string> = Door<D> & {
  /** The port that it got, where it was left open (0). */
  readonly port: number;
};

export async function openTcpDoor<D extends string>(
  kind: D,
  address: { readonly host: string; readonly port: number },
  tools: DoorTools<D>,
): Promise<TcpDoor<D>> {
  const server = createServer(httpOptions(tools.limits));
  const sockets = prepareDoor(server, kind, tools, { secure: false });
  await listenAt(server, address, tools.text);
  const bound = server.address();
  return {
    kind,
    port: typeof bound === 'object' && bound !== null ? bound.port : address.port,
    close: async (patienceMs) => closeDoor(server, sockets, patienceMs),
  };
}
