// The questions that are asked of Docker's API, each with a parsed answer or an error. Brings
// dockerode and zod: loaded by the port when somebody answers at the socket.
import type { Container } from '../contracts/facts/containers.ts';
import { parseContainers } from './docker-containers.ts';
import { parseInspected, type Inspected } from './docker-detail.ts';
import { UselessAnswer } from './docker-failure.ts';
import { createDockerGet } from './docker-get.ts';
import { createLogDecoder } from './docker-log.ts';

export type DockerApi = {
  readonly ping: (signal: AbortSignal) => Promise<void>;
  readonly readVersion: (signal: AbortSignal) => Promise<string>;
  readonly list: (signal: AbortSignal) => Promise<Container[]>;
  readonly inspect: (id: string, signal: AbortSignal) => Promise<Inspected>;
  readonly readLog: (id: string, tty: boolean, signal: AbortSignal) => Promise<string[]>;
};

/** A thousand containers with many labels make a few MiB. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
const LOG_LINES = 200;

export async function createDockerApi(socketPath: string): Promise<DockerApi> {
  const get = await createDockerGet(socketPath);

  const getJson = async (path: string, signal: AbortSignal, query: { [name: string]: string } = {}) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const onChunk = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) throw new UselessAnswer('too-large', `GET ${path}`);
      chunks.push(chunk);
    };
    await get(path, { signal, query, onChunk });
    return parseJson(Buffer.concat(chunks).toString('utf8'), path);
  };
  const containerPath = (id: string, what: string) => `/containers/${encodeURIComponent(id)}/${what}`;

  return {
    ping: async (signal) => get('/_ping', { signal, onChunk: () => {} }),
    readVersion: async (signal) => {
      const answer = await getJson('/version', signal);
      const isNamed = typeof answer === 'object' && answer !== null && 'Version' in answer;
      return isNamed && typeof answer.Version === 'string' ? answer.Version : '';
    },
    list: async (signal) => {
      const path = '/containers/json';
      return demand(parseContainers(await getJson(path, signal, { all: '1' })), path);
    },
    inspect: async (id, signal) => {
      const path = containerPath(id, 'json');
      return demand(parseInspected(await getJson(path, signal)), path);
    },
    readLog: async (id, tty, signal) => {
      const decoder = createLogDecoder({ tty, maxLines: LOG_LINES });
      const query = { stdout: '1', stderr: '1', tail: String(LOG_LINES) };
      await get(containerPath(id, 'logs'), { signal, query, onChunk: decoder.push });
      return decoder.finish();
    },
  };
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UselessAnswer('garbage', `GET ${path}: no JSON`);
  }
}

function demand<T>(parsed: T | undefined, path: string): T {
  if (parsed === undefined) throw new UselessAnswer('garbage', `GET ${path}`);
  return parsed;
}
