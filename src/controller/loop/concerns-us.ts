// After which of Docker's events something may have to be done; those of others are many.
import { BASE_NETWORK, BASE_SERVICES } from '../../contracts/base-stack.ts';
import type { EngineEvent } from '../../clients/engine.ts';

export const concernsUs = (event: EngineEvent): boolean => CONCERNS.some((concerns) => concerns(event));

const CONCERNS: readonly ((event: EngineEvent) => boolean)[] = [
  // A signal is no end yet: where it is one, the death is told besides.
  ({ type, action, name }) =>
    type === 'container' && isOurName(name) && !/^(?:exec_|kill|top|attach|resize|copy|export)/.test(action),
  // It tells the new name: the one that is free now, or taken, may be ours.
  ({ type, action }) => type === 'container' && action === 'rename',
  ({ type, name, action }) => type === 'network' && name === BASE_NETWORK && action !== 'connect',
];

const isOurName = (name: string): boolean =>
  BASE_SERVICES.some((one) => name === one.name || name.startsWith(`${one.name}.`));
