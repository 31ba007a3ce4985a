// `felhom containers restart NAME`: by the controller, so only what is ours or lets itself be managed.
import { defineContainerCommand } from '../container-command.ts';

export const containersRestartCommand = defineContainerCommand({
  deed: 'restart',
  summary: 'command.containers-restart',
  act: async (call, id, body) => call('restartContainer', { params: { id }, body }),
});
