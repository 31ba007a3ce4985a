// The only maker of a step that may be applied. It believes nothing of the step: whose a container is, what it is
// called and what is there is looked up again in what was observed.
import {
  BASE_NETWORK,
  BASE_SERVICES,
  CONTROLLER_CONTAINER,
  type ServiceName,
} from '../../contracts/base-stack.ts';
import { isCanary, isOf, isPrevious } from './names.ts';
import { isOurNetwork } from './plan-networks.ts';
import type { Observed, ObservedContainer, Step } from './state.ts';

/** Not exported: nothing but `permit` makes one, and no other shape is one. */
class Permitted<S extends Step> {
  readonly step: S;
  readonly #permitted = true;

  constructor(step: S) {
    this.step = step;
  }

  /** For the compiler as for us: a step that passed. */
  get permitted(): true {
    return this.#permitted;
  }
}
export type PermittedStep<S extends Step = Step> = Permitted<S>;

export type Refused = { readonly permitted: false; readonly why: string };

export function permit<S extends Step>(step: S, observed: Observed): PermittedStep<S> | Refused {
  const why = refuse(step, observed);
  return why === undefined ? new Permitted(step) : { permitted: false, why };
}

function refuse(step: Step, observed: Observed): string | undefined {
  const { networks, containers, self, stacksFolder } = observed;
  const named = networks.filter(({ name }) => name === BASE_NETWORK);
  if (stacksFolder.state === 'wrong' && step.kind !== 'stop')
    return `the stacks folder is not the right one: ${stacksFolder.why}`;
  switch (step.kind) {
    case 'create-network':
      return named.length === 0 ? undefined : `there is a network ${BASE_NETWORK} already`;
    case 'remove-network': {
      const target = named.find(({ id }) => id === step.networkId);
      if (target === undefined) return 'there is no such network of the base stack';
      if (!isOurNetwork(target)) return 'the network is not ours';
      return named.filter(isOurNetwork).length > 1 ? undefined : 'it is the only network of the base stack';
    }
    case 'connect-self':
      if (self === null) return 'the controller runs in no container';
      return ourNetwork(observed, step.networkId);
    case 'canary':
      return undefined;
    case 'create':
      if (!BASE_SERVICES.some(({ name }) => name === step.service))
        return 'it is no service of the base stack';
      return containers.some(({ name }) => name === step.service)
        ? `there is a container ${step.service} already`
        : undefined;
    case 'adopt': {
      if (containers.some(({ name }) => name === step.service))
        return `there is a container ${step.service} already`;
      const old = containers.find(({ id }) => id === step.containerId);
      if (old === undefined) return 'there is no such container';
      return isPrevious(step.service, old) ? unlessSelf(old, observed) : 'it is no old container of ours';
    }
    case 'remove-leftover':
      return refuseRemoval(step, observed);
    case 'connect':
      return ourNetwork(observed, step.networkId) ?? refuseOwn(step, observed);
    case 'stop': {
      const old = containers.find((one) => one.id === step.containerId && isPrevious(step.service, one));
      return old === undefined ? refuseOwn(step, observed) : unlessSelf(old, observed);
    }
    case 'start':
    case 'unpause':
    case 'recreate':
    case 'replace':
    case 'update-limits':
    case 'restore-files':
      return refuseOwn(step, observed);
  }
}

function refuseOwn(
  step: { readonly service: ServiceName; readonly containerId: string },
  observed: Observed,
): string | undefined {
  const container = observed.containers.find(({ id }) => id === step.containerId);
  if (container === undefined) return 'there is no such container';
  if (!isOf(step.service, container)) return `it is no container ${step.service} of ours`;
  return unlessSelf(container, observed);
}

/** Only what cannot be missed: an old one while the new one runs, a new one that does not run while the old one is there, a canary. */
function refuseRemoval(
  step: Extract<Step, { kind: 'remove-leftover' }>,
  observed: Observed,
): string | undefined {
  const { containers } = observed;
  const { service } = step;
  const target = containers.find(({ id }) => id === step.containerId);
  if (target === undefined) return 'there is no such container';
  const self = unlessSelf(target, observed);
  if (self !== undefined) return self;
  if (service === null) return isCanary(target) ? undefined : 'it is no canary of ours';
  if (isPrevious(service, target)) {
    const runs = containers.some((one) => isOf(service, one) && one.state === 'running');
    return runs ? undefined : `${service} does not run: the old container may be needed`;
  }
  if (!isOf(service, target)) return `it is no container ${service} of ours`;
  if (target.state === 'running' && target.health !== 'unhealthy') return 'it runs';
  return containers.some((one) => isPrevious(service, one))
    ? undefined
    : 'there is no old container to go back to';
}

const ourNetwork = ({ networks }: Observed, networkId: string): string | undefined => {
  const network = networks.find(({ id }) => id === networkId);
  return network !== undefined && network.name === BASE_NETWORK && isOurNetwork(network)
    ? undefined
    : 'the network is not ours';
};

const unlessSelf = (container: ObservedContainer, { self }: Observed): string | undefined =>
  container.id === self?.id || container.name === CONTROLLER_CONTAINER
    ? "it is the controller's own container"
    : undefined;
