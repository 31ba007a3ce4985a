// The port to Docker for who acts (engine.ts), over Docker's API. Brings dockerode and zod: loaded when used.
import { createReadStream } from 'node:fs';
import { MAX_TAIL } from '../contracts/limits.ts';
import { withDeadline } from './deadline.ts';
import { createDockerDoor, type DockerDoor, type DockerRequest } from './docker-door.ts';
import { followEvents } from './docker-events.ts';
import { askJson, createJsonLines } from './docker-json.ts';
import { createLogDecoder } from './docker-log.ts';
import { isReference, splitReference } from './docker-reference.ts';
import { readLogForm } from './docker-log-form.ts';
import { fromStreamed, toEngineError } from './engine-failure.ts';
import {
  parseImage,
  parseInfo,
  parseInspectedContainer,
  parseListed,
  parseMade,
  parseNetworks,
} from './engine-parse.ts';
import { EngineError, type Engine, type EngineErrorKind } from './engine.ts';
import { loadedImages, readImageArchive } from './image-archive.ts';

/** How long Docker may take, in milliseconds. */
export type EngineLimits = {
  readonly ping: number;
  /** Questions. */
  readonly ask: number;
  /** What makes, starts, changes or removes something; stopping has its grace besides. */
  readonly act: number;
  readonly load: number;
  readonly pull: number;
};

const LIMITS: EngineLimits = {
  ping: 2000,
  // Hundreds of containers on a slow disk that is busy with an image.
  ask: 10_000,
  act: 60_000,
  load: 600_000,
  pull: 1_800_000,
};
/** Docker's own rule for names. */
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}$/;

export type DockerEngineOptions = { readonly socketPath: string; readonly limits?: Partial<EngineLimits> };

