// Makes the commands that change one operation: each is a route of the agent.
import { ActionableError } from '../base/errors.ts';
import type { TextKey } from '../base/texts/text.ts';
import type { Operation, OperationState } from '../contracts/facts/operations.ts';
import type { CallRoute } from '../contracts/source.ts';
import type { Command, CommandContext, Options } from './command.ts';
import { operandOf } from './option-values.ts';
import { finishOperation } from './operation-outcome.ts';
import { changeByAgent } from './with-agent.ts';

export const operationOperand = [{ placeholder: 'ID', required: true }] as const;

export const defineOperationCommand = (definition: {
  readonly name: string;
  readonly summary: TextKey;
  readonly options: Options;
  /** The end that the command asks for: reaching it is success. */
  readonly wanted?: OperationState;
  readonly change: (
    call: CallRoute,
    id: string,
    context: CommandContext,
  ) => Promise<{ operation: Operation }>;
}): Command => ({
  name: definition.name,
  summary: definition.summary,
  options: definition.options,
  operands: operationOperand,
  run: async (context) =>
    changeByAgent(context, async (call) => {
      const { operation } = await definition.change(call, await findId(context, call), context);
      return finishOperation(context, call, operation, definition.wanted);
    }),
});

const WHOLE_ID = /^op_[0-9a-f]{24}$/;

/** An id may be shortened to what tells it from the others. */
export async function findId(context: CommandContext, call: CallRoute): Promise<string> {
  const word = operandOf(context);
  if (WHOLE_ID.test(word)) return word;
  const beginning = word.startsWith('op_') ? word : `op_${word}`;
  const { operations } = await call('operations');
  const [found, ...others] = operations.map(({ id }) => id).filter((id) => id.startsWith(beginning));
  if (found !== undefined && others.length === 0) return found;
  const { text } = context;
  throw new ActionableError(
    'not-found',
    found === undefined ? text('op.unknown', { id: word }) : text('op.ambiguous', { id: word }),
    { hint: text('op.unknown.hint') },
  );
}
