// `felhom host accept-install`: root says that this installation is meant, although it is not the one that it
// was: a copy, or one that was restored.
import { EXIT } from '../../base/errors.ts';
import type { HostAcceptInstallOutput } from '../../contracts/outputs.ts';
import type { Command } from '../command.ts';
import { changeByAgent } from '../with-agent.ts';

export const hostAcceptInstallCommand: Command = {
  name: 'host accept-install',
  summary: 'command.host-accept-install',
  options: {},
  operands: [],
  run: async (context) => {
    const { json, out, text } = context;
    const { install } = await changeByAgent(context, async (call) => call('acceptInstall'));
    const document: HostAcceptInstallOutput = { schema: 'felhom/host-accept-install/1', install };
    if (json) out.json(document);
    else out.line(text('host.install-accepted', { install }));
    return EXIT.ok;
  },
};
