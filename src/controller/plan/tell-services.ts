// A row for each service of the base stack, as the console shows it: what it is doing, why, and how it differs from
// what it should be. What its probe answered is added by whoever probes.
import { BASE_SERVICES, type ServiceName } from '../../contracts/base-stack.ts';
import type { BaseServiceTold } from '../../contracts/facts/base-stack.ts';
import type { Desired, DesiredService } from '../desired/desired.ts';
import { isOf, isPrevious } from './names.ts';
import { ended } from './next-steps.ts';
import type { Memory, Observed, ObservedContainer, Plan, Step } from './state.ts';
import { isPaused, memoryOf } from './transitions.ts';

export type Told = {
  /** Null before it was looked, and while nobody answers. */
  readonly observed: Observed | null;
  readonly desired: Desired | null;
  readonly memory: Memory;
  readonly plan: Plan | null;
  /** What is being done at this moment. */
  readonly doing: readonly Step[];
};

export const tellServices = (told: Told, now: number): readonly BaseServiceTold[] =>
  BASE_SERVICES.map(({ name, image }) => tellService(name, image, told, now));

function tellService(
  name: ServiceName,
  image: { readonly reference: string; readonly id: string | null },
  told: Told,
  now: number,
): BaseServiceTold {
  const { observed, desired, memory } = told;
  const remembered = memoryOf(memory, name);
  const wanted = desired?.services.find((service) => service.name === name);
  const named = observed?.containers.find((container) => container.name === name);
  const container = named !== undefined && isOf(name, named) ? named : undefined;
  const { state, cause, since, nextTry } = judge(name, told, named, now);
  const pause = isPaused(remembered.pause, now) ? remembered.pause : null;
  const missing = [...(desired?.notConfigured ?? []), ...(desired?.lacking ?? [])].find(
    ({ service }) => service === name,
  );
  return {
    name,
    state,
    cause,
    since,
    container:
      container === undefined ? null : { id: container.id, state: container.state, health: container.health },
    image: container?.image ?? image.reference,
    image_id: container?.imageId ?? image.id,
    drift:
      container === undefined || wanted === undefined || observed === null
        ? []
        : [...drift(wanted, container, observed, desired?.network ?? '')],
    missing_keys: [...(missing?.keys ?? [])],
    next_try: nextTry,
    restarts: container?.restartCount ?? null,
    pause,
    rolled_back:
      remembered.rejected === null
        ? null
        : {
            at: remembered.rejected.at,
            image: remembered.rejected.image,
            why: remembered.rejected.why,
          },
    probe: null,
  };
}

type Judged = {
  readonly state: BaseServiceTold['state'];
  readonly cause: string | null;
  readonly since: number | null;
  readonly nextTry: number | null;
};

function judge(
  name: ServiceName,
  { observed, desired, memory, plan, doing }: Told,
  named: ObservedContainer | undefined,
  now: number,
): Judged {
  const say = (state: Judged['state'], cause: string | null, since: number | null = null): Judged => ({
    state,
    cause,
    since,
    nextTry: null,
  });
  if (observed === null || desired === null || plan === null)
    return say('unknown', 'nothing has been seen of it');
  if (named !== undefined && !isOf(name, named))
    return say('name-conflict', `a container that is not ours has its name (${named.id.slice(0, 12)})`);
  const { pause } = memoryOf(memory, name);
  if (isPaused(pause, now))
    return say('paused', `paused by ${pause.by ?? 'somebody'}: ${pause.reason}`, pause.from);
  const down = named === undefined ? null : (named.finishedAt ?? named.createdAt);
  const since = named?.state === 'running' ? named.startedAt : down;
  const needs = desired.notConfigured.find(({ service }) => service === name);
  if (needs !== undefined) {
    const left = named?.state === 'running' ? '; its earlier container still runs' : '';
    return say('not-configured', `${needs.keys.join(', ')} not set${left}`, since);
  }
  const held = plan.held.find(({ subject }) => subject === name);
  const step = [...doing, ...plan.steps].find((one) => 'service' in one && one.service === name);
  if (step !== undefined && doing.includes(step)) return say('healing', step.cause, since);
  if (named?.state === 'running') {
    const told = say('running', held?.why ?? step?.cause ?? null, since);
    return held === undefined ? told : { ...told, nextTry: held.until };
  }
  if (held !== undefined && held.until !== null)
    return { ...say('back-off', held.why, since), nextTry: held.until };
  if (named?.state === 'restarting') return say('healing', held?.why ?? ended(named, now), since);
  if (step !== undefined) return say('healing', step.cause, since);
  return say('down', held?.why ?? (named === undefined ? 'it has no container' : ended(named, now)), since);
}

function* drift(
  wanted: DesiredService,
  container: ObservedContainer,
  observed: Observed,
  network: string,
): Generator<string> {
  const { image } = wanted;
  if (container.hash !== wanted.hash) yield 'it was made from another configuration';
  if (image.id !== null && container.imageId !== image.id)
    yield `it should run the image ${short(image.id)} and runs ${short(container.imageId)}`;
  if (container.memoryBytes !== wanted.memoryBytes)
    yield `its memory is limited to ${mebibytes(container.memoryBytes)} and not to ${mebibytes(wanted.memoryBytes)}`;
  if (container.pidsLimit !== wanted.pids)
    yield `it may have ${container.pidsLimit} processes and not ${wanted.pids}`;
  if (container.restartPolicy !== 'always')
    yield `its restart policy is ${container.restartPolicy === '' ? 'none' : container.restartPolicy} and not always`;
  if (container.privileged) yield 'it is privileged';
  const endpoint = container.networks[network];
  if (endpoint === undefined) yield `it is not connected to ${network}`;
  else if (endpoint.id !== '' && !observed.networks.some(({ id }) => id === endpoint.id))
    yield `it is on a network ${network} that is gone`;
  for (const one of observed.containers)
    if (isPrevious(wanted.name, one)) yield `an old container is left: ${one.name}`;
}

const short = (id: string): string => id.replace('sha256:', '').slice(0, 12);

/** Docker counts "no limit" as 0. */
const mebibytes = (bytes: number): string =>
  bytes === 0 ? 'nothing' : `${Math.round(bytes / 1024 / 1024)} MiB`;
