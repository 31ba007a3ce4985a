// The list of containers, kept by Docker's events: read anew when something happened, gathered, and otherwise only
// now and then. Between, a question that costs next to nothing tells that Docker still answers. Where there is no
// stream of events, each read is a list, as it would be without any of this.
import type { Clock } from '../base/clock.ts';
import type { ContainerFacts } from '../contracts/facts/containers.ts';
import { ok, type Ok, type Reading } from '../contracts/reading.ts';
import type { Docker } from './docker.ts';

export type DockerWatch = {
  /** Never throws; the value is the same object as long as it is unchanged. */
  readonly read: (signal: AbortSignal) => Promise<Reading<ContainerFacts>>;
  /** Hears of what changed between reads; gives back how to stop. */
  readonly follow: (listener: (reading: Reading<ContainerFacts>) => void) => () => void;
  readonly close: () => void;
};

/** What no event tells, such as for how long one has been up. */
const LIST_EVERY_MS = 20_000;
/** A start makes four events within a tenth of a second. */
const GATHER_MS = 30;
const LOOK_EVERY_MS = 250;
/** Who ends the stream at once would be asked for it without end. */
const STOOD_MS = 1000;

type Stream = { readonly stop: AbortController; openedAt?: number };

export function createDockerWatch(options: {
  readonly docker: Pick<Docker, 'listContainers' | 'checkAlive' | 'followEvents'>;
  readonly clock: Clock;
}): DockerWatch {
  const { docker, clock } = options;
  const closing = new AbortController();
  const listeners = new Set<(reading: Reading<ContainerFacts>) => void>();
  let known: { readonly reading: Ok<ContainerFacts>; readonly listedAt: number } | undefined;
  let stream: Stream | undefined;
  let timer: NodeJS.Timeout | undefined;
  /** Something happened since the last list was asked for. */
  let stale = true;
  let lookedAt = -Infinity;
  let asked = 0;
  let answered = 0;

  const list = async (signal: AbortSignal): Promise<Reading<ContainerFacts>> => {
    asked += 1;
    const turn = asked;
    stale = false;
    const [since, listedAt] = [clock.now(), clock.monotonic()];
    const reading = await docker.listContainers(signal);
    // Of two that were asked for, the older one may come last.
    if (turn < answered) return known?.reading ?? reading;
    answered = turn;
    if (reading.state !== 'ok') {
      known = undefined;
      return reading;
    }
    const before = known?.reading.value;
    const value = isSame(before, reading.value) ? before : { ...reading.value, listed_at: reading.at };
    known = { reading: { ...reading, value }, listedAt };
    if (listeners.size > 0) openStream(since);
    return known.reading;
  };
  const look = async (): Promise<void> => {
    timer = undefined;
    lookedAt = clock.monotonic();
    const before = known?.reading.value;
    const reading = await list(closing.signal);
    if (closing.signal.aborted) return;
    if (reading.state !== 'ok' || reading.value !== before) for (const tell of listeners) tell(reading);
    if (stale) lookSoon();
  };
  const lookSoon = () => {
    if (closing.signal.aborted || listeners.size === 0) return;
    const restMs = lookedAt + LOOK_EVERY_MS - clock.monotonic();
    timer ??= setTimeout(() => void look(), Math.max(GATHER_MS, restMs));
  };
  /** From the moment at which the list was asked for: nothing is missed between the two. */
  const openStream = (since: number) => {
    if (stream !== undefined || closing.signal.aborted) return;
    const mine: Stream = { stop: new AbortController() };
    stream = mine;
    void docker
      .followEvents({
        since,
        onOpen: () => {
          mine.openedAt = clock.monotonic();
        },
        onEvent: () => {
          stale = true;
          lookSoon();
        },
        signal: mine.stop.signal,
      })
      .then(() => {
        if (stream !== mine) return;
        stream = undefined;
        stale = true;
        if (mine.openedAt !== undefined && clock.monotonic() - mine.openedAt > STOOD_MS) lookSoon();
      });
  };
  const closeStream = () => {
    clearTimeout(timer);
    timer = undefined;
    stream?.stop.abort();
    stream = undefined;
  };

  return {
    read: async (signal) => {
      const isKept = () =>
        stream?.openedAt !== undefined &&
        !stale &&
        known !== undefined &&
        clock.monotonic() - known.listedAt < LIST_EVERY_MS;
      if (!isKept()) return list(signal);
      const alive = await docker.checkAlive(signal);
      if (alive.state !== 'ok') {
        known = undefined;
        return alive;
      }
      if (known === undefined) return list(signal);
      return ok(known.reading.value, known.reading.source, clock.now());
    },
    follow: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) closeStream();
      };
    },
    close: () => {
      closing.abort();
      closeStream();
    },
  };
}

const isSame = (one: ContainerFacts | undefined, other: ContainerFacts): one is ContainerFacts =>
  one !== undefined && withoutMoment(one) === withoutMoment(other);

const withoutMoment = (facts: ContainerFacts): string => JSON.stringify({ ...facts, listed_at: 0 });
