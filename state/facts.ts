// The facts that the console shows: heard from a source that tells them by itself, polled otherwise,
// each subject at its own interval, never twice at once, with deadlines, and only while somebody looks.
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Clock } from '../src/base/clock.ts';
import type { Facts, Subject } from '../src/contracts/all-facts.ts';
import { observe, type Observation } from '../src/contracts/freshness.ts';
import { failed, type Reading, type ReasonCode } from '../src/contracts/reading.ts';
import type { Notice } from '../src/contracts/routes.ts';
import type { Connection, FactsSource } from '../src/contracts/source.ts';

export type Observations = { readonly [S in Subject]?: Observation<Facts[S]> };

export type FactsState = {
  readonly observations: Observations;
  /** The moment the state describes; ages are counted from it. */
  readonly nowMs: number;
  /** When any subject last answered, if only with a failure; null before the first answer. */
  readonly lastAnswerAt: number | null;
  /** Whether a source that is followed answers; nothing for one that is only asked. */
  readonly connection?: Connection | undefined;
  /** What the source told the last time of things that happen once. */
  readonly notice?: Notice | undefined;
};

export type FactsPoller = {
  readonly store: StoreApi<FactsState>;
  /** Every subject that the source has. */
  readonly subjects: readonly Subject[];
  /**
   * Polls while at least one watcher is there; gives back how to stop watching. With `first`, polling
   * begins with these subjects only: the others are asked when the first frame is out of the way.
   */
  readonly watch: (first?: readonly Subject[]) => () => void;
  /** Asks now what is due; `all` asks the rest too, and connects anew. */
  readonly refresh: (all?: boolean) => void;
  /** 1 is the normal pace, 2 half as often. */
  readonly setPace: (factor: number) => void;
  /** Resolves when every subject named has answered once, or at the deadline. */
  readonly firstAnswers: (subjects: readonly Subject[], deadlineMs: number) => Promise<void>;
  readonly stop: () => void;
};

const TICK_MS = 1000;
/** Answers that arrive together are shown together. */
const GATHER_MS = 15;
const TOLD_EVERY_MS = 500;
/** A source that has not answered by then has failed this time; it stays asked, not asked twice. */
const MIN_DEADLINE_MS = 5000;
/** The second sample of the fast subjects comes early, so that rates are there soon. */
const EARLY_SECOND_MS = 250;
const EARLY_LIMIT_MS = 2000;
const SILENCE: ReadonlySet<ReasonCode> = new Set<ReasonCode>(['no-answer', 'timeout', 'hung']);
/** What is heard by itself is asked for only when it has not come for so many intervals. */
const HEARD_INTERVALS = 2.5;

