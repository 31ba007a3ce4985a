// One service: what it needs (next-steps.ts), what of it is done now, what is held back and why, and what is wrong.
import type { ServiceName } from '../../contracts/base-stack.ts';
import type { Desired } from '../desired/desired.ts';
import { heldUntil, stillCounting } from './back-off.ts';
import { findCrashLoop } from './crash-loop.ts';
import {
  configRefused,
  crashLoop,
  lackingKeys,
  nameConflict,
  notConfigured,
  notRunning,
  paused,
  rolledBack,
  stepFailed,
} from './issues.ts';
import { isOf, isPrevious } from './names.ts';
import { nextSteps } from './next-steps.ts';
import type { Held, Memory, Observed, ObservedContainer, PlanIssue, Step, StepKind } from './state.ts';
import { isPaused, memoryOf } from './transitions.ts';

export type ServiceGround = {
  readonly desired: Desired;
  readonly observed: Observed;
  readonly memory: Memory;
  readonly now: number;
  /** `why`: what has to come before anything is put on it. `conflict`: that does not come by itself. */
  readonly network: {
    readonly name: string;
    readonly id: string | null;
    readonly why: string | null;
    readonly conflict: boolean;
  };
  /** Why nothing may be made or started; null when nothing keeps us. */
  readonly blocked: string | null;
};

export type ServicePlan = {
  readonly steps: readonly Step[];
  readonly held: readonly Held[];
  readonly issues: readonly PlanIssue[];
};

export function planService(name: ServiceName, ground: ServiceGround): ServicePlan {
  const { desired, observed, memory, now } = ground;
  const named = observed.containers.find((container) => container.name === name);
  if (named !== undefined && !isOf(name, named)) {
    const why = `the name is held by a container that is not ours (${named.id.slice(0, 12)})`;
    const issues = [nameConflict(name, named.id)];
    return { steps: [], held: [{ subject: name, why, until: null }], issues };
  }
  const { pause } = memoryOf(memory, name);
  if (isPaused(pause, now)) return planPaused(name, observed, pause);
  const needs = desired.notConfigured.find(({ service }) => service === name);
  if (needs !== undefined) {
    // What runs is left running: keys that vanish are more often a mistake than a wish to take the guest off the net.
    const why = `${needs.keys.join(', ')} not set`;
    const issues = [notConfigured(name, needs.keys, named !== undefined)];
    return { steps: [], held: [{ subject: name, why, until: null }], issues };
  }
  const refused = desired.refused.find(({ service }) => service === name);
  if (refused !== undefined) {
    const issues = [configRefused(name, refused.why, runs(named))];
    return { steps: [], held: [{ subject: name, why: refused.why, until: null }], issues };
  }
  return planWanted(name, ground, named);
}

function planPaused(
  name: ServiceName,
  { containers }: Observed,
  pause: NonNullable<ReturnType<typeof memoryOf>['pause']>,
): ServicePlan {
  const why = `paused by ${pause.by ?? 'somebody'}: ${pause.reason}`;
  // In the middle of a replacement it is the old one that runs.
  const up = containers.filter((one) => (isOf(name, one) || isPrevious(name, one)) && !DOWN.has(one.state));
  return {
    steps: up.map(({ id }) => ({ kind: 'stop', service: name, containerId: id, cause: why })),
    held: [{ subject: name, why, until: pause.until }],
    issues: [paused(name, pause)],
  };
}

/** `restarting` is not among them: Docker would start it again. */
const DOWN: ReadonlySet<string> = new Set(['created', 'exited', 'dead', 'removing']);

function planWanted(
  name: ServiceName,
  ground: ServiceGround,
  container: ObservedContainer | undefined,
): ServicePlan {
  const { desired, observed, memory, now, network } = ground;
  const wanted = desired.services.find((service) => service.name === name);
  if (wanted === undefined) return { steps: [], held: [], issues: [] };
  const remembered = memoryOf(memory, name);
  const rejected = remembered.rejected?.hash === wanted.hash ? remembered.rejected : null;
  const next = nextSteps({ desired: wanted, observed, rejected: rejected !== null, network, now });
  const held: Held[] = next.waits === undefined ? [] : [{ subject: name, ...next.waits }];
  const steps: Step[] = [];
  for (const step of next.steps) {
    const reason = holdBack(step, ground, wanted.hash, remembered.failures);
    if (reason === undefined) steps.push(step);
    else if (!held.some(({ why }) => why === reason.why)) held.push({ subject: name, ...reason });
  }
  const loop = findCrashLoop(remembered.deaths, container, now);
  const up = runs(container);
  const failures = stillCounting(remembered.failures, now);
  const waits = failures !== null && failures.hash === wanted.hash && failures.nextTry > now;
  const reason = held[0]?.why ?? next.steps[0]?.cause ?? null;
  const attempts = next.steps.length + held.length;
  const takenBack = rejected === null || container?.hash === wanted.hash ? null : rejected;
  if (takenBack !== null) {
    const why = `${takenBack.image} was taken back: ${takenBack.why}; "base apply" tries it once more`;
    held.push({ subject: name, why, until: null });
  }
  const issues = [
    ...(up
      ? []
      : [notRunning(name, reason === null ? null : `${sentence(reason)}.`, heals(ground, attempts))]),
    ...(loop === undefined ? [] : [crashLoop(name, loop.deaths, loop.exitCode)]),
    ...(takenBack === null ? [] : [rolledBack(name, takenBack.image, takenBack.why)]),
    ...(up && waits ? [stepFailed(name, failures.why)] : []),
    ...desired.lacking.filter(({ service }) => service === name).map(({ keys }) => lackingKeys(name, keys)),
  ];
  return { steps, held, issues };
}

/** Why a step is not done now, or nothing. */
function holdBack(
  step: Step,
  { blocked, network, now }: ServiceGround,
  hash: string,
  failures: ReturnType<typeof memoryOf>['failures'],
): { readonly why: string; readonly until: number | null } | undefined {
  if (blocked !== null) return { why: blocked, until: null };
  const until = heldUntil(failures, step.kind, hash, now);
  if (until !== undefined) return { why: `the last try failed: ${failures?.why ?? ''}`, until };
  // One that is on the network already joins it by its id, whoever else has the name.
  const joined = step.kind === 'start' && network.id !== null;
  if (network.why !== null && NEEDS_NETWORK.has(step.kind) && !joined)
    return { why: network.why, until: null };
  return undefined;
}

const NEEDS_NETWORK: ReadonlySet<StepKind> = new Set([
  'create',
  'start',
  'recreate',
  'replace',
  'adopt',
  'connect',
  // It is started anew.
  'restore-files',
]);

const runs = (container: ObservedContainer | undefined): boolean => container?.state === 'running';

const heals = ({ blocked, network }: ServiceGround, doing: number): boolean =>
  blocked === null && !network.conflict && doing > 0;

const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
