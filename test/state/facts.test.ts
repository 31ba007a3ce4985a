// The poller: how fresh facts are when a source hangs, dies, talks nonsense or comes back, and that
// nobody is ever asked twice at once.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { freshnessOf } from '../../src/contracts/freshness.ts';
import { failed, ok, type Reading } from '../../src/contracts/reading.ts';
import type { Facts, Subject } from '../../src/contracts/all-facts.ts';
import type { FactsSource } from '../../src/contracts/source.ts';
import { createFactsPoller } from '../../state/facts.ts';

const EVERY_MS = 1000;
const LOAD: Facts['load'] = { load1: 1, load5: 1, load15: 1, runnable: 1, entities: 2 };

type State = {
  mood: 'answers' | 'hangs' | 'fails' | 'throws';
  asked: number;
  atOnce: number;
  mostAtOnce: number;
  /** Lets the answers that hang come after all. */
  release: (() => void)[];
};

/** A source of which only the load is asked, in the mood that the test gives it. */
function moody() {
  const state: State = { mood: 'answers', asked: 0, atOnce: 0, mostAtOnce: 0, release: [] };
  const answer = async (): Promise<Reading<Facts['load']>> => {
    if (state.mood === 'hangs') await new Promise<void>((done) => state.release.push(done));
    if (state.mood === 'throws') throw new Error('nonsense');
    if (state.mood === 'fails') return failed('no-answer', 'test', Date.now());
    return ok(LOAD, 'test', Date.now());
  };
  const source: FactsSource = {
    kind: 'embedded',
    intervals: { load: EVERY_MS },
    read: async <S extends Subject>(subject: S) => {
      state.asked += 1;
      state.atOnce += 1;
      state.mostAtOnce = Math.max(state.mostAtOnce, state.atOnce);
      try {
        const readings: { [K in Subject]?: Reading<Facts[K]> } = { load: await answer() };
        return readings[subject] ?? failed('not-here', 'test', Date.now());
      } finally {
        state.atOnce -= 1;
      }
    },
    readContainer: async () => Promise.resolve(failed('not-here', 'test', Date.now())),
    close: () => undefined,
  };
  return { state, source };
}

function watched() {
  vi.useFakeTimers({ now: 1_790_000_000_000 });
  const { state, source } = moody();
  const poller = createFactsPoller({ source, clock: { now: () => Date.now(), monotonic: () => Date.now() } });
  const stop = poller.watch();
  const freshness = () => {
    const { observations, nowMs } = poller.store.getState();
    return freshnessOf(observations.load, nowMs);
  };
  return { state, poller, stop, freshness };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('Freshness', () => {
  it('is live while the source answers', async () => {
    const { freshness, poller } = watched();
    expect(freshness()).toBe('waiting');
    await vi.advanceTimersByTimeAsync(3500);
    expect(freshness()).toBe('live');
    poller.stop();
  });

  it('ages within two intervals when the source hangs, then is failed, and is live again when it comes back', async () => {
    const { state, freshness, poller } = watched();
    await vi.advanceTimersByTimeAsync(2000);
    state.mood = 'hangs';
    await vi.advanceTimersByTimeAsync(2 * EVERY_MS + 1100);
    expect(freshness()).toBe('ageing');
    await vi.advanceTimersByTimeAsync(5000);
    expect(freshness()).toBe('failed');
    expect(poller.store.getState().observations.load?.lastOk?.value).toEqual(LOAD);
    state.mood = 'answers';
    for (const release of state.release) release();
    await vi.advanceTimersByTimeAsync(EVERY_MS + 50);
    expect(freshness()).toBe('live');
    poller.stop();
  });

  it('counts from the last answer of the source; a deadline that passed is none', async () => {
    const { state, poller } = watched();
    await vi.advanceTimersByTimeAsync(2000);
    state.mood = 'hangs';
    await vi.advanceTimersByTimeAsync(1100);
    const { lastAnswerAt } = poller.store.getState();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(poller.store.getState().lastAnswerAt).toBe(lastAnswerAt);
    state.mood = 'fails';
    for (const release of state.release) release();
    await vi.advanceTimersByTimeAsync(EVERY_MS + 50);
    expect(poller.store.getState().lastAnswerAt).toBeGreaterThan(lastAnswerAt ?? Number.POSITIVE_INFINITY);
    poller.stop();
  });

  it('is failed at the next answer when the source says so or throws', async () => {
    const { state, freshness, poller } = watched();
    await vi.advanceTimersByTimeAsync(2000);
    for (const mood of ['fails', 'throws'] as const) {
      state.mood = mood;
      await vi.advanceTimersByTimeAsync(EVERY_MS + 50);
      expect(freshness()).toBe('failed');
      state.mood = 'answers';
      await vi.advanceTimersByTimeAsync(EVERY_MS + 50);
      expect(freshness()).toBe('live');
    }
    poller.stop();
  });
});

describe('Asking', () => {
  it('never happens twice at once, however long the source takes and however often somebody asks', async () => {
    const { state, poller } = watched();
    state.mood = 'hangs';
    await vi.advanceTimersByTimeAsync(10_000);
    poller.refresh(true);
    poller.refresh(true);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(state.mostAtOnce).toBe(1);
    expect(state.asked).toBeLessThanOrEqual(2);
    poller.stop();
  });

  it('stops when nobody looks, and goes on when somebody looks again', async () => {
    const { state, poller, stop } = watched();
    await vi.advanceTimersByTimeAsync(3000);
    stop();
    const { asked } = state;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(state.asked).toBe(asked);
    const stopAgain = poller.watch();
    await vi.advanceTimersByTimeAsync(3000);
    expect(state.asked).toBeGreaterThan(asked);
    stopAgain();
    poller.stop();
  });

  it('is half as often at half the pace', async () => {
    const { state, poller } = watched();
    await vi.advanceTimersByTimeAsync(5000);
    poller.setPace(2);
    await vi.advanceTimersByTimeAsync(2000);
    const { asked } = state;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(state.asked - asked).toBeGreaterThanOrEqual(9);
    expect(state.asked - asked).toBeLessThanOrEqual(11);
    poller.stop();
  });
});
