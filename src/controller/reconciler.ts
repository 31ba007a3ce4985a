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
import { createDeeds } from './deeds.ts';
import type { Desired } from './desired/desired.ts';
import type { InstallationSecrets } from './desired/installation-secrets.ts';
import { render } from './desired/render.ts';
import { followDaemon } from './follow-daemon.ts';
import { createLanes } from './lanes.ts';
import type { Given } from './look-at-self.ts';
import type { MemoryFile } from './memory-file.ts';
import { observe } from './observe.ts';
import type { BaseTold, ConfigBook, Reconciler } from './parts.ts';
import { permit } from './plan/permit.ts';
import { plan as planSteps } from './plan/plan.ts';
import type { Observed, Plan, PlanIssue, StacksFolder, Step } from './plan/state.ts';
import { endPauses, forgetTroubles, noteDeath, notePause } from './plan/transitions.ts';
import { tellServices } from './plan/tell-services.ts';
import { createRecorder } from './recorder.ts';
import { readStacksFolder } from './stacks-folder.ts';
import { createStepRunner, type Moment } from './step-runner.ts';

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

const MAX_ROUNDS = 6;
const STOP_PATIENCE_MS = 2000;
/** Timers sleep at most so long. */
const SOON_MS = 20;

const EMPTY_PLAN: Plan = { steps: [], held: [], issues: [], blocked: null };
const UNCONFIGURED = 'nothing says whose guest this is';

type Look = {
  readonly at: number;
  readonly desired: Desired | null;
  readonly observed: Observed;
  readonly stacksDir: string;
  readonly plan: Plan;
  readonly selfIssues: readonly PlanIssue[];
  readonly calls: number;
  /** Whether what was seen of a service, or of all, still holds. */
  readonly holds: (service: ServiceName | null) => boolean;
};

/** Starts at once. `memory` must be open, and the data folder locked. */
export function createReconciler(options: ReconcilerOptions): Reconciler {
  const { engine, book, memory, secrets, clock, log, dataFolder, container } = options;
  const times = { ...TIMES, ...options.times };
  const stopping = new AbortController();
  const cutting = new AbortController();
  const lanes = createLanes();
  const fetching = createLanes();
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
  /** How often a subject got a step without coming to rest, and since when it is left alone. */
  const rounds = new Map<string, { count: number; restUntil: number }>();
  let look: Look | undefined;
  let lastPass: BaseTold['last_pass'] = null;
  let timer: NodeJS.Timeout | undefined;
  let wanted = false;
  let running: Promise<void> | undefined;
  let rendered: { readonly config: ControllerConfig; readonly desired: Desired } | undefined;

  const exitCodes = new Map<string, number>();

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
    exitCodeOf: (id) => exitCodes.get(id) ?? null,
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

  const lookNow = async (signal: AbortSignal): Promise<Look> => {
    const holds = lanes.mark();
    const stacksDir = book.current()?.paths.stacks_dir.replace(/(?<=.)\/+$/, '') ?? DEFAULT_STACKS_DIR;
    const known = await link.known(stacksDir, signal);
    const stacksFolder = await judgeStacks(stacksDir, known.self.misplaced);
    const at = clock.now();
    const { observed, calls } = await observe(
      engine,
      { at, daemon: known.daemon, self: container, stacksFolder },
      signal,
    );
    noteDeaths(observed);
    const desired = desiredNow();
    const plan = desired === null ? EMPTY_PLAN : planSteps(desired, observed, memory.current(), at);
    const selfIssues = known.self.issues;
    return { at, desired, observed, stacksDir, plan, selfIssues, calls: calls + known.calls, holds };
  };

  /** A new one is remembered on the disk before anything is made in it. */
  const judgeStacks = async (dir: string, misplaced: string | null): Promise<StacksFolder> => {
    const { sentinel: remembered } = memory.current();
    const { folder, sentinel } = await readStacksFolder(dir, {
      remembered,
      lost: await memory.lost(),
      misplaced,
    });
    if (folder.state !== 'new') return folder;
    memory.change((known) => ({ ...known, sentinel }));
    try {
      await memory.keep();
      return folder;
    } catch (error) {
      memory.change((known) => ({ ...known, sentinel: null }));
      return { state: 'wrong', why: `its id cannot be remembered: ${messageOf(error)}` };
    }
  };

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
      schedule(EMPTY_PLAN);
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
    rest(look.plan);
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
      if (!holds(service) || !mayTry(tellStep(step).subject)) continue;
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

  const mayTry = (subject: string): boolean => {
    const round = rounds.get(subject) ?? { count: 0, restUntil: 0 };
    rounds.set(subject, round);
    if (round.restUntil > clock.now()) return false;
    round.count += 1;
    if (round.count > MAX_ROUNDS) {
      round.count = 0;
      round.restUntil = clock.now() + times.restMs;
      log.error({ subject, rounds: MAX_ROUNDS }, 'not converging');
      return false;
    }
    return true;
  };

  /** Whoever needs nothing any more has come to rest. */
  const rest = (plan: Plan) => {
    const busy = new Set(plan.steps.map((step) => tellStep(step).subject));
    for (const [subject, { restUntil }] of rounds) {
      if (!busy.has(subject) && !lanes.busy(subject) && restUntil <= clock.now()) rounds.delete(subject);
    }
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

  /** Containers that were told to end: their end is no death. */
  const killed = new Set<string>();
  let died: readonly EngineEvent[] = [];
  const onEvent = (event: EngineEvent) => {
    const { type, action, name, id, exitCode } = event;
    if (type === 'container' && isServiceName(name)) {
      if (action === 'kill') killed.add(id);
      if (action === 'die' && exitCode !== null) exitCodes.set(id, exitCode);
      if (action === 'destroy') exitCodes.delete(id);
      // Nor is it one when we end it ourselves.
      if (action === 'die' && !killed.has(id) && !lanes.busy(name)) died = [...died, event];
      if (action === 'start' || action === 'destroy') killed.delete(id);
    }
    if (CONCERNS.some((concerns) => concerns(event))) wake();
  };
  /** Who died and is still there; a container that is removed by force only seems to die. */
  const noteDeaths = ({ containers }: Observed) => {
    for (const { id, name, at, exitCode } of died) {
      const container = containers.find((one) => one.id === id);
      if (container?.ours !== true || container.state === 'removing' || !isServiceName(name)) continue;
      memory.change((known) => noteDeath(known, name, { at, exitCode }));
    }
    died = [];
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
      memory.change((known) => notePause(known, service, pause));
      await keep();
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
        ...notConverging(),
      ],
      docker: link.state(),
      guestHostname: link.hostname(),
      addresses: Object.fromEntries(addresses),
    };
  }

  function notConverging(): readonly PlanIssue[] {
    return [...rounds].flatMap(([subject, { restUntil }]) =>
      restUntil <= clock.now()
        ? []
        : [
            {
              code: 'not-converging',
              level: 'fail',
              subject,
              text: `Not converging: ${subject}`,
              hint: `${MAX_ROUNDS} steps in a row did not bring it to rest; the ledger tells them.`,
              healsItself: true,
            } as const,
          ],
    );
  }
}

const DEFAULT_STACKS_DIR = '/opt/docker/stacks';
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
