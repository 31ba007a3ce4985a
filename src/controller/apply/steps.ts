// One executor for each kind of step. Each takes only a step that `permit` let through, and is one call to Docker or
// one bounded sequence.
import { LABELS, OWNER } from '../../contracts/base-stack.ts';
import { EngineError } from '../../clients/engine.ts';
import { withDeadline } from '../../clients/deadline.ts';
import type { ServiceName } from '../../contracts/base-stack.ts';
import type { INTERRUPTS } from '../../contracts/step-kinds.ts';
import type { PermittedStep } from '../plan/permit.ts';
import { isPrevious } from '../plan/names.ts';
import type { Step, StepKind } from '../plan/state.ts';
import { canary } from './canary.ts';
import { DONE, serviceOf, type Executor, type Hands, type Outcome, type StepOf } from './hands.ts';
import { ensureImage } from './ensure-image.ts';
import { dropStale, makeContainer, putFiles, startContainer } from './make-container.ts';
import { finishReplacement, replace, returnOld } from './replace.ts';

const SHORT_MS = 30_000;
/** An image may have to come from an archive, or through a customer's line. */
const LONG_MS = 900_000;

type Entry = {
  readonly limitMs: number;
  readonly run: (step: Step, hands: Hands, signal: AbortSignal) => Promise<Outcome>;
};

/** An executor at its place in the table; a kind that INTERRUPTS does not know does not compile. */
const of = <K extends keyof typeof INTERRUPTS>(kind: K, limitMs: number, run: Executor<K>): Entry => ({
  limitMs,
  run: async (step, hands, signal) => {
    if (!isOfKind(step, kind)) throw new TypeError(`a step ${step.kind} is no ${kind}`);
    return run(step, hands, signal);
  },
});

const isOfKind = <K extends StepKind>(step: Step, kind: K): step is StepOf<K> => step.kind === kind;

const create: Executor<'create'> = async (step, hands, signal) => {
  const service = serviceOf(hands, step.service);
  const image = await ensureImage(service.image, hands, signal);
  await putFiles(service, hands);
  await startContainer(service, await makeContainer(service, image, hands, signal), hands, signal);
  return DONE;
};

/** The image is there before what runs no more is removed. */
const recreate: Executor<'recreate'> = async (step, hands, signal) =>
  makeAnew(step.service, step.containerId, hands, signal);

const start: Executor<'start'> = async (step, hands, signal) => {
  const service = serviceOf(hands, step.service);
  const container = hands.observed.containers.find(({ id }) => id === step.containerId);
  if (container?.hash === service.hash) await putFiles(service, hands);
  try {
    await startContainer(service, step.containerId, hands, signal);
  } catch (error) {
    // What only a new container heals: a task that a crash left behind, an endpoint of a network that is gone.
    if (!(error instanceof EngineError) || !HEALED_BY_NEW.has(error.kind)) throw error;
    hands.log.warn({ service: step.service, error: error.message }, 'cannot be started; made anew');
    await makeAnew(step.service, step.containerId, hands, signal);
    return { kind: 'done', detail: `made anew: ${error.message}` };
  }
  return DONE;
};

const HEALED_BY_NEW: ReadonlySet<EngineError['kind']> = new Set(['task-exists', 'no-such-network']);

/** A folder made anew is another one for a container that mounts it: only a start shows it what is there now. */
const restoreFiles: Executor<'restore-files'> = async (step, hands, signal) => {
  const service = serviceOf(hands, step.service);
  await putFiles(service, hands);
  await hands.engine.restartContainer(step.containerId, service.stopGraceS, signal);
  return DONE;
};

/** A new one that was left halfway is tried to its end, so that one that cannot run is known for it. */
const removeLeftover: Executor<'remove-leftover'> = async ({ service: name, containerId }, hands, signal) => {
  const service = hands.desired.services.find((candidate) => candidate.name === name);
  const container = hands.observed.containers.find(({ id }) => id === containerId);
  if (service !== undefined && container?.name === name && container.hash === service.hash) {
    const old = previousOf(service.name, hands);
    if (old !== undefined) return finishReplacement(service, { made: containerId, old }, hands, signal);
  }
  await hands.engine.removeContainer(containerId, signal);
  if (service !== undefined) await dropStale(service, hands, containerId);
  return DONE;
};

