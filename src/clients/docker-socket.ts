// Docker's socket: where it is, and whether somebody accepts there, asked with nothing but
// node:net, so that a machine without Docker pays for no client.
import { connect } from 'node:net';

const DEFAULT_SOCKET = '/var/run/docker.sock';
const UNIX_SCHEME = 'unix://';

/** Only Unix sockets: a Docker that is reached over TCP or SSH is not this machine's. */
export function findDockerSocket(environment: { readonly [name: string]: string | undefined }): string {
  const host = environment['DOCKER_HOST'] ?? '';
  const path = host.startsWith(UNIX_SCHEME) ? host.slice(UNIX_SCHEME.length) : '';
  return path === '' ? DEFAULT_SOCKET : path;
}

/** Rejects with the system's error when nobody accepts. */
export async function probeSocket(path: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const settle = (error?: unknown) => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      if (error === undefined) resolve();
      else reject(error);
    };
    const onAbort = () => settle(signal.reason);
    socket.once('connect', () => settle());
    socket.once('error', settle);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
