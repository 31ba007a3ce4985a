// `felhom agent`: the daemon of the Proxmox host. It runs until SIGTERM; its log goes to stdout.
import { ActionableError, EXIT } from '../../base/errors.ts';
import type { Command } from '../command.ts';
import { ownProgram } from '../own-program.ts';
import { VERSION } from '../version.ts';

export const agentCommand: Command = {
  name: 'agent',
  summary: 'command.agent',
  options: { config: { summary: 'option.config', placeholder: 'FILE' } },
  operands: [],
  run: async ({ options, text, clock, env }) => {
    const [{ startAgent }, { readConfig }, { createLog }, { openPartsWith }, { DEFAULT_AGENT_CONFIG }] =
      await Promise.all([
        import('../../agent/start-agent.ts'),
        import('../../agent/read-config.ts'),
        import('../../daemon/log.ts'),
        import('../../agent/open-parts.ts'),
        import('../../contracts/agent-config.ts'),
      ]);
    const configPath = typeof options['config'] === 'string' ? options['config'] : DEFAULT_AGENT_CONFIG;
    const { config, unknown } = readConfig(configPath, text);
    const log = createLog(config.log_level);
    for (const field of unknown) log.warn({ field, file: configPath }, 'field not known to this version');
    // Before anything is opened: whoever stops it while it starts is heard as well.
    const stopped = new Promise<undefined>((resolve) => {
      for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
        process.once(signal, () => resolve(undefined));
    });
    const agent = await startAgent({
      config,
      configPath,
      clock,
      log,
      text,
      env,
      version: VERSION,
      openParts: openPartsWith(ownProgram(), VERSION),
    });
    const reason = await Promise.race([stopped, agent.failed]);
    if (reason !== undefined) log.error({ reason }, 'agent cannot go on');
    await agent.stop();
    log.flush();
    if (reason !== undefined) throw new ActionableError('failed', reason);
    return EXIT.ok;
  },
};
