// The health of this guest: looks at what the others know whenever it changes and every half minute, and asks the
// services themselves every few minutes, when one has come up, and sooner while one does not answer.
import { backOffMs } from '../../base/back-off.ts';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { createListeners } from '../../base/listeners.ts';
import { isServiceName, type ServiceName } from '../../contracts/base-stack.ts';
import type {
  BaseServiceTold,
  HealthIssue,
  HealthStatus,
  LinkState,
} from '../../contracts/facts/base-stack.ts';
import type { Log } from '../../daemon/log.ts';
import type { BaseTold, ConfigBook, Health, Reconciler } from '../parts.ts';
import type { PlanIssue } from '../plan/state.ts';
import { createRepeated } from '../repeat.ts';
import { gatherIssues, worstOf } from './gather-issues.ts';
import { createIssueBook } from './issue-book.ts';
import { probeService, type ProbeService } from './probe-service.ts';

export type HealthOptions = {
  readonly config: Pick<ConfigBook, 'current' | 'problems'>;
  readonly reconciler: Pick<Reconciler, 'told' | 'desired'>;
  readonly agentLink: () => LinkState;
  readonly hubLink: () => LinkState;
  /** Of others than the configuration and the base stack. */
  readonly problems: () => readonly PlanIssue[];
  /** Each calls back when something of the above has changed. */
  readonly changes: readonly ((listener: () => void) => () => void)[];
  readonly clock: Clock;
  readonly log: Log;
  readonly probe?: ProbeService;
  readonly times?: { readonly lookMs: number; readonly probeMs: number };
};

const TIMES = { lookMs: 30_000, probeMs: 300_000 };
/** One that has just come up may not listen yet: it is asked again soon, and then less often. */
const SOON_MS = 1000;

type Told = { readonly status: HealthStatus; readonly issues: readonly HealthIssue[] };
type Probed = NonNullable<BaseServiceTold['probe']>;
/** `container`: what was asked; another one has to be asked anew. */
type Asked = {
  readonly container: string;
  readonly probed: Probed;
  readonly askedAt: number;
  /** How often in a row it did not say that it is well. */
  readonly failures: number;
};

export function createHealth(options: HealthOptions): Health {
  const { config, reconciler, clock, log, probe = probeService, times = TIMES } = options;
  const listeners = createListeners();
  const stopping = new AbortController();
  const book = createIssueBook();
  const asked = new Map<ServiceName, Asked>();
  const asking = new Set<ServiceName>();
  const timers = new Set<NodeJS.Timeout>();
  let now: Told & { readonly at: number } = {
    status: 'unknown',
    issues: [],
    at: clock.now(),
  };

  const howToAsk = (service: string) =>
    reconciler.desired()?.services.find(({ name }) => name === service)?.probe ?? undefined;
  const probeOf = (service: ServiceName) => asked.get(service)?.probed ?? null;
  const look = (counts: boolean): void => {
    if (stopping.signal.aborted) return;
    const base = reconciler.told();
    const found = gatherIssues({
      config: config.current(),
      problems: [...config.problems(), ...options.problems()],
      base,
      agent: options.agentLink(),
      hub: options.hubLink(),
      probeOf,
      isProbed: (service) => howToAsk(service) !== undefined,
    });
    const issues = book.note(found, clock.now(), counts);
    const status = worstOf(issues);
    const news = status !== now.status || newsIn(issues) !== newsIn(now.issues);
    logNews(log, now, { status, issues });
    now = { status, issues, at: clock.now() };
    if (news) listeners.tell();
    for (const service of base.services) ask(service, base);
  };

  /** In the background, one question at a time for each service. */
  const ask = ({ name, state, container }: BaseServiceTold, base: BaseTold): void => {
    if (!isServiceName(name)) return;
    if (state !== 'running' || container === null) {
      asked.delete(name);
      return;
    }
    const before = asked.get(name);
    const known = before?.container === container.id ? before : undefined;
    const how = howToAsk(name);
    if (asking.has(name) || how === undefined || (known !== undefined && !isDue(known))) return;
    const note = (state: Probed['state'], detail: string) => {
      const failures = state === 'ok' ? 0 : (known?.failures ?? 0) + 1;
      const probed = { state, detail, at: clock.now() };
      const next = { container: container.id, probed, askedAt: clock.monotonic(), failures };
      asked.set(name, next);
      asking.delete(name);
      look(false);
      if (failures > 0 && !stopping.signal.aborted) wakeIn(waitAfter(next));
    };
    const address = base.addresses[name];
    asking.add(name);
    const asks =
      address === undefined
        ? Promise.resolve({ state: 'unknown', detail: 'it has no address on the base network' } as const)
        : probe(address, how, stopping.signal);
    asks.then(
      ({ state, detail }) => note(state, detail),
      (error: unknown) => note('unknown', messageOf(error)),
    );
  };
  const waitAfter = ({ failures }: Asked) =>
    failures === 0 ? times.probeMs : backOffMs(failures, { firstMs: SOON_MS, longestMs: times.lookMs });
  const isDue = (one: Asked) => clock.monotonic() - one.askedAt >= waitAfter(one);
  const wakeIn = (ms: number) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      look(false);
    }, ms);
    timers.add(timer);
  };

  const repeated = createRepeated({
    work: async () => {
      look(true);
      return Promise.resolve();
    },
    onFailed: (error) => log.error({ err: messageOf(error) }, 'health: not looked at'),
    everyMs: times.lookMs,
    gatherMs: 0,
    retry: { firstMs: times.lookMs, longestMs: times.lookMs },
    random: () => 1,
  });
  const unfollow = options.changes.map((follow) => follow(() => look(false)));
  return {
    told: () => now,
    probeOf,
    onChange: listeners.add,
    stop: () => {
      stopping.abort();
      repeated.stop();
      for (const timer of timers) clearTimeout(timer);
      for (const stop of unfollow) stop();
    },
  };
}

/** That an issue was seen once more is no news. */
const newsIn = (issues: readonly HealthIssue[]): string =>
  JSON.stringify(issues.map((issue) => ({ ...issue, count: 0 })));

/** Each problem once when it comes, and once when it has gone. */
function logNews(log: Log, before: Told, after: Told): void {
  const isIn = ({ issues }: Told, text: string) => issues.some((issue) => issue.text === text);
  for (const { code, text, level, hint } of after.issues) {
    if (!isIn(before, text) && level !== 'unknown') log.warn({ code, hint }, `health: ${text}`);
  }
  for (const { code, text, level } of before.issues) {
    if (!isIn(after, text) && level !== 'unknown') log.info({ code }, `health: no longer: ${text}`);
  }
  if (before.status !== after.status) log.info({ before: before.status }, `health: ${after.status}`);
}
