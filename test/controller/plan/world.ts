// A guest's Docker as plain values, for stories about the planner, and what steps do to it: enough of Docker to see
// whether a plan ends.
import { LABELS, OWNER, type ServiceName } from '../../../src/contracts/base-stack.ts';
import type { ListedNetwork } from '../../../src/clients/engine.ts';
import type { Desired, DesiredService } from '../../../src/controller/desired/desired.ts';
import { render } from '../../../src/controller/desired/render.ts';
import { previousName } from '../../../src/controller/plan/names.ts';
import type { Observed, ObservedContainer, Step } from '../../../src/controller/plan/state.ts';
import { exampleConfig, SECRETS } from '../example-config.ts';

export const NOW = 1_800_000_000_000;
export const DESIRED: Desired = render(exampleConfig(), SECRETS);
export const NETWORK: ListedNetwork = {
  id: 'net-1',
  name: 'traefik-public',
  driver: 'bridge',
  labels: { [LABELS.owner]: OWNER },
};

export function wantedOf(name: ServiceName, desired: Desired = DESIRED): DesiredService {
  const found = desired.services.find((service) => service.name === name);
  if (found === undefined) throw new Error(`${name} is not wanted`);
  return found;
}

/** As it should be, running for an hour. */
export function container(
  service: ServiceName,
  change: Partial<ObservedContainer> = {},
  desired: Desired = DESIRED,
): ObservedContainer {
  const wanted = wantedOf(service, desired);
  const hash = change.hash === undefined ? wanted.hash : change.hash;
  return {
    id: `id-of-${service}`,
    name: service,
    image: wanted.image.reference,
    imageId: `sha256:${service}`,
    state: 'running',
    labels: {},
    ours: true,
    service,
    health: null,
    exitCode: 0,
    oomKilled: false,
    startError: '',
    startedAt: NOW - 3_600_000,
    finishedAt: null,
    createdAt: NOW - 3_600_000,
    restartCount: 0,
    restartPolicy: 'always',
    privileged: false,
    hostname: service,
    memoryBytes: wanted.memoryBytes,
    pidsLimit: wanted.pids,
    networks: { 'traefik-public': { id: NETWORK.id, address: '172.18.0.2' } },
    mounts: [],
    ...change,
    hash,
  };
}

/** Somebody else's: no label of ours. */
export const foreign = (name: string, change: Partial<ObservedContainer> = {}): ObservedContainer => ({
  ...container('traefik', { id: `foreign-${name}`, ...change, hash: null }),
  name,
  ours: false,
  service: null,
});

export const previous = (service: ServiceName, change: Partial<ObservedContainer> = {}): ObservedContainer =>
  container(service, {
    id: `old-${service}`,
    name: previousName(service, `old-${service}`),
    hash: 'an old hash',
    ...change,
  });

/** All as it should be. */
export function world(change: Partial<Observed> = {}): Observed {
  return {
    at: NOW,
    daemon: { version: '28.5.0', runtime: '1.3.0' },
    networks: [NETWORK],
    containers: [container('traefik'), container('cloudflared'), container('filebrowser')],
    self: null,
    stacksFolder: { state: 'right' },
    spoilt: new Set(),
    ...change,
  };
}

/** The world with one service's container in another state. */
export const withContainer = (
  service: ServiceName,
  change: Partial<ObservedContainer>,
  more: readonly ObservedContainer[] = [],
): Observed =>
  world({
    containers: [
      ...world().containers.map((one) => (one.name === service ? container(service, change) : one)),
      ...more,
    ],
  });

export const withoutContainer = (service: ServiceName, more: readonly ObservedContainer[] = []): Observed =>
  world({ containers: [...world().containers.filter(({ name }) => name !== service), ...more] });

/** What a step does when it succeeds; throws where Docker would refuse. */
export function simulate(step: Step, before: Observed, desired: Desired, now: number): Observed {
  const change = (id: string, how: (old: ObservedContainer) => ObservedContainer): Observed => {
    if (!before.containers.some((one) => one.id === id)) throw new Error(`no container ${id}`);
    return { ...before, containers: before.containers.map((one) => (one.id === id ? how(one) : one)) };
  };
  const without = (id: string): readonly ObservedContainer[] =>
    before.containers.filter((one) => one.id !== id);
  const onlyNetwork = (): ListedNetwork => {
    const [network, ...more] = before.networks.filter(({ name }) => name === desired.network);
    if (network === undefined) throw new Error('no such network');
    if (more.length > 0) throw new Error('the network is ambiguous');
    return network;
  };
  const fresh = (service: ServiceName): ObservedContainer =>
    container(
      service,
      {
        id: `made-${service}-${now}`,
        startedAt: now - 10_000,
        createdAt: now - 10_000,
        networks: { [desired.network]: { id: onlyNetwork().id, address: null } },
      },
      desired,
    );
  const start = (old: ObservedContainer): ObservedContainer => {
    // By the id of its endpoint: another network of the name is no matter (tried on Docker 20.10).
    const joins = old.networks[desired.network]?.id;
    if (joins !== undefined && !before.networks.some(({ id }) => id === joins))
      throw new Error('its network is gone');
    return { ...old, state: 'running', startedAt: now - 10_000, health: null };
  };
  switch (step.kind) {
    case 'create-network':
      return { ...before, networks: [...before.networks, { ...NETWORK, id: `net-${now}` }] };
    case 'remove-network':
      return {
        ...before,
        networks: before.networks.filter(({ id }) => id !== step.networkId),
        containers: before.containers.map((one) => ({
          ...one,
          networks: Object.fromEntries(
            Object.entries(one.networks).filter(([, { id }]) => id !== step.networkId),
          ),
        })),
      };
    case 'connect-self':
      if (before.self === null) throw new Error('no container of its own');
      return {
        ...before,
        self: { ...before.self, networkIds: [...before.self.networkIds, step.networkId] },
      };
    case 'canary':
      return before;
    case 'create':
      if (before.containers.some(({ name }) => name === step.service)) throw new Error('name taken');
      return { ...before, containers: [...before.containers, fresh(step.service)] };
    case 'start':
      return change(step.containerId, start);
    case 'unpause':
      return change(step.containerId, (old) => ({ ...old, state: 'running' }));
    case 'stop':
      return change(step.containerId, (old) => ({ ...old, state: 'exited', finishedAt: now }));
    case 'recreate':
    case 'replace':
      return { ...before, containers: [...without(step.containerId), fresh(step.service)] };
    case 'adopt':
      if (before.containers.some(({ name }) => name === step.service)) throw new Error('name taken');
      return change(step.containerId, (old) => {
        const adopted = { ...old, name: step.service };
        // On a network that is gone it gets its name, and does not start.
        const networkId = old.networks[desired.network]?.id;
        return networkId === undefined || networkId === onlyNetwork().id ? start(adopted) : adopted;
      });
    case 'connect':
      return change(step.containerId, (old) => ({
        ...old,
        networks: { ...old.networks, [desired.network]: { id: step.networkId, address: null } },
      }));
    case 'update-limits':
      return change(step.containerId, (old) => {
        const { memoryBytes, pids } = wantedOf(step.service, desired);
        return { ...old, memoryBytes, pidsLimit: pids, restartPolicy: 'always' };
      });
    case 'restore-files':
      return {
        ...change(step.containerId, start),
        spoilt: new Set([...before.spoilt].filter((name) => name !== step.service)),
      };
    case 'remove-leftover':
      return { ...before, containers: without(step.containerId) };
  }
}
