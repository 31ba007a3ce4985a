// The parts that a controller is put together from (start-controller.ts), as each sees the others.
import type { ServiceName } from '../contracts/base-stack.ts';
import type { ControllerConfig } from '../contracts/controller-config.ts';
import type {
  BasePause,
  BaseStackFacts,
  HealthIssue,
  HealthStatus,
  LinkState,
} from '../contracts/facts/base-stack.ts';
import type { LedgerCaller } from '../contracts/facts/ledger.ts';
import type { Notice, RouteAnswer } from '../contracts/routes.ts';
import type { Desired } from './desired/desired.ts';
import type { PlanIssue, Plan, Step } from './plan/state.ts';

/** What this guest is told to be: read at start, replaced when the hub has a higher generation. */
export type ConfigBook = {
  /** Null while nothing says whose guest this is. */
  readonly current: () => ControllerConfig | null;
  /** What is wrong with bootstrap.json, controller.yaml or the hub's answer; secrets are never quoted. */
  readonly problems: () => readonly PlanIssue[];
  /** Whether the hub gave its configuration. */
  readonly hubLink: () => LinkState;
  /**
   * Writes the agent's certificate into controller.yaml: the one that it shows now, and the one to come (null when
   * none is). Comes back when it is on the disk.
   */
  readonly keepCertificates: (next: string | null, inUse: string) => Promise<void>;
  readonly onChange: (listener: () => void) => () => void;
  /** Looks at bootstrap.json and controller.yaml now: the agent refused what they say. */
  readonly reread: () => Promise<void>;
  /** Asks the hub now. */
  readonly refresh: () => Promise<void>;
  readonly stop: () => void;
};

/** What the reconciler knows at this moment. */
export type BaseTold = Pick<BaseStackFacts, 'services' | 'steps' | 'blocked' | 'last_pass'> & {
  readonly issues: readonly PlanIssue[];
  readonly docker: LinkState;
  /** The name of the machine that Docker runs on. */
  readonly guestHostname: string | null;
  /** Addresses of the services on the base network, for probes. */
  readonly addresses: Readonly<Partial<Record<ServiceName, string>>>;
  /** Whose new version is being tried at this moment, as planned. */
  readonly replacing: readonly ServiceName[];
};

export type ContainerDeed = 'start' | 'stop' | 'restart';

/** The one writer: observes, plans, permits, applies, again. */
export type Reconciler = {
  readonly told: () => BaseTold;
  /** Looks anew and does nothing. */
  readonly plan: (signal: AbortSignal) => Promise<Plan>;
  /** Ends back-offs, takes rejected versions for new ones, and does all of it now. */
  readonly applyNow: (by: LedgerCaller, signal: AbortSignal) => Promise<readonly Step[]>;
  readonly pause: (service: ServiceName, pause: BasePause, by: LedgerCaller) => Promise<void>;
  readonly resume: (service: ServiceName, by: LedgerCaller) => Promise<void>;
  /** Which container a name or an id's beginning means, where we may touch it. Throws as `act` does. */
  readonly find: (
    containerId: string,
    signal: AbortSignal,
  ) => Promise<{ readonly id: string; readonly name: string }>;
  /** Throws a Refusal: `E_NO_SUCH`, `E_NOT_OURS`, `E_DOCKER`. Whether a word was typed has been judged before. */
  readonly act: (
    containerId: string,
    deed: ContainerDeed,
    by: LedgerCaller,
    signal: AbortSignal,
  ) => Promise<{ readonly id: string; readonly name: string; readonly state: string }>;
  readonly readLog: (
    containerId: string,
    options: { readonly tail: number; readonly previous: boolean },
    signal: AbortSignal,
  ) => Promise<{ readonly id: string; readonly lines: readonly string[] }>;
  /** After anything that `told` says has changed. */
  readonly onChange: (listener: () => void) => () => void;
  readonly onNotice: (listener: (notice: Notice) => void) => () => void;
  /** What should be, as far as it is known: for whoever probes it. */
  readonly desired: () => Desired | null;
  /** Resolves with the reason when Docker has been dead for so long that this process should be started anew (exit 75). */
  readonly dead: Promise<string>;
  /** Lets a step that is being applied end, within its own limits. */
  readonly stop: () => Promise<void>;
};

export type Health = {
  readonly told: () => {
    readonly status: HealthStatus;
    readonly issues: readonly HealthIssue[];
    readonly at: number;
  };
  /** What each service itself answered the last time. */
  readonly probeOf: (service: ServiceName) => BaseStackFacts['services'][number]['probe'];
  readonly onChange: (listener: () => void) => () => void;
  readonly stop: () => void;
};

/** The host's agent, over pinned TLS. Each call throws an ActionableError with the agent's code, or `unreachable`. */
export type AgentProxy = {
  readonly link: () => LinkState;
  readonly hostMetrics: (signal: AbortSignal) => Promise<RouteAnswer<'hostMetrics'>>;
  readonly disks: (signal: AbortSignal) => Promise<RouteAnswer<'disks'>>;
  readonly format: (
    body: { readonly device: string; readonly fstype: string },
    signal: AbortSignal,
  ) => Promise<RouteAnswer<'formatDisk'>>;
  readonly stop: () => void;
};

/** All of it as the console sees it: put together from the parts, one consistent moment. */
export type TellBase = () => BaseStackFacts;
