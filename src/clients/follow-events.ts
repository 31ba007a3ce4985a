// Follows the events of an agent or a controller: facts and notices as they come, and whether it answers at all. A
// lost connection is made again, later and later; an agent that hangs is noticed although its
// connection stands.
import type { IncomingMessage } from 'node:http';
import { StringDecoder } from 'node:string_decoder';
import { backOffMs, spread, type BackOff } from '../base/back-off.ts';
import type { Clock } from '../base/clock.ts';
import { ActionableError, messageOf } from '../base/errors.ts';
import { parseJson } from '../base/parse-json.ts';
import { sleep } from '../base/sleep.ts';
import { factsEvent, notice } from '../contracts/routes.ts';
import type { Connection, SourceListener } from '../contracts/source.ts';
import { NotUnderstood, refusalOf, unreachable, WRONG_CERTIFICATE, type Peer } from './agent-failure.ts';
import { parseReading } from './agent-reading.ts';
import { EVENT_STREAM, type AgentTransport } from './agent-transport.ts';
import { withDeadline } from './deadline.ts';

export type EventsOptions = {
  readonly transport: AgentTransport;
  /** Of the route that tells events. */
  readonly path: string;
  /** Asked when it has said nothing for a while; throws when it does not answer. */
  readonly askAlive: (signal: AbortSignal) => Promise<unknown>;
  readonly clock: Clock;
  /** Between 0 and 1; spreads the attempts of many. */
  readonly random: () => number;
  readonly peer?: Peer;
  /** Whenever a connection stands: for what a client wants to know of its agent now and then. */
  readonly whileConnected?: (signal: AbortSignal) => void;
  /** It answers and must not be trusted, or does not let us in: perhaps another address is known by now. */
  readonly onRefused?: () => Promise<void>;
  /** What was asked meanwhile will not be answered. */
  readonly onLost?: () => void;
};

const OPEN_MS = 5000;
/** An agent that has said nothing for so long is asked whether it lives. */
const SILENT_MS = 5000;
const LOOK_MS = 1000;
const BACK_OFF: BackOff = { firstMs: 1000, longestMs: 15_000 };
/** One event with everything that the largest host has. */
const MAX_EVENT_LENGTH = 8 * 1024 * 1024;
const MAX_REFUSAL_BYTES = 64 * 1024;

/** Gives back how to follow, as a source offers it. */
export function createEvents(options: EventsOptions): (listener: SourceListener) => () => void {
  const { clock } = options;
  /** Kept while nobody follows, so that whoever follows again misses nothing. */
  const place: { lastEventId?: string } = {};
  let told: Connection | undefined;

  return (listener) => {
    const stop = new AbortController();
    const tell = (connection: Connection) => {
      // Lost is lost since the first time, however often it is tried again.
      told = told?.state === connection.state ? { ...connection, since: told.since } : connection;
      listener.onConnection(told);
    };
    void keepListening(options, place, listener, tell, stop.signal);
    return () => stop.abort();
  };

  async function keepListening(
    options: EventsOptions,
    place: { lastEventId?: string },
    listener: SourceListener,
    tell: (connection: Connection) => void,
    signal: AbortSignal,
  ): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      const heard = { any: false };
      const error = await listenOnce(options, place, listener, heard, signal, () =>
        tell({ state: 'connected', since: clock.now() }),
      ).then(
        () => new ActionableError('unreachable', `the ${options.peer ?? 'agent'} ended the connection`),
        (reason: unknown) => reason,
      );
      if (signal.aborted) return;
      options.onLost?.();
      if (heard.any) attempt = 0;
      const delay = spread(backOffMs(attempt + 1, BACK_OFF), options.random());
      tell({
        state: isRefused(error) ? 'refused' : 'lost',
        since: clock.now(),
        reason: messageOf(error),
        retryAt: clock.now() + delay,
      });
      await sleep(delay, signal);
      if (isRefused(error)) await options.onRefused?.().catch(() => undefined);
    }
  }
}

