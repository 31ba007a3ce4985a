// Does the steps of a plan: those of the network first, then each service's in its lane. What was done, and why, goes
// into the ledger before it is done; what came of it into memory, log and notices.
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { ServiceName } from '../../contracts/base-stack.ts';
import type { Notice } from '../../contracts/routes.ts';
import { withDeadline } from '../../clients/deadline.ts';
import { EngineError, type Engine, type EngineErrorKind } from '../../clients/engine.ts';
import type { Log } from '../../daemon/log.ts';
import type { Hands, Outcome } from '../apply/hands.ts';
import { ensureImage, hasImage } from '../apply/ensure-image.ts';
import { explainPort } from '../apply/explain-port.ts';
import { applyStep } from '../apply/steps.ts';
import type { Desired, DesiredService } from '../desired/desired.ts';
import type { ProbeService } from '../health/probe-service.ts';
import type { Lanes } from './lanes.ts';
import type { MemoryFile } from './memory-file.ts';
import { noteAccepted, noteFailure, noteGoodDaemon, noteRollback, noteSuccess } from '../plan/transitions.ts';
import type { PermittedStep } from '../plan/permit.ts';
import { stillCounting } from '../plan/back-off.ts';
import { STARTS_NEW, type Observed, type SharedSubject, type Step } from '../plan/state.ts';
import type { Record } from './recorder.ts';

export type Moment = { readonly desired: Desired; readonly observed: Observed; readonly stacksDir: string };

export type StepRunner = {
  /** False when it failed: what comes after it in the plan makes no sense then. */
  readonly runShared: (permitted: PermittedStep, moment: Moment) => Promise<boolean>;
  /**
   * Whether the step can be done now. When the image has to come first, that has been begun beside the lane: it may
   * take a customer's line a quarter of an hour, in which what runs is healed as ever.
   */
  readonly ready: (service: ServiceName, step: Step, moment: Moment) => Promise<boolean>;
  /** In the lane of its service. Comes back when it is done, or has failed and that is noted. */
  readonly runInLane: (service: ServiceName, permitted: PermittedStep, moment: Moment) => Promise<void>;
  /** What is done to a service at this moment. */
  readonly doing: (service: ServiceName) => Step | undefined;
  /** Whether a new version of it is being tried, and has not taken longer than that should. */
  readonly isReplacing: (service: ServiceName) => boolean;
};

export type RunnerOptions = {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly log: Log;
  readonly dataFolder: string;
  readonly lanes: Lanes;
  /** In which images come. */
  readonly fetching: Lanes;
  /** An image came, or did not, and that is noted. */
  readonly onFetched: () => void;
  readonly memory: MemoryFile;
  readonly record: Record;
  readonly notice: (kind: Notice['kind'], subject: string, detail: string) => void;
  readonly onApplied: (step: Step) => void;
  readonly exitCodeOf: (containerId: string) => number | null;
  readonly probe: ProbeService;
  readonly onStage: (stage: string) => void;
  readonly signal: AbortSignal;
};

