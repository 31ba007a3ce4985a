// The one writer: observes, plans, permits, applies, again, until there is nothing to do. What triggers it: the start,
// an event of Docker, its stream closing and opening, a changed configuration, a person, and every 30 s.
import { createInTurn } from '../base/in-turn.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { BASE_NETWORK, CONTROLLER_CONTAINER, isServiceName, type ServiceName } from '../contracts/base-stack.ts';
import type { ControllerConfig } from '../contracts/controller-config.ts';
import type { BasePause } from '../contracts/facts/base-stack.ts';
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
import { planSteps } from './plan/plan.ts';
import { noteDeath, notePause, noteResume, forgetFailures } from './plan/remember.ts';
import type { Observed, Plan, PlanIssue, Step } from './plan/state.ts';
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

type Look = Moment & { readonly plan: Plan; readonly config: ControllerConfig; readonly issues: readonly PlanIssue[] };

const NOTHING: BaseTold = {
  services: [],
  steps: [],
  blocked: null,
  last_pass: null,
  issues: [],
  docker: { state: 'unknown', since: 0, detail: 'not asked yet' },
  guestHostname: null,
  addresses: {},
};
