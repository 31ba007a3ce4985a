// `felhom op run ID`: runs an operation that was approved.
import { defineOperationCommand } from '../operation-command.ts';
import { confirmOption, waitOption, wordOf } from '../option-values.ts';

export const opRunCommand = defineOperationCommand({
  name: 'op run',
  summary: 'command.op-run',
  options: { ...confirmOption, ...waitOption },
  change: async (call, id, context) => call('runOperation', { params: { id }, body: wordOf(context) }),
});