export function createDockerEngine(options: DockerEngineOptions): Engine {
  const { socketPath } = options;
  const limits = { ...LIMITS, ...options.limits };
  const closing = new AbortController();
  let loading: Promise<DockerDoor> | undefined;

  /** Within `limitMs`, with whatever goes wrong as an `EngineError`. */
  const limited = async <T>(
    what: string,
    limitMs: number,
    signal: AbortSignal,
    work: (door: DockerDoor, signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    try {
      const either = AbortSignal.any([signal, closing.signal]);
      return await withDeadline(either, limitMs, async (limit) => {
        loading ??= createDockerDoor(socketPath);
        return work(await loading, limit);
      });
    } catch (error) {
      throw toEngineError(error, what);
    }
  };
  type Asked = Omit<DockerRequest, 'onChunk' | 'onHead' | 'signal'>;
  const ask = async (request: Asked, signal: AbortSignal, limitMs = limits.ask): Promise<unknown> =>
    limited(nameOf(request), limitMs, signal, async (door, limit) =>
      askJson(door, { ...request, signal: limit }),
    );
  const act = async (request: Asked, signal: AbortSignal, extraMs = 0): Promise<unknown> =>
    ask({ method: 'POST', ...request }, signal, limits.act + extraMs);
  /** A body of lines, in which Docker hides errors behind its "200". */
  const actStreamed = async (
    request: Asked,
    signal: AbortSignal,
    limitMs: number,
    otherwise: EngineErrorKind,
  ): Promise<void> =>
    limited(nameOf(request), limitMs, signal, async (door, limit) => {
      const told: { problem?: EngineError } = {};
      const lines = createJsonLines(nameOf(request), (line) => {
        if (typeof line === 'object' && line !== null && 'error' in line) {
          told.problem ??= fromStreamed(String(line.error), otherwise);
        }
      });
      await door({ method: 'POST', ...request, signal: limit, onChunk: lines.push });
      lines.end();
      if (told.problem !== undefined) throw told.problem;
    });
  const inspectImage: Engine['inspectImage'] = async (reference, signal) => {
    if (!isReference(reference)) throw new EngineError('refused', `no reference of an image: ${reference}`);
    return unlessMissing('no-such-image', async () =>
      parsed(parseImage, await ask({ path: `/images/${reference}/json` }, signal)),
    );
  };
  const inspect: Engine['inspectContainer'] = async (id, signal) =>
    NAME.test(id)
      ? unlessMissing('no-such-container', async () =>
          parsed(parseInspectedContainer, await ask({ path: container(id, 'json') }, signal)),
        )
      : undefined;

  return {
    socketPath,
    ping: async (signal) =>
      limited('ping', limits.ping, signal, async (door, limit) =>
        door({ path: '/_ping', signal: limit, onChunk: () => {} }),
      ),
    info: async (signal) => {
      const [info, version] = await Promise.all([
        ask({ path: '/info' }, signal),
        ask({ path: '/version' }, signal),
      ]);
      return parsed((told) => parseInfo(told, version), info);
    },

    listContainers: async (signal) =>
      parsed(parseListed, await ask({ path: '/containers/json', query: { all: '1' } }, signal)),
    inspectContainer: inspect,
    createContainer: async (name, body, signal) => {
      if (!NAME.test(name)) throw new EngineError('refused', `no name of a container: ${name}`);
      return parsed(parseMade, await act({ path: '/containers/create', query: { name }, body }, signal));
    },
    startContainer: async (id, signal) => void (await act({ path: container(id, 'start') }, signal)),
    stopContainer: async (id, graceS, signal) =>
      void (await act({ path: container(id, 'stop'), query: { t: String(graceS) } }, signal, graceS * 1000)),
    restartContainer: async (id, graceS, signal) =>
      void (await act(
        { path: container(id, 'restart'), query: { t: String(graceS) } },
        signal,
        graceS * 1000,
      )),
    unpauseContainer: async (id, signal) => void (await act({ path: container(id, 'unpause') }, signal)),
    renameContainer: async (id, name, signal) => {
      if (!NAME.test(name)) throw new EngineError('refused', `no name of a container: ${name}`);
      await act({ path: container(id, 'rename'), query: { name } }, signal);
    },
    removeContainer: async (id, signal) =>
      void (await unlessMissing('no-such-container', async () =>
        act({ method: 'DELETE', path: container(id), query: { force: '1', v: '0' } }, signal),
      )),
    updateLimits: async (id, { memoryBytes, pids, restart }, signal) =>
      void (await act(
        {
          path: container(id, 'update'),
          // Memory cannot rise above the sum with swap that was set before: both at once, and no swap.
          body: {
            Memory: memoryBytes,
            MemorySwap: memoryBytes,
            PidsLimit: pids,
            RestartPolicy: { Name: restart },
          },
        },
        signal,
      )),

    listNetworks: async (signal) => parsed(parseNetworks, await ask({ path: '/networks' }, signal)),
    createNetwork: async (name, labels, signal) => {
      const body = { Name: name, Driver: 'bridge', CheckDuplicate: true, Labels: labels };
      return parsed(parseMade, await act({ path: '/networks/create', body }, signal));
    },
    removeNetwork: async (id, signal) =>
      void (await unlessMissing('no-such-network', async () =>
        act({ method: 'DELETE', path: network(id) }, signal),
      )),
    connectNetwork: async (networkId, containerId, signal) =>
      void (await act({ path: network(networkId, 'connect'), body: { Container: containerId } }, signal)),
    disconnectNetwork: async (networkId, containerId, signal) => {
      const body = { Container: containerId, Force: true };
      await act({ path: network(networkId, 'disconnect'), body }, signal);
    },

    inspectImage,
    loadImage: async (path, signal) => {
      // Judged before Docker is asked: it would move the tag to whatever the archive holds.
      const images = await readImageArchive(path, signal);
      const upload = createReadStream(path);
      try {
        await actStreamed(
          { path: '/images/load', query: { quiet: '1' }, upload },
          signal,
          limits.load,
          'bad-archive',
        );
      } finally {
        upload.destroy();
      }
      for (const { id, references } of images) {
        for (const name of [id, ...references]) {
          const found = await inspectImage(name, signal);
          if (found?.id !== id) {
            const why = `after loading ${path}, ${name} is ${found?.id ?? 'not there'} and not ${id}`;
            throw new EngineError('bad-archive', why);
          }
        }
      }
      return loadedImages(images);
    },
    pullImage: async (reference, signal) => {
      const split = splitReference(reference);
      if (split === undefined) throw new EngineError('refused', `names no one image: ${reference}`);
      const query = { fromImage: split.repository, tag: split.tag };
      await actStreamed({ path: '/images/create', query }, signal, limits.pull, 'refused');
    },
    tagImage: async (id, reference, signal) => {
      const split = splitReference(reference);
      if (split === undefined || !isReference(id)) {
        throw new EngineError('refused', `cannot call ${id} ${reference}`);
      }
      await act({ path: `/images/${id}/tag`, query: { repo: split.repository, tag: split.tag } }, signal);
    },

    readLog: async (id, { tail, previous }, signal) => {
      const path = container(id, 'logs');
      const maxLines = Math.max(1, Math.min(tail, MAX_TAIL));
      return limited(`log of ${id}`, limits.ask, signal, async (door, limit) => {
        const form = await readLogForm(door, id, limit);
        const decoder = createLogDecoder({ tty: form.tty, maxLines });
        const query = {
          stdout: '1',
          stderr: '1',
          // Docker counts the tail before it looks at the time.
          ...(previous ? { until: await form.readBorder() } : { tail: String(maxLines) }),
        };
        await door({ path, query, signal: limit, onChunk: decoder.push });
        return decoder.finish();
      });
    },
    followEvents: async (onOpen, onEvent, signal) => {
      try {
        loading ??= createDockerDoor(socketPath);
        const either = AbortSignal.any([signal, closing.signal]);
        return await followEvents(await loading, { onOpen, onEvent, signal: either });
      } catch (error) {
        throw toEngineError(error, 'events');
      }
    },
    close: () => closing.abort(),
  };
}

const nameOf = ({ method = 'GET', path }: Pick<DockerRequest, 'method' | 'path'>): string =>
  `${method} ${path}`;

function container(id: string, what?: string): string {
  if (!NAME.test(id)) throw new EngineError('no-such-container', `no such container: ${id.slice(0, 100)}`);
  return `/containers/${id}${what === undefined ? '' : `/${what}`}`;
}

function network(id: string, what?: string): string {
  if (!NAME.test(id)) throw new EngineError('no-such-network', `no such network: ${id.slice(0, 100)}`);
  return `/networks/${id}${what === undefined ? '' : `/${what}`}`;
}

/** What the parser throws is an EngineError too. */
function parsed<T>(parse: (answer: unknown) => T, answer: unknown): T {
  try {
    return parse(answer);
  } catch (error) {
    throw toEngineError(error, 'answer');
  }
}

async function unlessMissing<T>(kind: EngineErrorKind, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof EngineError && error.kind === kind) return undefined;
    throw error;
  }
}
