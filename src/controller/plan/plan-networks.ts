// The network that the base stack and the controller meet on: exactly one of that name, and ours.
import { LABELS, OWNER } from '../../contracts/base-stack.ts';
import type { ListedNetwork } from '../../clients/engine.ts';
import type { Observed, Step } from './state.ts';

export type NetworkPlan = {
  /** The one that counts; null while there is none. */
  readonly kept: ListedNetwork | null;
  readonly steps: readonly Step[];
  /** Somebody else's has that name: Docker could not tell them apart. */
  readonly foreign: ListedNetwork | null;
};

export const isOurNetwork = ({ labels }: ListedNetwork): boolean => labels[LABELS.owner] === OWNER;

export function planNetworks(name: string, observed: Observed): NetworkPlan {
  const named = observed.networks.filter((network) => network.name === name);
  const foreign = named.find((network) => !isOurNetwork(network)) ?? null;
  const [kept, ...doubles] = named
    .filter(isOurNetwork)
    .toSorted(
      (one, other) => members(other, observed) - members(one, observed) || (one.id < other.id ? -1 : 1),
    );
  if (foreign !== null) return { kept: kept ?? null, steps: [], foreign };
  if (kept === undefined)
    return { kept: null, foreign, steps: [{ kind: 'create-network', cause: `there is no network ${name}` }] };
  if (doubles.length > 0) {
    const steps = doubles.map(({ id }): Step => ({
      kind: 'remove-network',
      networkId: id,
      cause: `there are ${doubles.length + 1} networks ${name}; this one has fewer of our containers`,
    }));
    return { kept, foreign, steps };
  }
  const { self } = observed;
  if (self === null || self.networkIds.includes(kept.id)) return { kept, foreign, steps: [] };
  return {
    kept,
    foreign,
    steps: [
      { kind: 'connect-self', networkId: kept.id, cause: `the controller is not on the network ${name}` },
    ],
  };
}

const members = (network: ListedNetwork, { containers, self }: Observed): number =>
  containers.filter(({ networks }) => Object.values(networks).some(({ id }) => id === network.id)).length +
  (self?.networkIds.includes(network.id) === true ? 1 : 0);
