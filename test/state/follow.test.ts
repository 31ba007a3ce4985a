// A source that tells its facts by itself: it is heard and not asked, its silence leaves the last facts
// with their age, and actions wait until it answers.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ActionableError } from '../../src/base/errors.ts';
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
let called: string[];
/** In JSON. */
let answer: () => Promise<string>;
let stop: () => void;

function sit(options: { readOnly?: boolean; kind?: 'embedded' | 'agent' } = {}) {
  asked = [];
  called = [];
  listener = undefined;
  answer = async () => Promise.resolve('{"mark":1}');
  const source: FactsSource = {
    kind: options.kind ?? 'agent',
    intervals: { load: EVERY_MS },
    read: async <S extends Subject>(subject: S) => {
      asked.push(subject);
      const readings: { [K in Subject]?: Reading<Facts[K]> } = { load: reading() };
      return Promise.resolve(readings[subject] ?? absent('not-here', 'test', Date.now()));
    },
    readContainer: async () => Promise.resolve(absent('not-here', 'test', Date.now())),
    ...(options.kind === 'embedded'
      ? {}
      : {
          call: async (route) => {
            called.push(route);
            // Whatever the route answers: nobody looks at more of it here.
            return JSON.parse(await answer());
          },
        }),
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
    readOnly: options.readOnly ?? false,
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

  it('shows what it is told within a moment', async () => {
    sit();
    await forSeconds(1, tell);
    tell(7);
    await vi.advanceTimersByTimeAsync(50);
    expect(console.shown.getState().observations.load?.lastOk?.value.load1).toBe(7);
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

describe('An action', () => {
  it('is sent to the agent, and is under way until it answers', async () => {
    sit();
    connect('connected');
    await forSeconds(1, tell);
    const gate = Promise.withResolvers<string>();
    answer = async () => gate.promise;
    const acted = console.act('resetClock');
    expect(console.shown.getState().acting).toMatchObject([{ route: 'resetClock', target: '' }]);
    expect(await console.act('resetClock')).toEqual({ state: 'off', reason: 'off.under-way' });
    gate.resolve('{"mark":7}');
    expect(await acted).toEqual({ state: 'done', answer: { mark: 7 } });
    expect(console.shown.getState().acting).toEqual([]);
    expect(called).toEqual(['resetClock']);
  });

  it('that the agent refuses is told with its reason', async () => {
    sit();
    const error = new ActionableError('refused', 'no', { code: 'E_CLOCK_BACK' });
    answer = async () => Promise.reject(error);
    expect(await console.act('resetClock')).toEqual({ state: 'failed', error });
    expect(console.shown.getState().acting).toEqual([]);
  });

  it.each([
    ['read-only', { readOnly: true }, () => {}, 'off.read-only'],
    ['without an agent', { kind: 'embedded' as const }, () => {}, 'off.no-actions'],
    ['while the agent is lost', {}, () => connect('lost'), 'off.disconnected'],
    ['while its certificate is refused', {}, () => connect('refused'), 'off.disconnected'],
  ])('%s is not sent', async (_what, options, happen, reason) => {
    sit(options);
    await forSeconds(1, tell);
    happen();
    expect(console.offReason()).toBe(reason);
    expect(await console.act('resetClock')).toEqual({ state: 'off', reason });
    expect(called).toEqual([]);
  });

  it('on a row that is no longer fresh is not sent', async () => {
    sit();
    connect('connected');
    await forSeconds(1, tell);
    expect(console.offReason('load')).toBeUndefined();
    expect(console.offReason('disks')).toBe('off.stale');
    vi.setSystemTime(Date.now() + 10 * EVERY_MS);
    expect(await console.act('resetClock', undefined, 'load')).toEqual({ state: 'off', reason: 'off.stale' });
    expect(called).toEqual([]);
  });
});
