// The source that finds its agent by itself: what an agent has comes from it, the rest this process
// reads from the machine. While no agent answers it is looked for again and again, and taken when it does.
import type { Clock } from '../base/clock.ts';
import { ActionableError, messageOf } from '../base/errors.ts';
import { sleep } from '../base/sleep.ts';
import type { Subject } from '../contracts/all-facts.ts';
import { absent, failed, REASON_CODES, type Missing } from '../contracts/reading.ts';
import type { FactsSource, SourceListener } from '../contracts/source.ts';

export type AutoOptions = {
  readonly embedded: FactsSource;
  /** The agent, when it answered already. */
  readonly agent?: FactsSource;
  /** Where an agent should be; nothing when there is no sign of one. Asks nobody. */
  readonly find: () => string | undefined;
  /** Rejects with an ActionableError when it does not answer. */
  readonly open: (signal: AbortSignal) => Promise<FactsSource>;
  /** Why it did not answer, when it was asked already. */
  readonly silence?: unknown;
  readonly clock: Clock;
};

/** What only an agent keeps; without one they are asked for so seldom. */
const AGENTS_OWN = ['operations', 'guests', 'ledger'] as const satisfies readonly Subject[];
const LOOK_EVERY_MS = 10_000;

export function createAutoSource(options: AutoOptions): FactsSource {
  const { embedded, clock } = options;
  const closing = new AbortController();
  let { agent, silence } = options;

  /** Absent where no agent is to be expected; failed where one should answer. */
  const missing = (): Missing => {
    const place = options.find();
    if (place === undefined) return absent('not-here', 'agent', clock.now());
    const code = silence instanceof ActionableError ? silence.code : undefined;
    const reason = REASON_CODES.find((one) => one === code) ?? 'no-answer';
    return failed(reason, place, clock.now(), silence === undefined ? '' : messageOf(silence));
  };

  /** Ends when the agent is there or nobody waits any more. */
  const look = async (signal: AbortSignal): Promise<void> => {
    while (agent === undefined && !signal.aborted) {
      await sleep(LOOK_EVERY_MS, signal);
      if (signal.aborted || options.find() === undefined) continue;
      try {
        const found = await options.open(signal);
        // Two may have looked.
        if (agent === undefined && !closing.signal.aborted) agent = found;
        else found.close();
      } catch (error) {
        silence = error;
      }
    }
  };
  const follow = (listener: SourceListener): (() => void) => {
    const stop = new AbortController();
    // What this process reads and the agent does not tell, whether there is one or not.
    const unfollowOwn = embedded.follow?.({
      ...listener,
      onReading: (subject, reading) => {
        if (agent?.followed?.includes(subject) !== true) listener.onReading(subject, reading);
      },
    });
    if (unfollowOwn !== undefined) stop.signal.addEventListener('abort', unfollowOwn, { once: true });
    void look(AbortSignal.any([stop.signal, closing.signal])).then(() => {
      if (stop.signal.aborted || closing.signal.aborted) return;
      const unfollow = agent?.follow?.(listener);
      if (unfollow !== undefined) stop.signal.addEventListener('abort', unfollow, { once: true });
    });
    return () => stop.abort();
  };

  return {
    get kind() {
      return agent === undefined ? 'embedded' : agent.kind;
    },
    get call() {
      return agent?.call;
    },
    intervals: {
      ...Object.fromEntries(AGENTS_OWN.map((subject) => [subject, LOOK_EVERY_MS])),
      ...embedded.intervals,
      ...Object.fromEntries((agent?.followed ?? []).map((subject) => [subject, agent?.intervals[subject]])),
    },
    read: async (subject, request) => {
      if (agent?.followed?.includes(subject) === true) return agent.read(subject, request);
      if (embedded.intervals[subject] !== undefined) return embedded.read(subject, request);
      return agent === undefined ? missing() : absent('not-here', 'agent', clock.now());
    },
    readContainer: embedded.readContainer,
    followLog: embedded.followLog,
    follow,
    get followed() {
      return agent?.followed ?? [];
    },
    close: () => {
      closing.abort();
      agent?.close();
      embedded.close();
    },
  };
}
