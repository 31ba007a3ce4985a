// What changes something is refused where --read-only was asked for.
import { ActionableError } from '../base/errors.ts';
import type { CommandContext } from './command.ts';

export function refuseReadOnly({ readOnly, text }: Pick<CommandContext, 'readOnly' | 'text'>): void {
  if (readOnly) throw new ActionableError('refused', text('off.read-only'));
}
