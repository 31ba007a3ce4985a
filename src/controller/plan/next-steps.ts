// What one service needs now to become what it should be, by what is seen alone. Whether it is done now (pauses,
// back-off, the network, a canary) is judged by plan-service.ts.
import { formatDuration } from '../../base/units.ts';
import type { ServiceName } from '../../contracts/base-stack.ts';
import type { DesiredService } from '../desired/desired.ts';
import { isOf, isPrevious } from './names.ts';
import type { Observed, ObservedContainer, Step } from './state.ts';

export type Next = {
  readonly steps: readonly Step[];
  /** What is waited for instead. */
  readonly waits?: { readonly why: string; readonly until: number | null };
};

export type NextInput = {
  readonly desired: DesiredService;
  readonly observed: Observed;
  /** Its hash was rolled back. */
  readonly rejected: boolean;
  readonly network: { readonly name: string; readonly id: string | null };
  readonly now: number;
};

export function nextSteps(input: NextInput): Next {
  const { desired, observed } = input;
  const { name } = desired;
  const holder = observed.containers.find((container) => isOf(name, container));
  const previous = observed.containers
    .filter((container) => isPrevious(name, container))
    // The best first, then the newest.
    .toSorted(
      (one, other) =>
        worth(other) - worth(one) ||
        (other.createdAt ?? 0) - (one.createdAt ?? 0) ||
        (one.id < other.id ? -1 : 1),
    );
  if (holder === undefined) return { steps: [withoutHolder(name, previous[0])] };
  if (holder.state === 'removing')
    return { steps: [], waits: { why: 'Docker is removing its container', until: null } };
  return afterReplacement(input, holder, previous) ?? asItStands(input, holder, previous.length > 0);
}

/** How good an old one is to go back to: runs well, has run, has run badly, never ran. */
const worth = ({ state, health }: ObservedContainer): number =>
  state === 'created' || state === 'dead' ? 0 : health === 'unhealthy' ? 1 : state === 'running' ? 3 : 2;

function withoutHolder(name: ServiceName, previous: ObservedContainer | undefined): Step {
  return previous === undefined
    ? { kind: 'create', service: name, cause: `there is no container ${name}` }
    : {
        kind: 'adopt',
        service: name,
        containerId: previous.id,
        cause: `a replacement was interrupted: the old container is there as ${previous.name}`,
      };
}

/** Both the old one and the new one are there: a replacement ended too early, or has not settled. */
function afterReplacement(
  { desired, now }: NextInput,
  holder: ObservedContainer,
  previous: readonly ObservedContainer[],
): Next | undefined {
  const { name } = desired;
  if (previous.length === 0 || holder.state === 'paused') return undefined;
  const settleMs = desired.settleS * 1000;
  const ranMs =
    holder.startedAt === null
      ? 0
      : (holder.state === 'running' ? now : (holder.finishedAt ?? 0)) - holder.startedAt;
  if (holder.state === 'running' && holder.health !== 'unhealthy') {
    // Before its own start: the clock was set back, and tells nothing.
    if (holder.health !== 'healthy' && ranMs >= 0 && ranMs < settleMs)
      return { steps: [], waits: { why: 'its new container is settling', until: now - ranMs + settleMs } };
    const steps = previous.map(({ id, name: old }): Step => ({
      kind: 'remove-leftover',
      service: name,
      containerId: id,
      cause: `${old} is not needed any more: ${name} runs`,
    }));
    return { steps };
  }
  // It was good, and ended later.
  if (holder.state === 'exited' && ranMs >= settleMs) return undefined;
  // Back only to what is better.
  if (Math.max(...previous.map(worth)) <= worth(holder) && holder.state !== 'exited') return undefined;
  const cause = `a replacement was interrupted: the new container is ${holder.health === 'unhealthy' ? 'unhealthy' : holder.state}, and the old one is still there`;
  return { steps: [{ kind: 'remove-leftover', service: name, containerId: holder.id, cause }] };
}

function asItStands(input: NextInput, holder: ObservedContainer, oldIsThere: boolean): Next {
  const { desired, observed, rejected, network } = input;
  const { name } = desired;
  const step = (
    kind: 'start' | 'unpause' | 'recreate' | 'replace' | 'update-limits' | 'restore-files',
    cause: string,
  ): Next => ({
    steps: [{ kind, service: name, containerId: holder.id, cause }],
  });
  if (holder.hash !== desired.hash && !rejected) {
    // What never ran can be no way back, and one way back is enough: never two old ones beside each other.
    const keeps = holder.state !== 'created' && holder.state !== 'dead' && !oldIsThere;
    return step(keeps ? 'replace' : 'recreate', differs(desired, holder));
  }
  if (holder.state === 'dead') return step('recreate', 'its container is dead');
  const endpoint = holder.networks[network.name];
  if (network.id !== null && endpoint !== undefined && endpoint.id !== '' && endpoint.id !== network.id)
    return step('recreate', `it is on a network ${network.name} that is gone`);
  if (holder.state === 'paused') return step('unpause', 'its container is frozen (docker pause)');
  // Docker alone would start it on them for ever.
  if (observed.spoilt.has(name) && holder.hash === desired.hash && SPOILT.has(holder.state))
    return step('restore-files', 'its files below the stacks folder were changed');
  if (holder.state === 'restarting')
    return { steps: [], waits: { why: `${ended(holder, input.now)}; Docker restarts it`, until: null } };
  if (network.id !== null && endpoint === undefined) {
    const cause = `it is not connected to ${network.name}`;
    return {
      steps: [{ kind: 'connect', service: name, containerId: holder.id, networkId: network.id, cause }],
    };
  }
  if (holder.state === 'created')
    return holder.startError === ''
      ? step('start', 'its container was made and never started')
      : // Only this heals what a crash during a start leaves behind ("task already exists").
        step('recreate', `its container did not start: ${holder.startError}`);
  if (holder.state === 'exited')
    return /already exists/.test(holder.startError)
      ? step('recreate', `its container cannot be started again: ${holder.startError}`)
      : step('start', ended(holder, input.now));
  if (holder.memoryBytes !== desired.memoryBytes || holder.pidsLimit !== desired.pids)
    return step('update-limits', 'its limits were changed');
  if (holder.restartPolicy !== 'always') return step('update-limits', 'its restart policy was changed');
  return { steps: [] };
}

/** Those that are started by us get theirs before. */
const SPOILT: ReadonlySet<string> = new Set(['running', 'restarting']);

/** `exited with code 137 12 s ago`. */
export function ended(container: ObservedContainer, now: number): string {
  const { exitCode, oomKilled, finishedAt } = container;
  const how = oomKilled
    ? 'was killed: it used more memory than its limit'
    : exitCode === null
      ? 'exited'
      : `exited with code ${exitCode}`;
  return finishedAt === null ? how : `${how} ${formatDuration(now - finishedAt, 'en')} ago`;
}

function differs(desired: DesiredService, holder: ObservedContainer): string {
  if (holder.hash === null) return 'nothing says what its container was made from';
  return holder.image !== desired.image.reference && !holder.image.startsWith('sha256:')
    ? `it should run ${desired.image.reference} and runs ${holder.image}`
    : 'its configuration has changed';
}
