// The one door to Docker's API for reading: a bounded, abortable GET over dockerode's transport.
import type Dockerode from 'dockerode';
import type { IncomingMessage } from 'node:http';

export type DockerGet = (
  path: string,
  request: {
    readonly signal: AbortSignal;
    readonly query?: { readonly [name: string]: string };
    readonly onChunk: (chunk: Buffer) => void;
  },
) => Promise<void>;

/**
 * dockerode is imported here, when it is first needed: it brings more code than all else that
 * runs. Its own calls (`listContainers`, …) are not used for reading: they collect answers of any
 * size, some cannot be ended, and a log that happens to be JSON comes back as an object.
 */
export async function createDockerGet(socketPath: string): Promise<DockerGet> {
  const { default: Docker } = await import('dockerode');
  const docker: Dockerode = new Docker({
    socketPath,
    // Named, as dockerode would take them from DOCKER_HOST and leave the socket aside.
    host: undefined,
    protocol: 'http',
    timeout: undefined,
    // Idle connections break when the daemon restarts.
    headers: { Connection: 'close' },
  });
  return async (path, { signal, query = {}, onChunk }) => {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      docker.modem.dial(
        {
          path: `${path}?`,
          method: 'GET',
          options: { ...query },
          isStream: true,
          abortSignal: signal,
          statusCodes: { 200: true },
        },
        (error: Error | null, answer: unknown) => {
          if (error !== null) reject(error);
          else if (isIncoming(answer)) resolve(answer);
          else reject(new TypeError('no stream'));
        },
      );
    });
    await consume(response, signal, onChunk);
  };
}

/** Ends the connection in every case, also when `onChunk` throws or nobody waits any more. */
async function consume(
  response: IncomingMessage,
  signal: AbortSignal,
  onChunk: (chunk: Buffer) => void,
): Promise<void> {
  const onAbort = () => response.destroy(new Error('given up'));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    for await (const chunk of response) if (Buffer.isBuffer(chunk)) onChunk(chunk);
  } finally {
    signal.removeEventListener('abort', onAbort);
    response.destroy();
  }
}

const isIncoming = (answer: unknown): answer is IncomingMessage =>
  typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;