export function createFactsPoller(options: { source: FactsSource; clock: Clock }): FactsPoller {
  const { source, clock } = options;
  const store = createStore<FactsState>(() => ({
    observations: {},
    nowMs: clock.now(),
    lastAnswerAt: null,
  }));
  const subjects = subjectsOf(source);
  const inFlight = new Map<Subject, AbortController>();
  const dueAt = new Map<Subject, number>();
  const waiters = new Set<{ readonly isServed: () => boolean; readonly done: () => void }>();
  const life = { watchers: 0, pace: 1, stopped: false };
  const timers: { tick?: NodeJS.Timeout; gather?: NodeJS.Timeout; early?: NodeJS.Timeout } = {};
  let unfollow: (() => void) | undefined;
  let gathered: Record<string, Observation<Facts[Subject]>> = {};
  /** Whether the source itself said any of it: a deadline that passed is no answer. */
  let heard = false;

  const commit = () => {
    clearTimeout(timers.gather);
    delete timers.gather;
    if (life.stopped) return;
    const fresh = gathered;
    const answered = heard;
    gathered = {};
    heard = false;
    const nowMs = clock.now();
    const state = store.getState();
    const changed = Object.keys(fresh).length > 0;
    store.setState({
      nowMs,
      lastAnswerAt: answered ? nowMs : state.lastAnswerAt,
      observations: changed ? { ...state.observations, ...fresh } : state.observations,
    });
    for (const waiter of waiters) if (waiter.isServed()) waiter.done();
  };
  const hasAnswered = (subject: Subject) =>
    gathered[subject] !== undefined || store.getState().observations[subject] !== undefined;
  /** What a source tells by itself comes at any time: it is shown twice a second at most, and slower at a slow pace. */
  const gatherMs = () => {
    const { connection, nowMs } = store.getState();
    if (connection === undefined) return GATHER_MS;
    const sinceMs = clock.now() - nowMs;
    return Math.max(GATHER_MS, Math.min(TOLD_EVERY_MS * life.pace, TOLD_EVERY_MS * life.pace - sinceMs));
  };
  /** First answers that somebody waits for are shown in one piece, and then without delay. */
  const commitSoon = () => {
    if (waiters.size === 0) {
      timers.gather ??= setTimeout(() => {
        delete timers.gather;
        if (waiters.size === 0) commit();
      }, gatherMs());
    } else if ([...waiters].some((waiter) => waiter.isServed())) commit();
  };

  const take = <S extends Subject>(subject: S, reading: Reading<Facts[S]>, everyMs: number) => {
    const previous: Observation<Facts[Subject]> | undefined =
      gathered[subject] ?? store.getState().observations[subject];
    gathered = { ...gathered, [subject]: observe<Facts[Subject]>(previous, reading, everyMs * life.pace) };
    commitSoon();
  };

  const isLost = () => {
    const { connection } = store.getState();
    return connection !== undefined && connection.state !== 'connected';
  };
  const isFollowed = (subject: Subject) =>
    store.getState().connection !== undefined && source.followed?.includes(subject) === true;
  /** That nobody answers is what the connection tells; the last facts stay, with their age. */
  const isSilence = (subject: Subject, reading: Reading<unknown>) =>
    isFollowed(subject) && reading.state === 'failed' && SILENCE.has(reading.code);
  const follow = () => {
    unfollow?.();
    unfollow = source.follow?.({
      onReading: (subject, reading) => {
        const everyMs = source.intervals[subject];
        if (everyMs === undefined || life.stopped) return;
        heard = true;
        dueAt.set(subject, clock.monotonic() + everyMs * life.pace * HEARD_INTERVALS);
        take(subject, reading, everyMs);
      },
      onConnection: (connection) => {
        if (!life.stopped) store.setState({ connection, nowMs: clock.now() });
      },
      onNotice: (notice) => {
        if (!life.stopped) store.setState({ notice, nowMs: clock.now() });
      },
    });
  };

  const ask = async (subject: Subject, everyMs: number): Promise<void> => {
    if (inFlight.has(subject) || life.stopped) return;
    const abort = new AbortController();
    inFlight.set(subject, abort);
    dueAt.set(subject, clock.monotonic() + everyMs * life.pace);
    const takeUnlessSilent = (reading: Reading<Facts[typeof subject]>, isAnswer: boolean) => {
      if (life.stopped || isSilence(subject, reading)) return;
      if (isAnswer) heard = true;
      take(subject, reading, everyMs);
    };
    const late = setTimeout(
      () => takeUnlessSilent(failed('timeout', source.kind, clock.now()), false),
      Math.max(MIN_DEADLINE_MS, everyMs * 2),
    );
    try {
      takeUnlessSilent(await source.read(subject, { signal: abort.signal }), true);
    } catch (error) {
      if (!life.stopped) take(subject, failed('io-error', source.kind, clock.now(), String(error)), everyMs);
    } finally {
      clearTimeout(late);
      inFlight.delete(subject);
    }
  };

  const askDue = (all = false, only?: readonly Subject[]) => {
    const now = clock.monotonic();
    const lost = isLost();
    // In the order in which they are asked for: what takes long goes first.
    const asked =
      only === undefined
        ? subjects
        : only.flatMap((one) => subjects.filter(({ subject }) => subject === one));
    for (const { subject, everyMs } of asked) {
      // A source that is lost would only fail: its last facts stay, with their age.
      if (lost && isFollowed(subject)) continue;
      // Half a tick of slack, so that a subject of 1 s is asked at every tick.
      if (all || now + TICK_MS / 2 >= (dueAt.get(subject) ?? 0)) void ask(subject, everyMs);
    }
  };
  const tick = (only?: readonly Subject[]) => {
    askDue(false, only);
    // Ages grow although nothing answers.
    commitSoon();
    timers.tick = setTimeout(tick, TICK_MS * life.pace);
  };
  const start = (first?: readonly Subject[]) => {
    tick(first);
    follow();
    timers.early = setTimeout(() => {
      for (const { subject, everyMs } of subjects) {
        if ((everyMs <= EARLY_LIMIT_MS && !isFollowed(subject)) || !dueAt.has(subject))
          void ask(subject, everyMs);
      }
    }, EARLY_SECOND_MS);
  };
  const pause = () => {
    clearTimeout(timers.tick);
    clearTimeout(timers.early);
    clearTimeout(timers.gather);
    delete timers.gather;
    unfollow?.();
    unfollow = undefined;
  };

  return {
    store,
    subjects: subjects.map(({ subject }) => subject),
    watch: (first) => {
      life.watchers += 1;
      if (life.watchers === 1 && !life.stopped) start(first);
      let watching = true;
      return () => {
        if (!watching) return;
        watching = false;
        life.watchers -= 1;
        if (life.watchers === 0) pause();
      };
    },
    refresh: (all = false) => {
      if (all && isLost() && life.watchers > 0) follow();
      askDue(all);
    },
    setPace: (factor) => {
      life.pace = factor;
    },
    firstAnswers: async (wanted, deadlineMs) =>
      new Promise((resolve) => {
        const waiter = {
          isServed: () => wanted.every(hasAnswered),
          done: () => {
            clearTimeout(timer);
            waiters.delete(waiter);
            resolve();
          },
        };
        const timer = setTimeout(() => {
          waiter.done();
          commit();
        }, deadlineMs);
        waiters.add(waiter);
        commitSoon();
      }),
    stop: () => {
      life.stopped = true;
      pause();
      for (const abort of inFlight.values()) abort.abort();
    },
  };
}

function subjectsOf(source: FactsSource): { subject: Subject; everyMs: number }[] {
  const subjects: { subject: Subject; everyMs: number }[] = [];
  let subject: Subject;
  for (subject in source.intervals) {
    const everyMs = source.intervals[subject];
    if (everyMs !== undefined) subjects.push({ subject, everyMs });
  }
  return subjects;
}
