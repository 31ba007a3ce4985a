// What the planner looks at besides what should be: what is (Observed) and what was (Memory); and what it says:
// steps and issues. All plain values; the planner is a pure function of them and of the time.
import type { ServiceName } from '../../contracts/base-stack.ts';
import type { InspectedContainer, ListedNetwork } from '../../clients/engine.ts';
import type { BasePause } from '../../contracts/facts/base-stack.ts';

/** A container that holds one of our names, has our label, or is a leftover of a replacement. */
export type ObservedContainer = InspectedContainer & {
  readonly ours: boolean;
  /** By its label; null when it has none of ours. */
  readonly service: string | null;
  readonly hash: string | null;
};

/** Whether the stacks folder is the right one. `new`: nothing is remembered yet, and its sentinel is there. */
export type StacksFolder =
  | { readonly state: 'right' | 'new' }
  /** Missing, another one, or not at the same path where the daemon runs. */
  | { readonly state: 'wrong'; readonly why: string };

export type Observed = {
  readonly at: number;
  readonly daemon: { readonly version: string; readonly runtime: string | null };
  readonly networks: readonly ListedNetwork[];
  readonly containers: readonly ObservedContainer[];
  /** The controller's own container; null when it runs in none. */
  readonly self: { readonly id: string; readonly networkIds: readonly string[] } | null;
  readonly stacksFolder: StacksFolder;
  /** Whose files below the stacks folder are not as they were put there. */
  readonly spoilt: ReadonlySet<ServiceName>;
};

/** The last steps that failed: how many without ten quiet minutes between, when, and why. */
export type StepFailures = {
  readonly step: StepKind;
  /** What it should have become: another configuration is tried at once. Null where there is none. */
  readonly hash: string | null;
  readonly count: number;
  readonly last: number;
  readonly nextTry: number;
  readonly why: string;
};

/** What steps are about that belong to no service. */
export type SharedSubject = 'network' | 'canary' | 'self';

export type ServiceMemory = {
  readonly failures: StepFailures | null;
  /** When a container of it died, the newest last; at most 20. */
  readonly deaths: readonly { readonly at: number; readonly exitCode: number | null }[];
  readonly pause: BasePause | null;
  /** A hash that was rolled back is not tried again by itself. */
  readonly rejected: {
    readonly hash: string;
    readonly at: number;
    readonly image: string;
    readonly why: string;
  } | null;
};

/** In `<data>/memory.json`; survives restarts of the controller. */
export type Memory = {
  /** What stands in the sentinel of the stacks folder; null before it was first seen. */
  readonly sentinel: string | null;
  /** Docker and runc of the last good start: another one gets a canary first. */
  readonly lastGoodDaemon: string | null;
  readonly services: Readonly<Partial<Record<ServiceName, ServiceMemory>>>;
  readonly shared: Readonly<Partial<Record<SharedSubject, StepFailures>>>;
};

type StepBody =
  | { readonly kind: 'create-network' }
  /** A second one of ours with the same name: our containers are disconnected from it first. */
  | { readonly kind: 'remove-network'; readonly networkId: string }
  | { readonly kind: 'connect-self'; readonly networkId: string }
  /** A container of our own image of nothing is started once, because Docker or runc changed. */
  | { readonly kind: 'canary'; readonly daemon: string }
  | { readonly kind: 'create'; readonly service: ServiceName }
  | {
      readonly kind: 'start' | 'unpause' | 'stop';
      readonly service: ServiceName;
      readonly containerId: string;
    }
  /** Removed and created again: dead, created but broken, or on an old network. */
  | { readonly kind: 'recreate'; readonly service: ServiceName; readonly containerId: string }
  | { readonly kind: 'replace'; readonly service: ServiceName; readonly containerId: string }
  /** The old one of a replacement that was interrupted gets its name back. */
  | { readonly kind: 'adopt'; readonly service: ServiceName; readonly containerId: string }
  | {
      readonly kind: 'connect';
      readonly service: ServiceName;
      readonly containerId: string;
      readonly networkId: string;
    }
  /** Its files are put there again, and it reads them anew. */
  | { readonly kind: 'restore-files'; readonly service: ServiceName; readonly containerId: string }
  | { readonly kind: 'update-limits'; readonly service: ServiceName; readonly containerId: string }
  /** An old one that is not needed any more, a new one that never got going, or a canary. Never its volumes. */
  | { readonly kind: 'remove-leftover'; readonly service: ServiceName | null; readonly containerId: string };

/** Each with the fact that led to it, in English. */
export type Step = StepBody & { readonly cause: string };
export type StepKind = Step['kind'];

/** After these a container was started from an image, by this daemon and its runtime, with all that we ask of it. */
export const STARTS_NEW: ReadonlySet<StepKind> = new Set(['create', 'recreate', 'replace']);

/** What is held back, and why. */
export type Held = { readonly subject: string; readonly why: string; readonly until: number | null };

export type PlanIssue = {
  readonly code: string;
  readonly level: 'warn' | 'fail';
  readonly subject: string;
  readonly text: string;
  readonly hint: string | null;
  readonly healsItself: boolean;
};

export type Plan = {
  readonly steps: readonly Step[];
  readonly held: readonly Held[];
  readonly issues: readonly PlanIssue[];
  /** What keeps everything from being done; null when nothing does. */
  readonly blocked: string | null;
};
