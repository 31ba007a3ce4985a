// `felhom containers stop NAME`: by the controller, so only what is ours or lets itself be managed.
import { defineContainerCommand } from '../container-command.ts';

export const containersStopCommand = defineContainerCommand({
  deed: 'stop',
  summary: 'command.containers-stop',
  act: async (call, id, body) => call('stopContainer', { params: { id }, body }),
});
