// Says in the log what the controller was given and what is missing: at its start, and when that changes.
import { BASE_SERVICES, missingKeys } from '../contracts/base-stack.ts';
import type { Log } from '../daemon/log.ts';
import type { ConfigBook } from './parts.ts';

export function tellGiven(given: {
  readonly version: string;
  readonly dataFolder: string;
  readonly bootstrapPath: string;
  readonly container: string | undefined;
  readonly dockerSocket: string;
  readonly listen: { readonly host: string } | undefined;
  readonly port: number | undefined;
  readonly config: Pick<ConfigBook, 'current' | 'onChange'>;
  readonly log: Log;
}): () => void {
  const { config, log, listen, port } = given;
  const now = config.current();
  log.info(
    {
      version: given.version,
      customer: now?.customer.id ?? null,
      data: given.dataFolder,
      bootstrap: given.bootstrapPath,
      container: given.container ?? null,
      docker: given.dockerSocket,
      listen: port === undefined ? null : `${listen?.host ?? ''}:${port}`,
    },
    'controller started',
  );
  let said = '';
  const tell = () => {
    const lines = linesOf(config);
    if (lines.join('\n') === said) return;
    said = lines.join('\n');
    for (const line of lines) log.info({}, line);
  };
  tell();
  return config.onChange(tell);
}

/** Names of keys only, never what stands there. */
function linesOf(config: Pick<ConfigBook, 'current'>): readonly string[] {
  const now = config.current();
  if (now === null) return ['configuration: none: nothing is deployed'];
  const { hub, local_api: agent, paths } = now;
  return [
    `configuration: customer ${now.customer.id}, generation ${now.generation}, stacks in ${paths.stacks_dir}`,
    `configuration: hub ${hub === undefined ? 'not named' : new URL(hub.url).host}, agent ${agent?.endpoint ?? 'not named'}`,
    ...BASE_SERVICES.flatMap(({ name, needs, wants }) => [
      ...missingKeys(now, needs).map((key) => `configuration: missing ${key}: ${name} is not started`),
      ...missingKeys(now, wants).map((key) => `configuration: missing ${key}: ${name} runs with less`),
    ]),
  ];
}
