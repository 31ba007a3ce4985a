// A running agent for tests: the real one, on real sockets in a folder of its own, with small parts in the
// place of what decides about operations and touches disks.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createLog } from '../../src/daemon/log.ts';
import { defaultLimits, type Limits } from '../../src/agent/limits.ts';
import type { AgentParts, AgentTools, OpenParts } from '../../src/agent/parts.ts';
import { startAgent, type AgentOptions, type RunningAgent } from '../../src/agent/start-agent.ts';
import { withoutParts } from './without-parts.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createText } from '../../src/base/texts/text.ts';
import { agentConfig, type AgentConfig } from '../../src/contracts/agent-config.ts';

export const GUEST = { vmid: 9200, id: 't-own', secret: 'test-secret-of-9200' };
export const STRANGER = { vmid: 9201, id: 't-other', secret: 'test-secret-of-9201' };

export type TestAgent = RunningAgent & {
  readonly folder: string;
  readonly config: AgentConfig;
  /** Every line of its log. */
  readonly logged: readonly string[];
  /** By secret; taken away or added while it runs. */
  readonly tokens: Map<string, { readonly vmid: number; readonly id: string }>;
};

export type TestAgentOptions = {
  readonly folder?: string;
  readonly limits?: Partial<Limits>;
  readonly disks?: Partial<AgentConfig['disks']>;
  readonly parts?: (standIn: AgentParts, tools: AgentTools) => Partial<AgentParts>;
} & Partial<Pick<AgentOptions, 'routes' | 'source' | 'env'>>;

export const GENEROUS = { perS: 1e6, burst: 1e6 };

export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'felhom-agent-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function startTestAgent(options: TestAgentOptions = {}): Promise<TestAgent> {
  const folder = options.folder ?? makeFolder();
  const config: AgentConfig = {
    ...agentConfig.parse({ state_dir: join(folder, 'state'), run_dir: join(folder, 'run') }),
    log_level: 'debug',
    disks: { grants: {}, allow_loop: false, auto_scan: false, ...options.disks },
    // Whatever port is free.
    local_api: { enable: true, listen_addr: '127.0.0.1:0' },
  };
  const logged: string[] = [];
  const tokens = new Map([GUEST, STRANGER].map(({ secret, ...of }) => [secret, of]));
  const openParts: OpenParts = async (tools) => {
    const standIn: AgentParts = {
      ...(await withoutParts(tools)),
      findToken: (secret) => tokens.get(secret),
      validTokens: async () => Promise.resolve([...tokens.values()].map(({ id }) => id)),
    };
    return { ...standIn, ...options.parts?.(standIn, tools) };
  };
  const agent = await startAgent({
    config,
    configPath: join(folder, 'agent.json'),
    version: '0.0.0-test',
    clock: systemClock,
    log: createLog('debug', { write: (line) => void logged.push(line) }),
    text: createText('en'),
    env: options.env ?? {},
    openParts,
    limits: { ...defaultLimits, wrongTokenMs: 1, ...options.limits },
    ...(options.routes === undefined ? {} : { routes: options.routes }),
    ...(options.source === undefined ? {} : { source: options.source }),
  });
  onTestFinished(agent.stop);
  return { ...agent, folder, config, logged, tokens };
}
