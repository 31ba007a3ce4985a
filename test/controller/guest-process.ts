// The bundle's controller in a process beside a Docker daemon, in the daemon's network. It knows no test runner: who
// starts it ends it.
import { spawn, type ChildProcess } from 'node:child_process';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Daemon } from '../docker/daemon.ts';

export type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

export type GuestProcess = {
  /** Until its API answers. */
  readonly start: (...args: readonly string[]) => Promise<void>;
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | string>;
  readonly pid: () => number;
  /** By its socket, as root of the guest does. */
  readonly ask: (method: 'GET' | 'POST', path: string, body?: object) => Promise<Answer>;
  /** All that it wrote so far, over every start. */
  readonly log: () => string;
};

const FELHOM = fileURLToPath(new URL('../../bin/felhom', import.meta.url));
const READY_MS = 20_000;

export function createGuestProcess(
  daemon: Pick<Daemon, 'inside' | 'socketPath'>,
  { data, bootstrapPath }: { readonly data: string; readonly bootstrapPath: string },
): GuestProcess {
  const socket = join(data, 'controller.sock');
  let child: ChildProcess | undefined;
  let output = '';

  const ask: GuestProcess['ask'] = async (method, path, body) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          socketPath: socket,
          method,
          path,
          agent: false,
          headers:
            text === undefined
              ? {}
              : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const answer: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
            resolve({ status: response.statusCode ?? 0, body: Object(answer) });
          });
        },
      );
      sent.setTimeout(30_000, () => sent.destroy(new Error('no answer in 30 s')));
      sent.on('error', reject);
      sent.end(text);
    });
  };
  const stop: GuestProcess['stop'] = async (signal = 'SIGTERM') => {
    const ending = child;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return 'not running';
    const ended = new Promise<number | string>((resolve) => {
      ending.once('exit', (code, by) => resolve(code ?? by ?? 'unknown'));
    });
    ending.kill(signal);
    return ended;
  };
  return {
    start: async (...args) => {
      const words = [FELHOM, 'controller', '--data', data, '--bootstrap', bootstrapPath, ...args];
      const [file, ...rest] = daemon.inside(words);
      const started = spawn(file, rest, {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { PATH: process.env['PATH'], DOCKER_HOST: `unix://${daemon.socketPath}` },
      });
      child = started;
      const before = output.length;
      for (const stream of [started.stdout, started.stderr]) {
        stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
      }
      const until = performance.now() + READY_MS;
      while (!output.slice(before).includes('"controller started"')) {
        if (started.exitCode !== null) throw new Error(`ended with ${started.exitCode}: ${output}`);
        if (performance.now() > until) throw new Error(`does not start: ${output}`);
        await sleep(20);
      }
    },
    stop,
    pid: () => child?.pid ?? 0,
    ask,
    log: () => output,
  };
}
