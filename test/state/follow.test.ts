// A source that tells its facts by itself: it is heard and not asked, and its silence leaves the last
// facts with their age.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Facts, Subject } from '../../src/contracts/all-facts.ts';
import { defaultSettings } from '../../src/contracts/default-settings.ts';
import { freshnessOf } from '../../src/contracts/freshness.ts';
import { absent, ok, type Reading } from '../../src/contracts/reading.ts';
import type { Connection, FactsSource, SourceListener } from '../../src/contracts/source.ts';
import { createConsole, type Console } from '../../state/console.ts';

const EVERY_MS = 1000;
const LOAD: Facts['load'] = { load1: 1, load5: 1, load15: 1, runnable: 1, entities: 2 };
const reading = (load1 = 1) => ok({ ...LOAD, load1 }, 'test', Date.now());

let console: Console;
let listener: SourceListener | undefined;
let asked: Subject[];
let stop: () => void;

function sit() {
  asked = [];
  listener = undefined;
  const source: FactsSource = {
    kind: 'agent',
    intervals: { load: EVERY_MS },
    read: async <S extends Subject>(subject: S) => {
      asked.push(subject);
      const readings: { [K in Subject]?: Reading<Facts[K]> } = { load: reading() };
      return Promise.resolve(readings[subject] ?? absent('not-here', 'test', Date.now()));
    },
    readContainer: async () => Promise.resolve(absent('not-here', 'test', Date.now())),
    followed: ['load'],
    follow: (given) => {
      listener = given;
      return () => {
        listener = undefined;
      };
    },
    close: () => undefined,
  };
  console = createConsole({
    source,
    clock: { now: () => Date.now(), monotonic: () => Date.now() },
    settings: defaultSettings,
    patient: false,
  });
  stop = console.poller.watch();
}
const tell = (load1 = 1) => listener?.onReading('load', reading(load1));
function connect(state: Connection['state']): void {
  const since = Date.now();
  const retryAt = since + 5000;
  listener?.onConnection(
    state === 'connected' ? { state, since } : { state, since, reason: 'ECONNREFUSED', retryAt },
  );
}
const freshness = () => {
  const { observations, nowMs } = console.shown.getState();
  return freshnessOf(observations.load, nowMs);
};
const forSeconds = async (seconds: number, each: () => void = () => undefined) => {
  for (let second = 0; second < seconds; second += 1) {
    each();
    await vi.advanceTimersByTimeAsync(1000);
  }
};

beforeEach(() => {
  vi.useFakeTimers({ now: 1_790_000_000_000 });
});
afterEach(() => {
  stop();
  console.stop();
  vi.useRealTimers();
});

describe('A source that is followed', () => {
  it('is heard, and asked only for what it does not tell', async () => {
    sit();
    connect('connected');
    await forSeconds(2, tell);
    const times = asked.length;
    await forSeconds(20, tell);
    expect(asked).toHaveLength(times);
    expect(freshness()).toBe('live');
    await forSeconds(6);
    expect(asked.length).toBeGreaterThan(times);
    expect(freshness()).toBe('live');
  });

  it('shows what it is told within half a second, and not oftener, however often it is told', async () => {
    sit();
    connect('connected');
    await forSeconds(1, tell);
    tell(7);
    await vi.advanceTimersByTimeAsync(500);
    expect(console.shown.getState().observations.load?.lastOk?.value.load1).toBe(7);
    let shown = 0;
    const stopCounting = console.shown.subscribe(() => (shown += 1));
    for (let moment = 0; moment < 200; moment += 1) {
      tell(moment);
      await vi.advanceTimersByTimeAsync(25);
    }
    stopCounting();
    expect(shown).toBeGreaterThanOrEqual(9);
    expect(shown).toBeLessThanOrEqual(12);
  });

  it('leaves the last facts with their age while it is lost, and is not asked meanwhile', async () => {
    sit();
    connect('connected');
    await forSeconds(3, tell);
    connect('lost');
    const times = asked.length;
    await forSeconds(30);
    expect(asked).toHaveLength(times);
    expect(freshness()).toBe('stale');
    expect(console.shown.getState()).toMatchObject({
      connection: { state: 'lost', reason: 'ECONNREFUSED' },
      observations: { load: { lastOk: { value: LOAD } } },
    });
    connect('connected');
    await forSeconds(2, tell);
    expect(freshness()).toBe('live');
  });

  it('that is lost is a finding of the doctor, until it answers', async () => {
    sit();
    connect('connected');
    await forSeconds(3, tell);
    connect('lost');
    const found = () => console.shown.getState().examination?.findings.map(({ rule }) => rule);
    expect(found()).toContain('agent-silent');
    connect('connected');
    expect(found()).not.toContain('agent-silent');
  });

  it('is not followed while nobody looks, and anew when the person asks for it while it is lost', async () => {
    sit();
    const first = listener;
    expect(first).toBeDefined();
    stop();
    expect(listener).toBeUndefined();
    stop = console.poller.watch();
    const second = listener;
    expect(second).toBeDefined();
    connect('connected');
    console.poller.refresh(true);
    expect(listener).toBe(second);
    connect('lost');
    console.poller.refresh(true);
    expect(listener).not.toBe(second);
  });

  it('says that it is lost on a display that is frozen too', async () => {
    sit();
    connect('connected');
    await forSeconds(2, tell);
    console.freeze();
    connect('lost');
    expect(console.shown.getState().connection?.state).toBe('lost');
  });

  it('hands on what happens once', () => {
    sit();
    const notice = { kind: 'disk-plugged', at: 1, subject: 'sdb', detail: 'Model' } as const;
    listener?.onNotice(notice);
    expect(console.shown.getState().notice).toEqual(notice);
  });
});