/** It answers, and must not be trusted or does not let us in: trying again alone will not help. */
const isRefused = (error: unknown): boolean =>
  error instanceof ActionableError &&
  (error.kind === 'refused' || error.code === WRONG_CERTIFICATE || error.code === 'no-permission');

/** Returns when the agent ends the stream; throws what ended it otherwise. */
async function listenOnce(
  options: EventsOptions,
  place: { lastEventId?: string },
  listener: SourceListener,
  heard: { any: boolean },
  parent: AbortSignal,
  onOpen: () => void,
): Promise<void> {
  const stop = new AbortController();
  const onAbort = () => stop.abort();
  parent.addEventListener('abort', onAbort, { once: true });
  try {
    const stream = await openStream(options, place.lastEventId, stop.signal);
    onOpen();
    options.whileConnected?.(stop.signal);
    await readStream(options, stream, place, listener, heard, stop.signal);
  } catch (error) {
    throw error instanceof ActionableError ? error : unreachable(error, options.peer);
  } finally {
    parent.removeEventListener('abort', onAbort);
    stop.abort();
  }
}

async function openStream(
  { transport, path, peer }: EventsOptions,
  lastEventId: string | undefined,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const stream = await transport.open({
    method: 'GET',
    path,
    headers: {
      accept: EVENT_STREAM,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
    signal,
    deadlineMs: OPEN_MS,
  });
  if (stream.statusCode === 200 && stream.headers['content-type']?.startsWith(EVENT_STREAM) === true) {
    return stream;
  }
  const body = await withDeadline(signal, OPEN_MS, async () => readStart(stream));
  throw refusalOf({ status: stream.statusCode ?? 0, headers: stream.headers, body }, peer);
}

async function readStart(stream: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += String(chunk);
    if (text.length > MAX_REFUSAL_BYTES) break;
  }
  return text;
}

async function readStream(
  options: EventsOptions,
  stream: IncomingMessage,
  place: { lastEventId?: string },
  listener: SourceListener,
  heard: { any: boolean },
  signal: AbortSignal,
): Promise<void> {
  const { createParser } = await import('eventsource-parser');
  const decoder = new StringDecoder('utf8');
  const parser = createParser({
    maxBufferSize: MAX_EVENT_LENGTH,
    onEvent: ({ event, id, data }) => {
      heard.any = true;
      if (event === 'reset') delete place.lastEventId;
      else if (id !== undefined) place.lastEventId = id;
      if (event === 'facts') takeFacts(parseJson(data), listener);
      else if (event === 'notice') takeNotice(parseJson(data), listener);
    },
    onError: (error) => {
      // A field that it does not know comes from a newer agent.
      if (error.type !== 'unknown-field') stream.destroy(new NotUnderstood(error.message));
    },
  });
  const { clock } = options;
  let lastByte = clock.monotonic();
  let asking = false;
  const look = async () => {
    if (asking || clock.monotonic() - lastByte < SILENT_MS) return;
    asking = true;
    try {
      await options.askAlive(signal);
      lastByte = clock.monotonic();
    } catch (error) {
      stream.destroy(error instanceof Error ? error : new Error(messageOf(error)));
    } finally {
      asking = false;
    }
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  try {
    for await (const chunk of stream) {
      lastByte = clock.monotonic();
      if (Buffer.isBuffer(chunk)) parser.feed(decoder.write(chunk));
    }
  } finally {
    clearInterval(timer);
    stream.destroy();
  }
}

function takeFacts(data: unknown, listener: SourceListener): void {
  const event = factsEvent.safeParse(data);
  // A subject that only a newer agent knows.
  if (!event.success) return;
  const { subject, reading } = event.data;
  listener.onReading(subject, parseReading(subject, reading));
}

function takeNotice(data: unknown, listener: SourceListener): void {
  const parsed = notice.safeParse(data);
  // A kind that only a newer agent knows.
  if (parsed.success) listener.onNotice(parsed.data);
}
