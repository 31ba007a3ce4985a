// The one writer: observes, plans, permits, applies, again, until there is nothing to do. What triggers it: the start,
// an event of Docker, its stream closing and opening, a changed configuration, a person, and every 30 s.
import { createInTurn } from '../base/in-turn.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { BASE_NETWORK, BASE_SERVICES, isServiceName, type ServiceName } from '../contracts/base-stack.ts';
import type { ControllerConfig } from '../contracts/controller-config.ts';
import type { Notice } from '../contracts/routes.ts';
import { EngineError, type Engine, type EngineEvent } from '../clients/engine.ts';
import type { Ledger } from '../daemon/ledger/ledger.ts';
import type { Log } from '../daemon/log.ts';
import { storeFailed } from '../daemon/store-failed.ts';
import { tellStep } from './api/tell-step.ts';
import { createDaemonLink } from './daemon-link.ts';
import { createDeathWatch } from './death-watch.ts';
import { createDeeds } from './deeds.ts';
import type { Desired } from './desired/desired.ts';
import type { InstallationSecrets } from './desired/installation-secrets.ts';
import { render } from './desired/render.ts';
import { followDaemon } from './follow-daemon.ts';
import { createLanes } from './lanes.ts';
import type { Given } from './look-at-self.ts';
import type { MemoryFile } from './memory-file.ts';
import type { BaseTold, ConfigBook, Reconciler } from './parts.ts';
import { permit } from './plan/permit.ts';
import type { Plan, Step } from './plan/state.ts';
import { endPauses, forgetTroubles, isPaused, notePause } from './plan/transitions.ts';
import { tellServices } from './plan/tell-services.ts';
import { createRecorder } from './recorder.ts';
import { createRounds, MAX_ROUNDS } from './rounds.ts';
import { createStepRunner, type Moment } from './step-runner.ts';
import { NOTHING_TO_DO, takeLook, type Look } from './take-look.ts';

export type ReconcilerOptions = {
  readonly engine: Engine;
  readonly book: Pick<ConfigBook, 'current' | 'onChange'>;
  readonly memory: MemoryFile;
  readonly ledger: Pick<Ledger, 'record'>;
  readonly secrets: InstallationSecrets;
  readonly clock: Clock;
  readonly log: Log;
  readonly dataFolder: string;
  /** The container that it runs in (`--container`); null: in none. */
  readonly container: string | null;
  /** What this process sees of its own place. */
  readonly given: Omit<Given, 'stacksDir' | 'socketPath'>;
  readonly times?: Partial<Times>;
  /** For tests: how long each service takes to count as started. */
  readonly settleS?: number;
  /** For tests that end this process between any two calls. */
  readonly onStage?: (stage: string) => void;
};

export type Times = {
  readonly everyMs: number;
  /** A subject that never comes to rest is left alone so long. */
  readonly restMs: number;
  readonly deadDaemonMs: number;
};
const TIMES: Times = { everyMs: 30_000, restMs: 300_000, deadDaemonMs: 90_000 };

const STOP_PATIENCE_MS = 2000;
/** Timers sleep at most so long. */
const SOON_MS = 20;

const UNCONFIGURED = 'nothing says whose guest this is';

