// `felhom containers start NAME`: by the controller, so only what is ours or lets itself be managed.
import { defineContainerCommand } from '../container-command.ts';

export const containersStartCommand = defineContainerCommand({
  deed: 'start',
  summary: 'command.containers-start',
  act: async (call, id) => call('startContainer', { params: { id }, body: {} }),
});
