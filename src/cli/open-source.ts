// Opens the source of facts that --source names. `auto` looks for an agent by files alone: on a machine
// without one nothing is loaded for it and nobody is waited for.
import type { Clock } from '../base/clock.ts';
import { ActionableError, messageOf } from '../base/errors.ts';
import { tellActionable } from '../base/texts/tell-actionable.ts';
import type { Text } from '../base/texts/text.ts';
import type { FactsSource } from '../contracts/source.ts';
import type { AgentAddress } from '../clients/agent-address.ts';
import { createAutoSource } from '../clients/auto-source.ts';
import type { ControllerClient } from '../clients/controller.ts';
import { findController } from '../clients/find-controller.ts';
import { withController } from '../clients/with-controller.ts';
import { findAgent, placeAt, type AgentPlace } from '../clients/find-agent.ts';
import type { SourceName } from './command.ts';

export type OpenOptions = {
  readonly text: Text;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The socket of this guest's controller, where it is named. */
  readonly controller?: string | undefined;
};

/** An agent that is not named has so long to answer before the machine is read without it. */
const AUTO_WAIT_MS = 1500;
const NAMED_WAIT_MS = 5000;

export async function openSource(name: SourceName, options: OpenOptions): Promise<FactsSource> {
  if (name === 'auto') return besideController(await openAuto(options), options, findController);
  const source = await (name === 'embedded' ? openEmbedded() : openNamed(name, options));
  return options.controller === undefined ? source : besideController(source, options, () => undefined);
}

function besideController(
  source: FactsSource,
  options: OpenOptions,
  find: () => string | undefined,
): FactsSource {
  return withController({
    source,
    find: () => options.controller ?? find(),
    open: async (socketPath) => openControllerAt(socketPath, options),
    clock: options.clock,
  });
}

/** The controller that is named or found; asks nobody yet. */
export async function openController(options: OpenOptions): Promise<ControllerClient> {
  const { text } = options;
  const place = options.controller ?? findController();
  if (place === undefined) {
    throw new ActionableError('unreachable', text('source.no-controller'), {
      hint: text('source.no-controller.hint'),
    });
  }
  return openControllerAt(place, options);
}

async function openControllerAt(socketPath: string, { clock, env }: OpenOptions): Promise<ControllerClient> {
  const { openController: open } = await import('../clients/controller.ts');
  return open({ socketPath, clock, claimedName: claimedNameOf(env) });
}

async function openEmbedded(): Promise<FactsSource> {
  const { createEmbeddedSource } = await import('../clients/embedded.ts');
  return createEmbeddedSource();
}

async function openNamed(name: SourceName, options: OpenOptions): Promise<FactsSource> {
  const { text } = options;
  const place = name === 'agent' ? findAgent() : placeAt(name.slice('agent:'.length));
  if (place === undefined) {
    throw new ActionableError('unreachable', text('source.no-agent'), { hint: text('source.no-agent.hint') });
  }
  try {
    return await openAgent(place, options, AbortSignal.timeout(NAMED_WAIT_MS));
  } catch (error) {
    if (!(error instanceof ActionableError) || error.kind !== 'unreachable' || error.code === undefined)
      throw error;
    const { message, hint } = tellActionable(text, error);
    throw new ActionableError('unreachable', `${place.path}: ${message}`, {
      cause: error,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

async function openAuto(options: OpenOptions): Promise<FactsSource> {
  const place = findAgent();
  const { agent, silence } = place === undefined ? {} : await tryAgent(place, options);
  // The agent of this very host has everything; a guest's own facts are its own.
  if (agent !== undefined && place?.kind === 'socket') return agent;
  return createAutoSource({
    embedded: await openEmbedded(),
    ...(agent === undefined ? {} : { agent }),
    find: () => findAgent()?.path,
    open: async (signal) => {
      const found = findAgent();
      if (found === undefined) throw new ActionableError('unreachable', 'ENOENT', { code: 'no-answer' });
      return openAgent(found, options, signal);
    },
    silence,
    clock: options.clock,
  });
}

async function tryAgent(
  place: AgentPlace,
  options: OpenOptions,
): Promise<{ readonly agent?: FactsSource; readonly silence?: unknown }> {
  try {
    return { agent: await openAgent(place, options, AbortSignal.timeout(AUTO_WAIT_MS)) };
  } catch (silence) {
    return { silence };
  }
}

async function openAgent(place: AgentPlace, options: OpenOptions, signal: AbortSignal): Promise<FactsSource> {
  const { clock, env, text } = options;
  const { openAgentSource } = await import('../clients/agent.ts');
  const address =
    place.kind === 'socket'
      ? ({ kind: 'socket', socketPath: place.path } as const)
      : await readAddress(place.path, text);
  const claimedName = claimedNameOf(env);
  return openAgentSource({
    address,
    clock,
    signal,
    // Whoever provisions the guest anew writes the file anew.
    ...(place.kind === 'socket' ? {} : { readdress: async () => readAddress(place.path, text) }),
    ...(claimedName === undefined ? {} : { claimedName }),
  });
}

async function readAddress(path: string, text: Text): Promise<AgentAddress> {
  const { readBootstrap } = await import('../clients/agent-bootstrap.ts');
  try {
    return await readBootstrap(path);
  } catch (error) {
    const reason = messageOf(error);
    throw new ActionableError('unreachable', text('agent.bootstrap', { path, reason }), {
      hint: text('agent.bootstrap.hint'),
      cause: error,
    });
  }
}

const MAX_NAME_LENGTH = 100;

/** Who types, as far as the environment says: `sudo` keeps who it was. */
const claimedNameOf = (env: OpenOptions['env']): string | undefined =>
  [env['SUDO_USER'], env['LOGNAME'], env['USER']]
    .find((name) => name !== undefined && name !== '')
    ?.slice(0, MAX_NAME_LENGTH);
