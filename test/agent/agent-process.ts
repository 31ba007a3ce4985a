// `felhom agent` as its own process, as systemd would start it, in a folder of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { agentConfig } from '../../src/contracts/agent-config.ts';
import type { Reachable } from './ask.ts';
import { makeFolder } from './test-agent.ts';

export const FELHOM = fileURLToPath(new URL('../../bin/felhom', import.meta.url));

export type AgentProcess = Reachable & {
  readonly child: ChildProcess;
  readonly folder: string;
  readonly output: () => string;
  readonly errors: () => string;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  readonly started: () => Promise<void>;
};

export type ProcessOptions = {
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly config?: object;
  /** As typed: `-config`, or `--config`. */
  readonly option?: string;
};

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

export async function startAgentProcess(options: ProcessOptions = {}): Promise<AgentProcess> {
  const folder = options.folder ?? makeFolder();
  const port = await freePort();
  const config = {
    local_api: { enable: true, listen_addr: `127.0.0.1:${port}` },
    state_dir: join(folder, 'state'),
    run_dir: join(folder, 'run'),
    disks: { auto_scan: false },
    ...options.config,
  };
  const file = join(folder, 'agent.json');
  writeFileSync(file, JSON.stringify(config));
  const child = spawn(FELHOM, ['agent', options.option ?? '--config', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...options.env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  const started = async () => {
    for (let tries = 0; tries < 200 && !output.includes('"agent started"'); tries += 1) {
      if (child.exitCode !== null) throw new Error(`ended: ${output}${errors}`);
      await sleep(50);
    }
  };
  return {
    config: agentConfig.parse(config),
    port,
    child,
    folder,
    output: () => output,
    errors: () => errors,
    ended,
    started,
  };
}
