// The one writer: observes, plans, permits, applies, again, until there is nothing to do. What triggers it: the start,
// an event of Docker, its stream closing and opening, a changed configuration, a person, and every 30 s.
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { createInTurn } from '../../base/in-turn.ts';
import { createListeners } from '../../base/listeners.ts';
import { BASE_SERVICES, isServiceName } from '../../contracts/base-stack.ts';
import type { Notice } from '../../contracts/routes.ts';
import type { Engine, EngineEvent } from '../../clients/engine.ts';
import type { Ledger } from '../../daemon/ledger/ledger.ts';
import type { Log } from '../../daemon/log.ts';
import { tellStep } from '../plan/tell-step.ts';
import { beginSteps } from './begin-steps.ts';
import { concernsUs } from './concerns-us.ts';
import { createDaemonLink } from './daemon-link.ts';
import { createDeathWatch } from './death-watch.ts';
import { createDeeds } from './deeds.ts';
import type { InstallationSecrets } from '../desired/installation-secrets.ts';
import { keepRendered } from '../desired/keep-rendered.ts';
import { followDaemon } from './follow-daemon.ts';
import { probeService, type ProbeService } from '../health/probe-service.ts';
import { createLanes } from './lanes.ts';
import type { Given } from './look-at-self.ts';
import type { MemoryFile } from './memory-file.ts';
import { createOrders } from './orders.ts';
import type { BaseTold, ConfigBook, Reconciler } from '../parts.ts';
import type { Plan, Step } from '../plan/state.ts';
import { endPauses, isPaused } from '../plan/transitions.ts';
import { createRecorder } from './recorder.ts';
import { createRounds, MAX_ROUNDS } from './rounds.ts';
import { createStepRunner } from './step-runner.ts';
import { NOTHING_TO_DO, takeLook, type Look } from './take-look.ts';
import { tellLook } from './tell-look.ts';
import { createFileWatch } from './watch-files.ts';

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
  /** For tests: how a service itself is asked. */
  readonly probe?: ProbeService;
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
  /** So often the services' files are read. */
  readonly filesMs: number;
};
const TIMES: Times = { everyMs: 30_000, restMs: 300_000, deadDaemonMs: 90_000, filesMs: 300_000 };

const STOP_PATIENCE_MS = 2000;
/** Timers sleep at most so long. */
const SOON_MS = 20;

/** Starts at once. `memory` must be open, and the data folder locked. */
export function createReconciler(options: ReconcilerOptions): Reconciler {
  const { engine, book, memory, secrets, clock, log, dataFolder, container } = options;
  const times = { ...TIMES, ...options.times };
  const stopping = new AbortController();
  const cutting = new AbortController();
  const lanes = createLanes();
  const fetching = createLanes();
  const files = createFileWatch({ clock, log, everyMs: times.filesMs });
  const deaths = createDeathWatch(lanes.busy);
  const rounds = createRounds(clock, times.restMs);
  const recorder = createRecorder(options.ledger, log);
  const inTurn = createInTurn();
  const changes = createListeners();
  const notices = createListeners<[Notice]>();
  const applied = createListeners<[Step]>();
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
  /** The one that died since the last look. */
  let diedId: string | undefined;
  let running: Promise<void> | undefined;

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
    notice: (kind, subject, detail) => notices.tell({ kind, at: clock.now(), subject, detail }),
    onApplied: applied.tell,
    exitCodeOf: deaths.exitCodeOf,
    probe: options.probe ?? probeService,
    onStage: options.onStage ?? (() => {}),
    signal: cutting.signal,
  });

  const desiredNow = keepRendered(book.current, secrets, options.settleS);
  const lookNow = async (signal: AbortSignal, died?: Parameters<typeof takeLook>[2]): Promise<Look> =>
    takeLook(
      {
        engine,
        clock,
        link,
        lanes,
        memory,
        deaths,
        files,
        config: book.current,
        desired: desiredNow,
        container,
      },
      signal,
      died,
    );
  /** The look before serves for all but the one that died, where nothing was to be done and nothing has been since. */
  const takeDied = () => {
    const id = diedId;
    diedId = undefined;
    return id === undefined || look === undefined || look.plan.steps.length > 0 || !look.holds(null)
      ? undefined
      : { before: look, id };
  };

  /** One look, and what follows from it. Gives the number of steps that were begun. */
  const pass = async (died?: ReturnType<typeof takeDied>): Promise<number> => {
    const began = clock.monotonic();
    memory.change((known) => endPauses(known, clock.now()));
    try {
      look = await lookNow(stopping.signal, died);
      link.answered();
    } catch (error) {
      if (stopping.signal.aborted) return 0;
      look = undefined;
      link.failed(messageOf(error));
      schedule(NOTHING_TO_DO);
      changes.tell();
      return 0;
    }
    const begun = await beginSteps(look, { runner, rounds, log, onDone: wake }, stopping.signal);
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
    changes.tell();
    // All the others are looked at when it runs again; at once, where it is not started.
    if (died !== undefined && begun === 0) wake();
    return begun;
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
      await inTurn(async () => pass(takeDied())).catch((error: unknown) =>
        log.error({ error: messageOf(error) }, 'pass failed'),
      );
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
      // What goes on is left alone by a pass; when it has ended, there may be something to do.
      const idle = BASE_SERVICES.every(({ name }) => !lanes.busy(name));
      const begun = await inTurn(async () => pass());
      await Promise.race([quiet(), aborted(signal)]);
      if (begun === 0 && idle) return;
    }
  };

  const onEvent = (event: EngineEvent) => {
    deaths.hear(event);
    if (!concernsUs(event)) return;
    // Of two that died all is looked at.
    if (event.action === 'die') diedId = diedId === undefined ? event.id : '';
    wake();
  };

  let saidClosed = '';
  const followed = followDaemon(
    engine,
    {
      onOpen: () => {
        saidClosed = '';
        diedId = undefined;
        link.forget();
        wake();
      },
      onEvent,
      onClosed: (why) => {
        diedId = undefined;
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

  const deeds = createDeeds({
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

  const orders = createOrders({
    memory,
    record: recorder.record,
    converge,
    onApplied: applied.add,
    whyBlind: () => (look === undefined ? link.state().detail : null),
    onForgiven: () => {
      rounds.clear();
      files.soon();
    },
    wake,
  });

  return {
    told: () =>
      tellLook(look, {
        at: clock.now(),
        lastPass,
        memory: memory.current(),
        runner,
        link,
        issues: [...memory.issues(), ...recorder.issues(), ...rounds.issues()],
      }),
    desired: desiredNow,
    plan: async (signal) => (await lookNow(signal)).plan,
    ...orders,
    ...deeds,
    onChange: changes.add,
    onNotice: notices.add,
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
}

const aborted = async (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
