// `felhom disks format DEV --fstype T`: asks the agent for it. What is proven blank is formatted; what
// is not becomes an operation that waits.
import { pendingIdOf } from '../../contracts/pending-id.ts';
import { ActionableError } from '../../base/errors.ts';
import { tellActionable } from '../../base/texts/tell-actionable.ts';
import { FORMAT_TYPES } from '../../contracts/facts/operations.ts';
import type { RouteAnswer } from '../../contracts/routes.ts';
import type { CallRoute } from '../../contracts/source.ts';
import type { Command, CommandContext } from '../command.ts';
import { finishOperation } from '../operation-outcome.ts';
import { confirmOption, deviceOf, requiredOption, waitOption, wordOf } from '../option-values.ts';
import { changeByAgent } from '../with-agent.ts';

export const disksFormatCommand: Command = {
  name: 'disks format',
  summary: 'command.disks-format',
  options: {
    fstype: { summary: 'option.fstype', placeholder: 'TYPE', choices: FORMAT_TYPES },
    ...confirmOption,
    ...waitOption,
  },
  operands: [{ placeholder: 'DEVICE', required: true }],
  run: async (context) => {
    const fstype = requiredOption(context, 'fstype', 'TYPE');
    return changeByAgent(context, async (call) => {
      const { operation } = await askForFormat(context, call, fstype);
      if (operation.state === 'pending') {
        context.err.line(
          context.text('disks.format.waits', { id: operation.id, word: operation.confirm_word }),
        );
      }
      return finishOperation(context, call, operation);
    });
  },
};

async function askForFormat(
  context: CommandContext,
  call: CallRoute,
  fstype: string,
): Promise<RouteAnswer<'formatDisk'>> {
  const { text } = context;
  try {
    return await call('formatDisk', { body: { device: deviceOf(context), fstype, ...wordOf(context) } });
  } catch (error) {
    if (!(error instanceof ActionableError) || error.code !== 'E_PENDING_SIGNATURE') throw error;
    // The operation is kept and can be found again; say by which name.
    const { message } = tellActionable(text, error);
    const id = pendingIdOf(error.answer);
    throw new ActionableError('refused', message, {
      answer: error.answer,
      cause: error,
      ...(id === undefined ? {} : { hint: text('disks.format.pending', { id }) }),
    });
  }
}
