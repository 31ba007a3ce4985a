// The word that names a service of the base stack, checked before anybody is asked.
import { BASE_SERVICES, isServiceName, type ServiceName } from '../contracts/base-stack.ts';
import type { BaseServiceTold, BaseStackFacts } from '../contracts/facts/base-stack.ts';
import { ActionableError } from '../base/errors.ts';
import type { CommandContext } from './command.ts';
import { operandOf } from './option-values.ts';
import { usage } from './parse-words.ts';

const names = BASE_SERVICES.map(({ name }) => name);
export const serviceOperand = [{ placeholder: 'SERVICE', required: true, choices: names }] as const;

export function serviceOf(context: CommandContext): ServiceName {
  const value = operandOf(context);
  if (isServiceName(value)) return value;
  throw usage(context.text('usage.service', { value, services: names.join(', ') }), context.text);
}

/** The service as the controller tells it after a change. */
export function toldService({ text }: CommandContext, base: BaseStackFacts, name: string): BaseServiceTold {
  const service = base.services.find((one) => one.name === name);
  if (service === undefined) throw new ActionableError('failed', text('base.service.missing', { name }));
  return service;
}
