// `felhom controller`: the daemon of a guest. It runs until SIGTERM; its log goes to stdout. It ends with 75 when it
// should be started anew (a Docker socket that has gone stale), which its unit does.
import { ActionableError, EXIT } from '../../base/errors.ts';
import type { Text } from '../../base/texts/text.ts';
import { findDockerSocket } from '../../clients/docker-socket.ts';
import { CONTROLLER_PORT, DEFAULT_BOOTSTRAP, DEFAULT_DATA_FOLDER } from '../../contracts/controller-files.ts';
import type { Command } from '../command.ts';
import { VERSION } from '../version.ts';

/** EX_TEMPFAIL of sysexits(3). */
const START_ANEW = 75;
const MAX_PORT = 65_535;

export const controllerCommand: Command = {
  name: 'controller',
  summary: 'command.controller',
  options: {
    data: { summary: 'option.controller-data', placeholder: 'DIR' },
    bootstrap: { summary: 'option.controller-bootstrap', placeholder: 'FILE' },
    container: { summary: 'option.controller-container', placeholder: 'NAME' },
    listen: { summary: 'option.controller-listen', placeholder: 'ADDRESS' },
  },
  operands: [],
  run: async ({ options, text, clock, env }) => {
    const [{ startController }, { createLog }] = await Promise.all([
      import('../../controller/start-controller.ts'),
      import('../../daemon/log.ts'),
    ]);
    const wordOf = (name: string) => {
      const word = options[name];
      return typeof word === 'string' ? word : undefined;
    };
    const container = wordOf('container');
    const log = createLog('info');
    // Before anything is opened: whoever stops it while it starts is heard as well.
    const stopped = new Promise<undefined>((resolve) => {
      for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
        process.once(signal, () => resolve(undefined));
    });
    const controller = await startController({
      dataFolder: absolute(wordOf('data') ?? DEFAULT_DATA_FOLDER, text),
      bootstrapPath: absolute(wordOf('bootstrap') ?? DEFAULT_BOOTSTRAP, text),
      container,
      listen: addressOf(
        wordOf('listen') ?? `${container === undefined ? '127.0.0.1' : '0.0.0.0'}:${CONTROLLER_PORT}`,
        text,
      ),
      dockerSocket: findDockerSocket(env),
      version: VERSION,
      clock,
      log,
      text,
      random: Math.random,
    });
    const ended = await Promise.race([stopped, controller.failed]);
    if (ended !== undefined) log.error({ reason: ended.reason }, 'controller cannot go on');
    await controller.stop();
    log.flush();
    if (ended === undefined) return EXIT.ok;
    if (ended.startAnew) return START_ANEW;
    throw new ActionableError('failed', ended.reason);
  },
};

function absolute(path: string, text: Text): string {
  if (path.startsWith('/')) return path.replace(/(?<=.)\/+$/, '');
  throw new ActionableError('usage', text('controller.path.relative', { path }), {
    hint: text('controller.path.relative.hint'),
  });
}

function addressOf(address: string, text: Text): { readonly host: string; readonly port: number } {
  const [, six, four, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/@[\]]+)):(\d{1,5})$/.exec(address) ?? [];
  const host = six ?? four;
  const port = Number(digits);
  if (host !== undefined && port <= MAX_PORT) return { host, port };
  throw new ActionableError('usage', text('controller.listen.invalid', { address }), {
    hint: text('controller.listen.invalid.hint'),
  });
}
