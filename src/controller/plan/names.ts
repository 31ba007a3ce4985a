// By what we know our containers: label and name together. Either alone is not enough: a label can be copied, and a
// name can be taken.
import { CONTROLLER_CONTAINER, isServiceName, type ServiceName } from '../../contracts/base-stack.ts';
import type { ObservedContainer } from './state.ts';

/** How the old one is called while a new one takes its place. */
export const previousName = (service: ServiceName, containerId: string): string =>
  `${service}${PREVIOUS}${containerId.slice(0, 12)}`;

export const CANARY_NAME = 'felhom-canary';

/** The container of a service: with our labels, and under its name. */
export const isOf = (service: ServiceName, container: ObservedContainer): boolean =>
  isMade(container, service) && container.name === service;

/** The old one of a replacement that has not ended. */
export const isPrevious = (service: ServiceName, container: ObservedContainer): boolean =>
  isMade(container, service) && container.name.startsWith(`${service}${PREVIOUS}`);

export const isCanary = (container: ObservedContainer): boolean =>
  container.ours && container.service === null && container.name === CANARY_NAME;

/** It has our labels and none of our names: somebody renamed it, or copied the labels. It is left alone. */
export const isStray = (container: ObservedContainer): boolean =>
  container.ours &&
  container.service !== null &&
  isServiceName(container.service) &&
  !isOf(container.service, container) &&
  !isPrevious(container.service, container) &&
  // The holder of another service's name is told as a conflict.
  !isServiceName(container.name);

const PREVIOUS = '.prev-';

const isMade = (container: ObservedContainer, service: ServiceName): boolean =>
  container.ours && container.service === service && container.name !== CONTROLLER_CONTAINER;
