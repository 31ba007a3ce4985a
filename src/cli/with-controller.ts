// What only this guest's controller can do or tell: finds it, lets a command call it, and lets go of it.
import type { CallController } from '../contracts/controller-routes.ts';
import type { CommandContext } from './command.ts';
import { refuseReadOnly } from './refuse-read-only.ts';

/** For what the controller tells. */
export async function askController<T>(
  context: CommandContext,
  work: (call: CallController) => Promise<T>,
): Promise<T> {
  const { call, close } = await context.openController();
  try {
    return await work(call);
  } finally {
    close();
  }
}

/** For what changes something: here --read-only is honoured. */
export async function changeByController<T>(
  context: CommandContext,
  work: (call: CallController) => Promise<T>,
): Promise<T> {
  refuseReadOnly(context);
  return askController(context, work);
}
