// What every executor of a step works with, and what comes of one.
import type { Clock } from '../../base/clock.ts';
import type { ServiceName } from '../../contracts/base-stack.ts';
import type { Engine } from '../../clients/engine.ts';
import type { Log } from '../../daemon/log.ts';
import type { Desired, DesiredService } from '../desired/desired.ts';
import type { ProbeService } from '../health/probe-service.ts';
import type { Observed, Step, StepKind } from '../plan/state.ts';

export type Hands = {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly log: Log;
  readonly dataFolder: string;
  readonly stacksDir: string;
  readonly desired: Desired;
  readonly observed: Observed;
  /** Remembers, on the disk where that can be written, that this version does not run: before anything is taken back. */
  readonly reject: (service: DesiredService, why: string) => Promise<void>;
  /** Why this very version was taken back before; null when it was not. */
  readonly rejected: (service: DesiredService) => string | null;
  /** With which code a container ended the last time, as its event told: Docker forgets it at the next start. */
  readonly exitCodeOf: (containerId: string) => number | null;
  /** Asks a service itself whether it is well. */
  readonly probe: ProbeService;
  /** For tests that end this process between any two calls. */
  readonly onStage: (stage: string) => void;
};

export type Outcome =
  | { readonly kind: 'done'; readonly detail: string | null }
  /** The version before runs again. */
  | { readonly kind: 'rolled-back'; readonly why: string };

export type StepOf<K extends StepKind> = Step & { readonly kind: K };
export type Executor<K extends StepKind> = (
  step: StepOf<K>,
  hands: Hands,
  signal: AbortSignal,
) => Promise<Outcome>;

export const DONE: Outcome = { kind: 'done', detail: null };

/** What a permitted step is about is desired; when not, the plan was made of something else. */
export function serviceOf(hands: Hands, name: ServiceName): DesiredService {
  const service = hands.desired.services.find((candidate) => candidate.name === name);
  if (service === undefined) throw new Error(`nothing says how ${name} should be`);
  return service;
}
