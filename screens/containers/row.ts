// A row of the containers screen: a container, the service of the base stack that it is, or both. A
// service without a container is a row as well: what is missing matters most.
import { PROTECTED_NAMES } from '../../src/contracts/base-stack.ts';
import type { BaseServiceTold } from '../../src/contracts/facts/base-stack.ts';
import type { Container } from '../../src/contracts/facts/containers.ts';
import type { Tone } from '../draw/line.ts';
import { lastFacts, type Model } from '../draw/model.ts';

export type ContainerRow = {
  /** A protected one by its name, which stays while its container is made anew; others by their id. */
  readonly id: string;
  readonly name: string;
  readonly isProtected: boolean;
  readonly container: Container | undefined;
  /** As the controller tells it. */
  readonly service: BaseServiceTold | undefined;
};

/** Protected first, then by stack, then by name. */
export function listContainerRows(model: Model): readonly ContainerRow[] {
  const containers = lastFacts(model, 'containers')?.containers ?? [];
  const services = new Map(lastFacts(model, 'base_stack')?.services.map((each) => [each.name, each]));
  const rows = containers.map((container): ContainerRow => {
    const { id, name } = container;
    const isProtected = container.protected || PROTECTED_NAMES.has(name);
    return { id: isProtected ? name : id, name, isProtected, container, service: services.get(name) };
  });
  const named = new Set(containers.map(({ name }) => name));
  const missing = [...services.values()]
    .filter(({ name }) => !named.has(name))
    .map((service): ContainerRow => {
      const { name } = service;
      return { id: name, name, isProtected: true, container: undefined, service };
    });
  return [...missing, ...rows]
    .map((row) => ({ row, key: orderOf(row) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ row }) => row);
}

const orderOf = ({ isProtected, name, container }: ContainerRow): string =>
  isProtected ? `0\u0000${name}` : `1\u0000${container?.stack ?? '\uffff'}\u0000${name}`;

const STATE_TONE: Readonly<Record<string, Tone>> = {
  running: 'good',
  paused: 'warn',
  restarting: 'bad',
  dead: 'bad',
  exited: 'dim',
  created: 'dim',
};

/** Whether Docker told of any containers at all: where it did not, nobody knows that one is missing. */
export const isRead = (model: Model): boolean => lastFacts(model, 'containers') !== undefined;

/** A protected container that does not run is what matters most, unless somebody wants it so. */
export function containerTone({ isProtected, container, service }: ContainerRow): Tone {
  const state = container?.state;
  if (isProtected && state !== 'running') {
    return service?.state === 'paused' || service?.state === 'not-configured' ? 'warn' : 'bad';
  }
  return STATE_TONE[state ?? ''] ?? 'warn';
}
