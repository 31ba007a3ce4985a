// One look at what is: the lists of containers and networks, and the details of those that concern us. As few calls
// as it takes: with nothing to do, it is all that a pass costs.
import { BASE_SERVICES, LABELS, OWNER } from '../../contracts/base-stack.ts';
import type { Engine, InspectedContainer, ListedContainer } from '../../clients/engine.ts';
import type { Observed, ObservedContainer, StacksFolder } from '../plan/state.ts';

export type Daemon = Observed['daemon'];
export type Look = { readonly observed: Observed; readonly calls: number };

export async function observe(
  engine: Engine,
  {
    at,
    daemon,
    self,
    stacksFolder,
    spoilt,
  }: {
    readonly at: number;
    readonly daemon: Daemon;
    /** The name or id of the controller's own container. */
    readonly self: string | null;
    readonly stacksFolder: StacksFolder;
    readonly spoilt: Observed['spoilt'];
  },
  signal: AbortSignal,
): Promise<Look> {
  const [listed, networks] = await Promise.all([engine.listContainers(signal), engine.listNetworks(signal)]);
  const concerning = listed.filter(concernsUs);
  const [own, ...inspected] = await Promise.all([
    self === null ? undefined : engine.inspectContainer(self, signal),
    ...concerning.map(async ({ id }) => engine.inspectContainer(id, signal)),
  ]);
  return {
    observed: {
      at,
      daemon,
      networks,
      // One that is gone by now is seen by the look after its event.
      containers: inspected.flatMap((container) =>
        container === undefined || container.id === own?.id ? [] : [asObserved(container)],
      ),
      self:
        own === undefined
          ? null
          : { id: own.id, networkIds: Object.values(own.networks).map(({ id }) => id) },
      stacksFolder,
      spoilt,
    },
    calls: 2 + concerning.length + (self === null ? 0 : 1),
  };
}

/**
 * What was seen before, and one container as it is now: of one that has just died nothing more is needed, and each call
 * to Docker keeps it down longer. Undefined when it was not seen before, or is gone.
 */
export async function observeOne(
  engine: Engine,
  before: Observed,
  { id, ...now }: { readonly id: string } & Pick<Observed, 'at' | 'stacksFolder'>,
  signal: AbortSignal,
): Promise<Look | undefined> {
  if (!before.containers.some((one) => one.id === id)) return undefined;
  const found = await engine.inspectContainer(id, signal);
  if (found === undefined) return undefined;
  const containers = before.containers.map((one) => (one.id === id ? asObserved(found) : one));
  return { observed: { ...before, ...now, containers }, calls: 1 };
}

/** It has our label, one of our names, or the name of one that was set aside. */
const concernsUs = ({ name, labels }: Pick<ListedContainer, 'name' | 'labels'>): boolean =>
  labels[LABELS.owner] === OWNER ||
  BASE_SERVICES.some((service) => name === service.name || name.startsWith(`${service.name}.prev-`));

const asObserved = (container: InspectedContainer): ObservedContainer => ({
  ...container,
  ours: container.labels[LABELS.owner] === OWNER,
  service: container.labels[LABELS.service] ?? null,
  hash: container.labels[LABELS.hash] ?? null,
});