/** Starts at once. `memory` must be open, and the data folder locked. */
export function createReconciler(options: ReconcilerOptions): Reconciler {
  const { engine, book, memory, secrets, clock, log, dataFolder, container } = options;
  const times = { ...TIMES, ...options.times };
  const stopping = new AbortController();
  const cutting = new AbortController();
  const lanes = createLanes();
  const fetching = createLanes();
  const deaths = createDeathWatch(lanes.busy);
  const rounds = createRounds(clock, times.restMs);
  const recorder = createRecorder(options.ledger, log);
  const inTurn = createInTurn();
  const changes = new Set<() => void>();
  const notices = new Set<(notice: Notice) => void>();
  const applied = new Set<(step: Step) => void>();
  const link = createDaemonLink({
    engine,
    clock,
    container,
    given: options.given,
    patienceMs: times.deadDaemonMs,
  });
  let look: Look | undefined;
  let lastPass: BaseTold['last_pass'] = null;
  let timer: NodeJS.Timeout | undefined;
  let wanted = false;
  let running: Promise<void> | undefined;
  let rendered: { readonly config: ControllerConfig; readonly desired: Desired } | undefined;

  const changed = () => {
    for (const listener of changes) listener();
  };
  const notice = (kind: Notice['kind'], subject: string, detail: string) => {
    for (const listener of notices) listener({ kind, at: clock.now(), subject, detail });
  };
  const runner = createStepRunner({
    engine,
    clock,
    log,
    dataFolder,
    lanes,
    fetching,
    onFetched: () => wake(),
    memory,
    record: recorder.record,
    notice,
    onApplied: (step) => {
      for (const listener of applied) listener(step);
    },
    exitCodeOf: deaths.exitCodeOf,
    onStage: options.onStage ?? (() => {}),
    signal: cutting.signal,
  });

  const desiredNow = (): Desired | null => {
    const config = book.current();
    if (config === null) return null;
    if (rendered?.config !== config) {
      const desired = render(config, secrets);
      rendered = {
        config,
        desired: {
          ...desired,
          services: desired.services.map((service) => ({
            ...service,
            settleS: options.settleS ?? service.settleS,
          })),
        },
      };
    }
    return rendered.desired;
  };

  const lookNow = async (signal: AbortSignal): Promise<Look> =>
    takeLook(
      { engine, clock, link, lanes, memory, deaths, config: book.current, desired: desiredNow, container },
      signal,
    );

  /** One look, and what follows from it. Gives the number of steps that were begun. */
  const pass = async (): Promise<number> => {
    const began = clock.monotonic();
    memory.change((known) => endPauses(known, clock.now()));
    try {
      look = await lookNow(stopping.signal);
      link.answered();
    } catch (error) {
      if (stopping.signal.aborted) return 0;
      look = undefined;
      link.failed(messageOf(error));
      schedule(NOTHING_TO_DO);
      changed();
      return 0;
    }
    const begun = await begin(look);
    lastPass = {
      at: look.at,
      took_ms: Math.round((clock.monotonic() - began) * 10) / 10,
      calls: look.calls,
      applied: begun,
      converged: look.plan.steps.length === 0,
    };
    const needed = new Set(look.plan.steps.map((step) => tellStep(step).subject));
    rounds.rest((subject) => needed.has(subject) || lanes.busy(subject));
    schedule(look.plan);
    changed();
    return begun;
  };

  const begin = async ({ desired, observed, stacksDir, plan, holds }: Look): Promise<number> => {
    if (desired === null) return 0;
    const moment: Moment = { desired, observed, stacksDir };
    let begun = 0;
    for (const step of plan.steps) {
      const service = serviceOf(step);
      if (stopping.signal.aborted) return begun;
      // What is for all of them waits until nothing is done to any. When that ends, all is looked at anew.
      if (!holds(service)) continue;
      const permitted = permit(step, observed);
      if ('why' in permitted) {
        log.error(
          { step: step.kind, subject: tellStep(step).subject, why: permitted.why },
          'step not permitted',
        );
        continue;
      }
      // An image that is being fetched is something that goes on, too.
      if (service !== null && !(await ready(service, step, moment))) {
        begun += 1;
        continue;
      }
      if (!holds(service) || !rounds.mayTry(tellStep(step).subject)) continue;
      begun += 1;
      if (service === null) {
        if (!(await runner.runShared(permitted, moment))) return begun;
        // What was seen does not hold any more.
        wake();
        return begun;
      }
      void runner.runInLane(service, permitted, moment).finally(wake);
    }
    return begun;
  };

  const ready = async (service: ServiceName, step: Step, moment: Moment): Promise<boolean> => {
    try {
      return await runner.ready(service, step, moment);
    } catch (error) {
      // Docker is gone, or says nonsense: the next look tells.
      log.warn({ service, error: messageOf(error) }, 'image not looked up');
      return false;
    }
  };
  const quiet = async () => {
    await fetching.quiet();
    await lanes.quiet();
  };

  const schedule = ({ held }: Plan) => {
    clearTimeout(timer);
    if (stopping.signal.aborted) return;
    const soonest = Math.min(...held.flatMap(({ until }) => (until === null ? [] : [until - clock.now()])));
    timer = setTimeout(wake, Math.max(SOON_MS, Math.min(soonest + SOON_MS, times.everyMs)));
  };

  const drain = async (): Promise<void> => {
    while (wanted && !stopping.signal.aborted) {
      wanted = false;
      await inTurn(pass).catch((error: unknown) => log.error({ error: messageOf(error) }, 'pass failed'));
    }
    running = undefined;
  };
  const wake = (): void => {
    wanted = true;
    running ??= drain();
  };
  /** Until there is nothing to do and nothing being done; at most so many rounds. */
  const converge = async (signal: AbortSignal): Promise<void> => {
    for (let round = 0; round < MAX_ROUNDS && !signal.aborted; round += 1) {
      const begun = await inTurn(pass);
      await Promise.race([quiet(), aborted(signal)]);
      if (begun === 0) return;
    }
  };

  const onEvent = (event: EngineEvent) => {
    deaths.hear(event);
    if (CONCERNS.some((concerns) => concerns(event))) wake();
  };

  let saidClosed = '';
  const followed = followDaemon(
    engine,
    {
      onOpen: () => {
        saidClosed = '';
        link.forget();
        wake();
      },
      onEvent,
      onClosed: (why) => {
        link.forget();
        // A daemon that is down is tried again every second: that is one line, not 86,400 a day.
        if (why !== saidClosed) log.warn({ why }, "Docker's events closed");
        saidClosed = why;
        wake();
      },
    },
    stopping.signal,
  );
  const unlisten = book.onChange(() => {
    rounds.clear();
    wake();
  });
  wake();

  const { find, act, readLog } = createDeeds({
    engine,
    lanes,
    ownId: () => look?.observed.self?.id ?? null,
    graceOf: (name) => look?.desired?.services.find((service) => service.name === name)?.stopGraceS,
    pausedBy: (name) => {
      const pause = isServiceName(name) ? (memory.current().services[name]?.pause ?? null) : null;
      return isPaused(pause, clock.now()) ? pause.reason : null;
    },
    record: recorder.record,
    onDone: wake,
  });

  const keep = async () => {
    try {
      await memory.keep();
    } catch (error) {
      throw storeFailed('its memory', error);
    }
  };

  return {
    told: () => tell(look, lastPass),
    desired: desiredNow,
    plan: async (signal) => (await lookNow(signal)).plan,
    applyNow: async (by, signal) => {
      await recorder.record('base.apply', by, '', {});
      const done: Step[] = [];
      const listener = (step: Step) => void done.push(step);
      applied.add(listener);
      try {
        memory.change(forgetTroubles);
        rounds.clear();
        await converge(signal);
      } finally {
        applied.delete(listener);
      }
      if (look === undefined) throw new EngineError('unreachable', link.state().detail);
      return done;
    },
    pause: async (service, pause, by) => {
      await recorder.record('service.pause', by, service, { reason: pause.reason, until: pause.until });
      const before = memory.current().services[service]?.pause ?? null;
      memory.change((known) => notePause(known, service, pause));
      await keep().catch((error: unknown) => {
        memory.change((known) => notePause(known, service, before));
        throw error;
      });
      await converge(AbortSignal.timeout(DEED_MS));
    },
    resume: async (service, by) => {
      await recorder.record('service.resume', by, service, {});
      memory.change((known) => notePause(known, service, null));
      await keep();
      wake();
    },
    find,
    act,
    readLog,
    onChange: (listener) => listen(changes, listener),
    onNotice: (listener) => listen(notices, listener),
    dead: link.dead,
    stop: async () => {
      clearTimeout(timer);
      link.stop();
      unlisten();
      stopping.abort();
      const cut = setTimeout(() => cutting.abort(), STOP_PATIENCE_MS);
      await Promise.allSettled([followed, running, quiet()]);
      clearTimeout(cut);
      await memory.keep().catch(() => {});
    },
  };

  function tell(seen: Look | undefined, pass: BaseTold['last_pass']): BaseTold {
    const at = clock.now();
    const doing = BASE_SERVICES.flatMap(({ name }) => runner.doing(name) ?? []);
    const services = tellServices(
      {
        observed: seen?.observed ?? null,
        desired: seen?.desired ?? null,
        memory: memory.current(),
        plan: seen?.plan ?? null,
        doing,
      },
      at,
    );
    const addresses = (seen?.observed.containers ?? []).flatMap(({ name, ours, state, networks }) => {
      const address = networks[BASE_NETWORK]?.address ?? null;
      return ours && state === 'running' && isServiceName(name) && address !== null
        ? [[name, address] as const]
        : [];
    });
    return {
      services: [...services],
      steps: seen?.plan.steps.map(tellStep) ?? [],
      blocked:
        seen === undefined ? null : (seen.plan.blocked ?? (seen.desired === null ? UNCONFIGURED : null)),
      last_pass: pass,
      issues: [
        ...(seen?.plan.issues ?? []),
        ...(seen?.selfIssues ?? []),
        ...memory.issues(),
        ...recorder.issues(),
        ...rounds.issues(),
      ],
      docker: link.state(),
      guestHostname: link.hostname(),
      addresses: Object.fromEntries(addresses),
      replacing: BASE_SERVICES.map(({ name }) => name).filter(runner.isReplacing),
    };
  }
}

const DEED_MS = 60_000;

const serviceOf = (step: Step): ServiceName | null => ('service' in step ? step.service : null);

/** Events after which something may have to be done; those of others are many. */
const CONCERNS: readonly ((event: EngineEvent) => boolean)[] = [
  ({ type, action, name }) =>
    type === 'container' && isOurName(name) && !/^(?:exec_|top|attach|resize|copy|export)/.test(action),
  ({ type, name, action }) => type === 'network' && name === BASE_NETWORK && action !== 'connect',
];

const isOurName = (name: string): boolean =>
  BASE_SERVICES.some((one) => name === one.name || name.startsWith(`${one.name}.`));

function listen<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const aborted = async (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
