// `felhom op run ID --confirm WORD`: runs an operation that was approved. One that was signed destroys data,
// and needs the disk's word.
import { isSigned } from '../../contracts/operation-states.ts';
import type { CallRoute } from '../../contracts/source.ts';
import { askWord } from '../ask-word.ts';
import type { CommandContext } from '../command.ts';
import { defineOperationCommand } from '../operation-command.ts';
import { listOperation } from '../operation-lines.ts';
import { confirmOption, stringOption, waitOption, wordOf } from '../option-values.ts';
import { printRows } from '../print-rows.ts';

export const opRunCommand = defineOperationCommand({
  name: 'op run',
  summary: 'command.op-run',
  options: { ...confirmOption, ...waitOption },
  change: async (call, id, context) =>
    call('runOperation', { params: { id }, body: await wordFor(call, id, context) }),
});

async function wordFor(
  call: CallRoute,
  id: string,
  context: CommandContext,
): Promise<{ readonly confirm?: string }> {
  if (stringOption(context, 'confirm') !== undefined) return wordOf(context);
  const { operation } = await call('operation', { params: { id } });
  // Others the agent judges by itself: they have been confirmed, or cannot run.
  if (operation.state !== 'approved' || !isSigned(operation)) return {};
  const { err, text } = context;
  const show = () => printRows(err, listOperation(operation, text));
  return { confirm: await askWord(context, operation.confirm_word, show) };
}
