// Follows the log that a person looks at: gathers what comes, and asks again when the container starts
// anew or Docker comes back, as long as the view is open.
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Clock } from '../src/base/clock.ts';
import type { FollowLog } from '../src/contracts/source.ts';
import { added, MAX_LINES, openedOn, type LogView } from './log-view.ts';

export type Logs = {
  readonly store: StoreApi<LogView | null>;
  readonly open: (id: string, name: string) => void;
  readonly close: () => void;
  readonly change: (to: (view: LogView) => LogView) => void;
  /** The run before the present one, or the present one again. */
  readonly turnRun: () => void;
};

/** What comes meanwhile is shown together. */
const GATHER_MS = 120;
const TAIL = 2000;
/** Asked for again and again while nothing runs: little, as it is there already. */
const TAIL_AGAIN = 500;
const AGAIN_MS = 2000;

export function createLogs(options: { follow: () => FollowLog | undefined; clock: Clock }): Logs {
  const { clock } = options;
  const store = createStore<LogView | null>(() => null);
  /** Of the log that is open now: what another one's reading tells is dropped. */
  let life = new AbortController();

  const change: Logs['change'] = (to) => {
    const view = store.getState();
    if (view !== null) store.setState(to(view), true);
  };

  const listen = (id: string, previous: boolean, signal: AbortSignal, isRepeat: boolean): void => {
    const follow = options.follow();
    if (follow === undefined || signal.aborted) return;
    const gathered: string[] = [];
    const timers: { gather?: NodeJS.Timeout } = {};
    const flush = () => {
      clearTimeout(timers.gather);
      delete timers.gather;
      const lines = gathered.splice(0);
      if (signal.aborted || lines.length === 0) return;
      change((view) => added({ ...view, feed: { state: 'reading' } }, lines, isRepeat));
    };
    const stop = follow(
      { id, previous, tail: isRepeat ? TAIL_AGAIN : TAIL, timestamps: true },
      {
        onLines: (lines) => {
          gathered.push(...lines);
          // A container may write faster than anybody reads: no more is held than is kept.
          if (gathered.length > MAX_LINES * 2) gathered.splice(0, gathered.length - MAX_LINES);
          timers.gather ??= setTimeout(flush, GATHER_MS);
        },
        onEnd: (problem) => {
          flush();
          if (signal.aborted) return;
          change((view) => ({ ...view, feed: ended(view, problem, clock.now()) }));
          if (previous && problem === null) return;
          const again = setTimeout(() => listen(id, previous, signal, true), AGAIN_MS);
          signal.addEventListener('abort', () => clearTimeout(again), { once: true });
        },
      },
    );
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timers.gather);
        stop();
      },
      { once: true },
    );
  };

  const begin = (view: LogView) => {
    life.abort();
    life = new AbortController();
    store.setState(view, true);
    listen(view.id, view.previous, life.signal, false);
  };
  return {
    store,
    change,
    open: (id, name) => begin(openedOn(id, name)),
    close: () => {
      if (store.getState() === null) return;
      life.abort();
      store.setState(null, true);
    },
    turnRun: () => {
      const view = store.getState();
      if (view === null) return;
      const { id, name, previous, wrap, time, query } = view;
      begin({ ...openedOn(id, name, !previous), wrap, time, query });
    },
  };
}

/** Since when it is lost stays what it was. */
function ended({ feed }: LogView, problem: string | null, now: number): LogView['feed'] {
  if (problem === null) return { state: 'ended' };
  return { state: 'lost', problem, since: feed.state === 'lost' ? feed.since : now };
}
