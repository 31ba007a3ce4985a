// What only an agent can do: finds it, lets a command call it, and lets go of it.
import { ActionableError } from '../base/errors.ts';
import type { CallRoute } from '../contracts/source.ts';
import type { CommandContext } from './command.ts';
import { refuseReadOnly } from './refuse-read-only.ts';

/** For what the agent tells. */
export async function askAgent<T>(
  context: CommandContext,
  work: (call: CallRoute) => Promise<T>,
): Promise<T> {
  const source = await context.openAgent();
  try {
    // A source that reads the machine itself changes nothing, and keeps nothing that could be asked for.
    if (source.call === undefined) {
      throw new ActionableError('refused', context.text('agent.needed'), {
        hint: context.text('agent.needed.hint'),
      });
    }
    return await work(source.call);
  } finally {
    source.close();
  }
}

/** For what changes something: here --read-only is honoured. */
export async function changeByAgent<T>(
  context: CommandContext,
  work: (call: CallRoute) => Promise<T>,
): Promise<T> {
  refuseReadOnly(context);
  return askAgent(context, work);
}