const adopt: Executor<'adopt'> = async (step, hands, signal) => {
  await returnOld(step.service, { id: step.containerId }, hands, signal);
  return DONE;
};

const createNetwork: Executor<'create-network'> = async (_step, { engine, desired }, signal) => {
  await engine.createNetwork(desired.network, { [LABELS.owner]: OWNER }, signal);
  return DONE;
};

const removeNetwork: Executor<'remove-network'> = async ({ networkId }, { engine, observed }, signal) => {
  const members = observed.containers.filter(
    ({ ours, networks }) => ours && Object.values(networks).some(({ id }) => id === networkId),
  );
  const self = observed.self?.networkIds.includes(networkId) === true ? [observed.self] : [];
  for (const { id } of [...members, ...self]) await engine.disconnectNetwork(networkId, id, signal);
  await engine.removeNetwork(networkId, signal);
  return DONE;
};

const connectSelf: Executor<'connect-self'> = async ({ networkId }, { engine, observed }, signal) => {
  if (observed.self === null) throw new Error('the controller runs in no container');
  await engine.connectNetwork(networkId, observed.self.id, signal);
  return DONE;
};

const connect: Executor<'connect'> = async ({ networkId, containerId }, { engine }, signal) => {
  await engine.connectNetwork(networkId, containerId, signal);
  return DONE;
};

const unpause: Executor<'unpause'> = async ({ containerId }, { engine }, signal) => {
  await engine.unpauseContainer(containerId, signal);
  return DONE;
};

const stop: Executor<'stop'> = async ({ service, containerId }, hands, signal) => {
  const grace = hands.desired.services.find(({ name }) => name === service)?.stopGraceS ?? DEFAULT_GRACE_S;
  await hands.engine.stopContainer(containerId, grace, signal);
  return DONE;
};

const updateLimits: Executor<'update-limits'> = async ({ service, containerId }, hands, signal) => {
  const { memoryBytes, pids } = serviceOf(hands, service);
  await hands.engine.updateLimits(containerId, { memoryBytes, pids, restart: 'always' }, signal);
  return DONE;
};

const STEPS = {
  'create-network': of('create-network', SHORT_MS, createNetwork),
  'remove-network': of('remove-network', SHORT_MS, removeNetwork),
  'connect-self': of('connect-self', SHORT_MS, connectSelf),
  canary: of('canary', SHORT_MS, canary),
  create: of('create', LONG_MS, create),
  start: of('start', LONG_MS, start),
  unpause: of('unpause', SHORT_MS, unpause),
  stop: of('stop', LONG_MS, stop),
  recreate: of('recreate', LONG_MS, recreate),
  replace: of('replace', LONG_MS, replace),
  adopt: of('adopt', SHORT_MS, adopt),
  connect: of('connect', SHORT_MS, connect),
  'update-limits': of('update-limits', SHORT_MS, updateLimits),
  'restore-files': of('restore-files', LONG_MS, restoreFiles),
  'remove-leftover': of('remove-leftover', LONG_MS, removeLeftover),
} as const satisfies Record<StepKind, Entry>;

const DEFAULT_GRACE_S = 10;

/** The one door to everything that changes Docker: nothing but what `permit` let through passes it. */
export async function applyStep(
  { step }: PermittedStep,
  hands: Hands,
  signal: AbortSignal,
): Promise<Outcome> {
  const { limitMs, run } = STEPS[step.kind];
  return withDeadline(signal, limitMs, async (limited) => run(step, hands, limited));
}

async function makeAnew(name: ServiceName, id: string, hands: Hands, signal: AbortSignal): Promise<Outcome> {
  const service = serviceOf(hands, name);
  const image = await ensureImage(service.image, hands, signal);
  await putFiles(service, hands);
  await hands.engine.removeContainer(id, signal);
  hands.onStage(`${name}: removed`);
  await startContainer(service, await makeContainer(service, image, hands, signal), hands, signal);
  return DONE;
}

const previousOf = (name: ServiceName, { observed }: Hands) =>
  observed.containers.find((container) => isPrevious(name, container));
