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
  }: {
    readonly at: number;
    readonly daemon: Daemon;
    /** The name or id of the controller's own container. */
    readonly self: string | null;
    readonly stacksFolder: StacksFolder;
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
    },
    calls: 2 + concerning.length + (self === null ? 0 : 1),
  };
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
