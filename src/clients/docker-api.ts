// The questions that are asked of Docker's API, each with a parsed answer or an error. Brings
// dockerode and zod: loaded by the port when somebody answers at the socket.
import type { Container } from '../contracts/facts/containers.ts';
import type { LogListener } from '../contracts/source.ts';
import { parseContainers } from './docker-containers.ts';
import { parseInspected, type Inspected } from './docker-detail.ts';
import { createDockerDoor } from './docker-door.ts';
import { followEvents, type EventsRequest } from './docker-events.ts';
import { UselessAnswer } from './docker-failure.ts';
import { followDockerLog, type LogRequest } from './docker-follow-log.ts';
import { askJson } from './docker-json.ts';
import { createLogDecoder } from './docker-log.ts';

export type DockerApi = {
  readonly ping: (signal: AbortSignal) => Promise<void>;
  readonly readVersion: (signal: AbortSignal) => Promise<string>;
  readonly list: (signal: AbortSignal) => Promise<Container[]>;
  readonly inspect: (id: string, signal: AbortSignal) => Promise<Inspected>;
  readonly readLog: (id: string, tty: boolean, signal: AbortSignal) => Promise<string[]>;
  readonly followLog: (
    request: LogRequest,
    onLines: LogListener['onLines'],
    signal: AbortSignal,
  ) => Promise<void>;
  readonly followEvents: (request: EventsRequest) => Promise<never>;
};

const LOG_LINES = 200;

export async function createDockerApi(socketPath: string): Promise<DockerApi> {
  const door = await createDockerDoor(socketPath);
  const getJson = async (path: string, signal: AbortSignal, query: { [name: string]: string } = {}) =>
    askJson(door, { path, signal, query });
  const containerPath = (id: string, what: string) => `/containers/${encodeURIComponent(id)}/${what}`;

  return {
    ping: async (signal) => door({ path: '/_ping', signal, onChunk: () => {} }),
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
      await door({ path: containerPath(id, 'logs'), signal, query, onChunk: decoder.push });
      return decoder.finish();
    },
    followLog: async (request, onLines, signal) => followDockerLog(door, request, onLines, signal),
    followEvents: async (request) => followEvents(door, request),
  };
}

function demand<T>(parsed: T | undefined, path: string): T {
  if (parsed === undefined) throw new UselessAnswer('garbage', `GET ${path}`);
  return parsed;
}
