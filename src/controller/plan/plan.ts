// What is between what is and what should be: steps with their causes, what is held back, and what is wrong. A pure
// function: the plan can be shown without being done.
import { BASE_SERVICES } from '../../contracts/base-stack.ts';
import type { Desired } from '../desired/desired.ts';
import { heldUntil, stillCounting } from './back-off.ts';
import { networkConflict, stacksFolderWrong, stepFailed, strayContainer } from './issues.ts';
import { isCanary, isStray } from './names.ts';
import { planNetworks } from './plan-networks.ts';
import { planService } from './plan-service.ts';
import {
  STARTS_NEW,
  type Held,
  type Memory,
  type Observed,
  type Plan,
  type PlanIssue,
  type SharedSubject,
  type Step,
} from './state.ts';
import { daemonKey } from './transitions.ts';

export function plan(desired: Desired, observed: Observed, memory: Memory, now: number): Plan {
  const { stacksFolder } = observed;
  const blocked = stacksFolder.state === 'wrong' ? stacksFolder.why : null;
  const networks = planNetworks(desired.network, observed);
  const { kept, foreign } = networks;
  const wait = foreign !== null ? 'a network that is not ours has its name' : networkWait(networks.steps);
  const ground = {
    desired,
    observed,
    memory,
    now,
    network: { name: desired.network, id: kept?.id ?? null, why: wait, conflict: foreign !== null },
    blocked,
  };
  const services = BASE_SERVICES.map(({ name }) => planService(name, ground));
  const held: Held[] = services.flatMap((service) => service.held);
  const issues: PlanIssue[] = [
    ...(blocked === null ? [] : [stacksFolderWrong(blocked)]),
    ...(foreign === null ? [] : [networkConflict(desired.network, foreign.id)]),
    ...services.flatMap((service) => service.issues),
    ...observed.containers.filter(isStray).map(({ name }) => strayContainer(name)),
  ];
  const shared = (step: Step, subject: SharedSubject): readonly Step[] => {
    if (blocked !== null) return [];
    const failures = memory.shared[subject] ?? null;
    const until = heldUntil(failures, step.kind, null, now);
    if (until === undefined) return [step];
    held.push({ subject, why: `the last try failed: ${failures?.why ?? ''}`, until });
    return [];
  };
  const wanted = services.flatMap((service) => service.steps);
  const changing = wanted.filter(({ kind }) => STARTS_NEW.has(kind));
  const canary = changing.length > 0 ? planCanary(observed, memory) : undefined;
  const steps = [
    ...networks.steps.flatMap((step) => shared(step, step.kind === 'connect-self' ? 'self' : 'network')),
    ...(canary === undefined ? [] : shared(canary, 'canary')),
    ...wanted.filter(({ kind }) => canary === undefined || !STARTS_NEW.has(kind)),
    ...(blocked === null ? canaryLeftovers(observed) : []),
  ];
  for (const subject of ['network', 'self', 'canary'] as const) {
    const failures = stillCounting(memory.shared[subject] ?? null, now);
    if (failures !== null && failures.nextTry > now) issues.push(stepFailed(subject, failures.why));
  }
  return { steps, held, issues, blocked };
}

function planCanary({ daemon }: Observed, { lastGoodDaemon }: Memory): Step | undefined {
  const key = daemonKey(daemon);
  // The first start of all is its own proof.
  if (lastGoodDaemon === null || lastGoodDaemon === key) return undefined;
  return {
    kind: 'canary',
    daemon: key,
    cause: `Docker or runc has changed: ${lastGoodDaemon} before, ${key} now`,
  };
}

const canaryLeftovers = ({ containers }: Observed): readonly Step[] =>
  containers.filter(isCanary).map(({ id }) => ({
    kind: 'remove-leftover',
    service: null,
    containerId: id,
    cause: 'a canary was left behind',
  }));

const networkWait = (steps: readonly Step[]): string | null =>
  steps.some(({ kind }) => kind === 'create-network')
    ? 'its network is made first'
    : steps.some(({ kind }) => kind === 'remove-network')
      ? 'the second network of its name is removed first'
      : null;
