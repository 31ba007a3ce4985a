// `felhom op cancel ID`: ends an operation that runs, as soon as that is possible.
import { defineOperationCommand } from '../operation-command.ts';

export const opCancelCommand = defineOperationCommand({
  name: 'op cancel',
  summary: 'command.op-cancel',
  options: {},
  wanted: 'cancelled',
  change: async (call, id) => call('cancelOperation', { params: { id }, body: {} }),
});
