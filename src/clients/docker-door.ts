// The one door to Docker's API: a bounded, abortable request over dockerode's transport.
import type Dockerode from 'dockerode';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { parseJson } from '../base/parse-json.ts';
import { GivenUp } from './deadline.ts';
import { DockerRefused } from './docker-failure.ts';

export type DockerRequest = {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly query?: { readonly [name: string]: string };
  readonly body?: Readonly<Record<string, unknown>>;
  /** Sent instead of a body; its owner closes it. */
  readonly upload?: Readable;
  readonly signal: AbortSignal;
  /** For answers that go on for ever: how long their beginning may take. */
  readonly headWithinMs?: number;
  /** Called once, before the first chunk. */
  readonly onHead?: () => void;
  readonly onChunk: (chunk: Buffer) => void;
  /** Waited for after each chunk; Docker waits too. */
  readonly pace?: () => Promise<void> | undefined;
};

/** Comes back when the answer has ended; rejects with `DockerRefused` for a status from 400 on. */
export type DockerDoor = (request: DockerRequest) => Promise<void>;

/** Docker's reason for a no is a sentence. */
const MAX_REASON_BYTES = 64 * 1024;
/** Judged here, and not by dockerode, which collects a no of any length, by bytes that may cut a letter. */
const ANY_STATUS: Readonly<Record<string, true>> = Object.fromEntries(
  Array.from({ length: 500 }, (_, index) => [String(index + 100), true]),
);

/**
 * dockerode is imported here, when it is first needed: it brings more code than all else that
 * runs. Its own calls (`listContainers`, …) are not used: they collect answers of any size, have no
 * time limit, some cannot be ended, and a log that happens to be JSON comes back as an object.
 */
export async function createDockerDoor(socketPath: string): Promise<DockerDoor> {
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
  const dial = async (request: DockerRequest, signal: AbortSignal): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const { method = 'GET', path, query = {}, body = {}, upload } = request;
      docker.modem.dial(
        {
          path: `${path}?`,
          method,
          // An empty body is none to dockerode, and to Docker, which refuses some that are not.
          options: { _query: query, _body: body },
          ...(upload === undefined ? {} : { file: upload }),
          isStream: true,
          abortSignal: signal,
          statusCodes: ANY_STATUS,
        },
        (error: Error | null, answer: unknown) => {
          if (error !== null) reject(error);
          else if (isIncoming(answer)) resolve(answer);
          else reject(new TypeError('no stream'));
        },
      );
    });

  return async (request) => {
    const head = new AbortController();
    const signal = AbortSignal.any([request.signal, head.signal]);
    const { headWithinMs } = request;
    const timer =
      headWithinMs === undefined
        ? undefined
        : setTimeout(() => head.abort(new GivenUp(true, headWithinMs)), headWithinMs);
    try {
      const response = await dial(request, signal);
      clearTimeout(timer);
      if ((response.statusCode ?? 500) >= 400) throw await readRefusal(response, signal);
      request.onHead?.();
      await consume(response, signal, request);
    } catch (error) {
      // What the transport makes of it says less than why it was ended.
      signal.throwIfAborted();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
}

async function readRefusal(response: IncomingMessage, signal: AbortSignal): Promise<DockerRefused> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  await consume(response, signal, {
    onChunk: (chunk) => {
      bytes += chunk.length;
      if (bytes <= MAX_REASON_BYTES) chunks.push(chunk);
    },
  });
  const text = Buffer.concat(chunks).toString('utf8');
  const told = parseJson(text);
  const message =
    typeof told === 'object' && told !== null && 'message' in told && typeof told.message === 'string'
      ? told.message
      : text;
  return new DockerRefused(response.statusCode ?? 500, message.trim());
}

/** Ends the connection in every case, also when `onChunk` throws or nobody waits any more. */
async function consume(
  response: IncomingMessage,
  signal: AbortSignal,
  { onChunk, pace }: Pick<DockerRequest, 'onChunk' | 'pace'>,
): Promise<void> {
  const onAbort = () => response.destroy(new Error('given up'));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    for await (const chunk of response) {
      if (Buffer.isBuffer(chunk)) onChunk(chunk);
      await pace?.();
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    response.destroy();
  }
}

const isIncoming = (answer: unknown): answer is IncomingMessage =>
  typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;
