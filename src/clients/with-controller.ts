// A source with this guest's controller beside it: what the controller tells comes from it, all else from the
// source. Where there is no sign of one nothing is loaded, and its facts are absent.
import type { Clock } from '../base/clock.ts';
import type { Facts, Subject } from '../contracts/all-facts.ts';
import type { CallController } from '../contracts/controller-routes.ts';
import { absent, failed, type Reading } from '../contracts/reading.ts';
import type { FactsSource, ReadRequest, SourceListener } from '../contracts/source.ts';
import type { ControllerClient, ToldByController } from './controller.ts';

export type WithControllerOptions = {
  readonly source: FactsSource;
  /** The path of its socket, when it is here or should be; nothing where there is no sign of one. Asks nobody. */
  readonly find: () => string | undefined;
  readonly open: (socketPath: string) => Promise<ControllerClient>;
  readonly clock: Clock;
};

const EVERY_MS = 5000;
/** A controller may come later: so often a look at a few files. */
const LOOK_EVERY_MS = 10_000;

export function withController({ source, find, open, clock }: WithControllerOptions): FactsSource {
  const life = { closed: false };
  const listeners = new Map<SourceListener, AbortController>();
  let place = find();
  let opening: Promise<ControllerClient> | undefined;

  /** Once it was there it is expected: its silence is a failure from then on. */
  const isThere = (): boolean => {
    if (place !== undefined) return true;
    place = find();
    if (place === undefined) return false;
    for (const [listener, stop] of listeners) void listen(listener, stop.signal);
    return true;
  };
  const client = async (): Promise<ControllerClient> => {
    opening ??= open(place ?? '').then((opened) => {
      if (life.closed) opened.close();
      return opened;
    });
    return opening;
  };
  const listen = async (listener: SourceListener, signal: AbortSignal): Promise<void> => {
    const { follow } = await client();
    if (signal.aborted || life.closed) return;
    const unfollow = follow({
      onReading: (subject, reading) => {
        if (isTold(subject)) listener.onReading(subject, reading);
      },
      onNotice: listener.onNotice,
      // The connection of a source is its agent's; that the controller is silent is a reading of its facts.
      onConnection: (connection) => {
        if (connection.state === 'connected') return;
        const { reason } = connection;
        const code = reason === 'EACCES' ? 'no-permission' : 'no-answer';
        listener.onReading('base_stack', failed(code, place ?? '', clock.now(), reason));
      },
    });
    signal.addEventListener('abort', unfollow, { once: true });
  };
  /** An agent that tells its own ledger is the one whose ledger this is. */
  const isTold = (subject: Subject): subject is ToldByController =>
    subject === 'base_stack' || (subject === 'ledger' && source.followed?.includes('ledger') !== true);
  const readTold = async <S extends ToldByController>(
    subject: S,
    request: ReadRequest,
  ): Promise<Reading<Facts[S]>> => {
    if (isThere()) return (await client()).read(subject, request);
    return subject === 'ledger' && source.intervals.ledger !== undefined
      ? source.read(subject, request)
      : absent('not-here', 'controller', clock.now());
  };

  const callController: CallController = async (route, input) => (await client()).call(route, input);
  return {
    get kind() {
      return source.kind;
    },
    get call() {
      return source.call;
    },
    get callController() {
      return place === undefined ? undefined : callController;
    },
    get followed() {
      return source.followed ?? [];
    },
    followLog: source.followLog,
    intervals: {
      ...source.intervals,
      ledger: source.intervals.ledger ?? LOOK_EVERY_MS,
      base_stack: place === undefined ? LOOK_EVERY_MS : EVERY_MS,
    },
    read: async (subject, request) =>
      isTold(subject) ? readTold(subject, request) : source.read(subject, request),
    readContainer: source.readContainer,
    follow: (listener) => {
      const stop = new AbortController();
      const unfollow = source.follow?.(listener);
      listeners.set(listener, stop);
      if (place === undefined) isThere();
      else void listen(listener, stop.signal);
      return () => {
        stop.abort();
        listeners.delete(listener);
        unfollow?.();
      };
    },
    close: () => {
      life.closed = true;
      for (const stop of listeners.values()) stop.abort();
      void opening?.then((opened) => opened.close());
      source.close();
    },
  };
}
