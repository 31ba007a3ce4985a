// The one port to Docker: whether it answers, its containers, one container with its log. Never
// throws, never waits longer than its deadlines, loads Docker's client when somebody answers.
import { systemClock, type Clock } from '../base/clock.ts';
import type { ContainerDetail, ContainerFacts } from '../contracts/facts/containers.ts';
import { absent, failed, ok, type Missing, type Reading } from '../contracts/reading.ts';
import type { FollowLog } from '../contracts/source.ts';
import { withDeadline } from './deadline.ts';
import type { DockerApi } from './docker-api.ts';
import type { EventsRequest } from './docker-events.ts';
import { DockerRefused, missingFromError } from './docker-failure.ts';
import { findDockerSocket, probeSocket } from './docker-socket.ts';

export type Docker = {
  readonly socketPath: string;
  readonly listContainers: (signal: AbortSignal) => Promise<Reading<ContainerFacts>>;
  /** `id`: an id or a name. Absent when there is no such container. */
  readonly readContainer: (id: string, signal: AbortSignal) => Promise<Reading<ContainerDetail>>;
  /** Whether it answers, and nothing more. */
  readonly checkAlive: (signal: AbortSignal) => Promise<Reading<null>>;
  /** Comes back when the stream is over, whyever. */
  readonly followEvents: (request: EventsRequest) => Promise<void>;
  readonly followLog: FollowLog;
  /** Ends what is under way; later calls answer that the port is closed. */
  readonly close: () => void;
};

export type DockerOptions = {
  readonly socketPath?: string;
  readonly clock?: Clock;
  readonly environment?: { readonly [name: string]: string | undefined };
};

/** A daemon that accepts, and says OK, in more than this hangs; both together stay below 2 s. */
const ALIVE_DEADLINE_MS = 900;
/** One question to a living daemon: hundreds of containers on a slow disk. */
const ANSWER_DEADLINE_MS = 3000;
/** Docker's own rule for names; anything else in a path would be redirected, and dockerode follows. */
const CONTAINER_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;
/** The daemon may be upgraded while we run. */
const VERSION_FRESH_MS = 60_000;

export function createDocker(options: DockerOptions = {}): Docker {
  const clock = options.clock ?? systemClock;
  const socketPath = options.socketPath ?? findDockerSocket(options.environment ?? process.env);
  const closing = new AbortController();
  let loading: Promise<DockerApi> | undefined;
  let version: { readonly text: string; readonly at: number } | undefined;

  const load = async () => {
    const { createDockerApi } = await import('./docker-api.ts');
    return createDockerApi(socketPath);
  };

  /** Asks a daemon that has just shown that it lives; what goes wrong becomes the answer. */
  const ask = async <T>(
    signal: AbortSignal,
    work: (api: DockerApi, signal: AbortSignal) => Promise<Reading<T>>,
  ): Promise<Reading<T>> => {
    if (closing.signal.aborted) return closedAnswer();
    const stop = new AbortController();
    const onAbort = () => stop.abort();
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    closing.signal.addEventListener('abort', onAbort, { once: true });
    try {
      await withDeadline(stop.signal, ALIVE_DEADLINE_MS, async (signal) => probeSocket(socketPath, signal));
      loading ??= load();
      const api = await loading;
      await withDeadline(stop.signal, ALIVE_DEADLINE_MS, api.ping);
      return await work(api, stop.signal);
    } catch (error) {
      version = undefined;
      return closing.signal.aborted ? closedAnswer() : missingFromError(error, socketPath, clock);
    } finally {
      signal.removeEventListener('abort', onAbort);
      closing.signal.removeEventListener('abort', onAbort);
    }
  };
  const closedAnswer = (): Missing => failed('no-answer', socketPath, clock.now(), 'closed');

  const readVersion = async (api: DockerApi, signal: AbortSignal): Promise<string> => {
    if (version === undefined || clock.monotonic() - version.at > VERSION_FRESH_MS) {
      version = {
        text: await withDeadline(signal, ANSWER_DEADLINE_MS, api.readVersion),
        at: clock.monotonic(),
      };
    }
    return version.text;
  };

  return {
    socketPath,
    listContainers: async (signal) =>
      ask(signal, async (api, signal) => {
        const engine = await readVersion(api, signal);
        const containers = await withDeadline(signal, ANSWER_DEADLINE_MS, api.list);
        return ok({ engine_version: engine, containers }, socketPath, clock.now());
      }),
    readContainer: async (id, signal) =>
      ask(signal, async (api, signal) => {
        if (!CONTAINER_NAME.test(id)) return absent('no-file', socketPath, clock.now(), id);
        const inspect = async (signal: AbortSignal) => api.inspect(id, signal);
        const found = await unlessGone(withDeadline(signal, ANSWER_DEADLINE_MS, inspect));
        if (found === undefined) return absent('no-file', socketPath, clock.now(), id);
        const { detail, tty } = found;
        const readLog = async (signal: AbortSignal) => api.readLog(detail.id, tty, signal);
        return ok({ ...detail, log_tail: await readPart(signal, readLog) }, socketPath, clock.now());
      }),
    checkAlive: async (signal) => ask(signal, async () => Promise.resolve(ok(null, socketPath, clock.now()))),
    followEvents: async (request) => {
      await ask(request.signal, async (api, signal) => api.followEvents({ ...request, signal }));
    },
    followLog: (request, { onLines, onEnd }) => {
      const stop = new AbortController();
      const follow = async (api: DockerApi, signal: AbortSignal) => {
        if (!CONTAINER_NAME.test(request.id)) return absent('no-file', socketPath, clock.now(), request.id);
        await api.followLog(request, onLines, signal);
        return ok(null, socketPath, clock.now());
      };
      void ask(stop.signal, follow).then((reading) => {
        if (!stop.signal.aborted) onEnd(reading.state === 'ok' ? null : reading.detail);
      });
      return () => stop.abort();
    },
    close: () => closing.abort(),
  };

  /** A part of an answer that may be missing while the rest is good. */
  async function readPart<T>(
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<Reading<T>> {
    try {
      return ok(await withDeadline(signal, ANSWER_DEADLINE_MS, work), socketPath, clock.now());
    } catch (error) {
      return missingFromError(error, socketPath, clock);
    }
  }
}

async function unlessGone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DockerRefused && error.status === 404) return undefined;
    throw error;
  }
}
