// `felhom op confirm ID --confirm WORD`: lets an operation on a blank disk run.
import { defineOperationCommand } from '../operation-command.ts';
import { confirmOption, waitOption, wordOf } from '../option-values.ts';

export const opConfirmCommand = defineOperationCommand({
  name: 'op confirm',
  summary: 'command.op-confirm',
  options: { ...confirmOption, ...waitOption },
  change: async (call, id, context) => call('confirmOperation', { params: { id }, body: wordOf(context) }),
});
