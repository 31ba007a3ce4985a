// `felhom op deny ID`: says no to an operation; that needs no signature.
import { defineOperationCommand } from '../operation-command.ts';

export const opDenyCommand = defineOperationCommand({
  name: 'op deny',
  summary: 'command.op-deny',
  options: {},
  wanted: 'denied',
  change: async (call, id) => call('denyOperation', { params: { id }, body: {} }),
});