export function createStepRunner(options: RunnerOptions): StepRunner {
  const { engine, clock, log, dataFolder, lanes, fetching, memory, record, notice, signal } = options;
  const doing = new Map<ServiceName, { readonly step: Step; readonly began: number }>();
  const handsOf = ({ desired, observed, stacksDir }: Moment): Hands => ({
    engine,
    clock,
    log,
    dataFolder,
    stacksDir,
    desired,
    observed,
    reject: async (service, why) => {
      memory.change((known) =>
        noteRollback(known, service.name, {
          hash: service.hash,
          at: clock.now(),
          image: service.image.reference,
          why,
        }),
      );
      // On a full disk it goes back all the same: a service that stays down is worse than one tried again.
      await memory.keep().catch((error: unknown) => {
        log.error({ service: service.name, error: messageOf(error) }, 'rejected, and not on the disk');
      });
    },
    rejected: (service: DesiredService) => {
      const rejected = memory.current().services[service.name]?.rejected;
      return rejected?.hash === service.hash ? rejected.why : null;
    },
    exitCodeOf: options.exitCodeOf,
    probe: options.probe,
    onStage: options.onStage,
  });

  const apply = async (permitted: PermittedStep, subject: string, moment: Moment): Promise<Outcome> => {
    const { step } = permitted;
    const { kind, cause } = step;
    log.info({ step: kind, subject, cause }, 'step');
    // Written meanwhile: what heals by itself does not wait for a busy disk, nor for one that is full.
    const written = record('base.step', null, subject, { kind, cause });
    try {
      const outcome = await applyStep(permitted, handsOf(moment), signal);
      options.onApplied(step);
      return outcome;
    } finally {
      await written;
    }
  };

  const failed = async (step: Step, subject: string, why: string): Promise<void> => {
    log.warn({ step: step.kind, subject, why }, 'step failed');
    await record('base.step-failed', null, subject, { kind: step.kind, why });
  };

  const runService = async (
    service: ServiceName,
    permitted: PermittedStep,
    moment: Moment,
  ): Promise<void> => {
    const { step } = permitted;
    const began = clock.monotonic();
    try {
      const outcome = await apply(permitted, service, moment);
      const took = `${Math.round(clock.monotonic() - began)} ms`;
      if (outcome.kind === 'rolled-back') {
        const image = moment.desired.services.find(({ name }) => name === service)?.image.reference ?? '';
        await record('base.rolled-back', null, service, { image, why: outcome.why });
        log.warn({ service, image, why: outcome.why }, 'rolled back');
        notice('service-rolled-back', service, `${image}: ${outcome.why}; the version before runs again`);
        return;
      }
      memory.change((known) => {
        const noted = noteSuccess(known, service, step.kind, clock.now());
        if (!STARTS_NEW.has(step.kind)) return noted;
        const good = noteGoodDaemon(noted, moment.observed.daemon);
        return step.kind === 'replace' ? noteAccepted(good, service) : good;
      });
      if (step.kind !== 'stop') notice('service-healed', service, `${step.kind}: ${step.cause} (${took})`);
    } catch (error) {
      const hash = moment.desired.services.find(({ name }) => name === service)?.hash ?? null;
      await noteFailed(service, step, hash, error);
    }
  };

  const noteFailed = async (
    service: ServiceName,
    step: Step,
    hash: string | null,
    error: unknown,
  ): Promise<void> => {
    if (signal.aborted) return;
    const why = await explainPort(error, engine, signal);
    await failed(step, service, why);
    // A daemon that is gone is no failure of the service: it is tried as soon as Docker answers.
    if (error instanceof EngineError && (error.kind === 'unreachable' || OVERTAKEN.has(error.kind))) return;
    const first = stillCounting(memory.current().services[service]?.failures ?? null, clock.now()) === null;
    memory.change((known) => noteFailure(known, service, { step: step.kind, hash, why }, clock.now()));
    if (first) notice('service-failed', service, `${step.kind}: ${why}`);
  };

  const fetchImage = async (wanted: DesiredService, step: Step): Promise<void> =>
    fetching.run(wanted.name, async () => {
      log.info({ service: wanted.name, image: wanted.image.reference }, 'image is fetched');
      try {
        await withDeadline(signal, FETCH_MS, async (limited) =>
          ensureImage(wanted.image, { engine, log, dataFolder }, limited),
        );
      } catch (error) {
        await noteFailed(wanted.name, step, wanted.hash, error);
      }
    });

  return {
    ready: async (service, step, { desired }) => {
      const wanted = desired.services.find(({ name }) => name === service);
      if (wanted === undefined || !STARTS_NEW.has(step.kind)) return true;
      if (fetching.busy(service)) return false;
      if (await hasImage(wanted.image, engine, signal)) return true;
      void fetchImage(wanted, step).finally(options.onFetched);
      return false;
    },
    runShared: async (permitted, moment) => {
      const { step } = permitted;
      const subject = sharedSubject(step);
      try {
        await apply(permitted, subject, moment);
        memory.change((known) => {
          const noted = noteSuccess(known, subject, step.kind, clock.now());
          return step.kind === 'canary' ? noteGoodDaemon(noted, moment.observed.daemon) : noted;
        });
        return true;
      } catch (error) {
        if (signal.aborted) return false;
        const why = messageOf(error);
        await failed(step, subject, why);
        if (error instanceof EngineError && error.kind === 'unreachable') return false;
        memory.change((known) =>
          noteFailure(known, subject, { step: step.kind, hash: null, why }, clock.now()),
        );
        return false;
      }
    },
    runInLane: async (service, permitted, moment) =>
      lanes.run(service, async () => {
        doing.set(service, { step: permitted.step, began: clock.monotonic() });
        try {
          await runService(service, permitted, moment);
        } finally {
          doing.delete(service);
        }
      }),
    doing: (service) => doing.get(service)?.step,
    isReplacing: (service) => {
      const { step, began = 0 } = doing.get(service) ?? {};
      return step?.kind === 'replace' && clock.monotonic() - began < REPLACING_MS;
    },
  };
}

/** Somebody removed, renamed or made a container since the look: the next one tells, and that is no failure. */
const OVERTAKEN: ReadonlySet<EngineErrorKind> = new Set(['no-such-container', 'name-taken']);

const FETCH_MS = 900_000;
/** Stopping the old one, starting the new one and settling: what takes longer is no planned gap any more. */
const REPLACING_MS = 120_000;

const sharedSubject = ({ kind }: Step): SharedSubject =>
  kind === 'canary' || kind === 'remove-leftover' ? 'canary' : kind === 'connect-self' ? 'self' : 'network';
