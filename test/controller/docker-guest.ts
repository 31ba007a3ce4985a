// A guest of the test's own: a real Docker daemon, and the bundle's controller in a process beside it, in the
// daemon's network. What listens on this machine's loopback (a hub, an agent) is led in there under the same port.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { FELHOM } from '../agent/agent-process.ts';
import type { Daemon } from '../docker/daemon.ts';
import { saveStandIns } from '../docker/stand-ins.ts';
import { makeGuestFolder } from './guest-folder.ts';

export type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

export type DockerGuest = {
  readonly folder: string;
  readonly data: string;
  readonly stacks: string;
  readonly configPath: string;
  readonly bootstrap: (fields: object) => void;
  /** Until its API answers. */
  readonly start: (...args: readonly string[]) => Promise<void>;
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | string>;
  readonly pid: () => number;
  /** By its socket, as root of the guest does. */
  readonly ask: (method: 'GET' | 'POST', path: string, body?: object) => Promise<Answer>;
  readonly health: () => Promise<Health>;
  /** All that it wrote so far, over every start. */
  readonly log: () => string;
};
export type Health = {
  readonly status: string;
  readonly issues: readonly { readonly code: string; readonly text: string; readonly subject: string }[];
};

const READY_MS = 20_000;

/** `images`: whether archives of the base stack lie in its data folder. */
export async function makeDockerGuest(
  daemon: Pick<Daemon, 'inside' | 'socketPath'>,
  { images = true } = {},
): Promise<DockerGuest> {
  const { folder, data, bootstrapPath, configPath, bootstrap } = makeGuestFolder();
  const stacks = join(folder, 'opt/docker/stacks');
  if (images) await saveStandIns(join(data, 'images'));
  const socket = join(data, 'controller.sock');
  let child: ChildProcess | undefined;
  let output = '';

  const ask: DockerGuest['ask'] = async (method, path, body) => {
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
  const stop: DockerGuest['stop'] = async (signal = 'SIGTERM') => {
    const ending = child;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return 'not running';
    const ended = new Promise<number | string>((resolve) => {
      ending.once('exit', (code, by) => resolve(code ?? by ?? 'unknown'));
    });
    ending.kill(signal);
    return ended;
  };
  onTestFinished(async () => void (await stop('SIGKILL')));
  return {
    folder,
    data,
    stacks,
    configPath,
    // Not the stacks folder of this machine.
    bootstrap: (fields) => bootstrap({ ...fields, paths: { stacks_dir: stacks } }),
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
    health: async () => {
      const { body } = await ask('GET', '/api/health');
      const { status, issues } = Object(body['data']);
      return { status, issues };
    },
    log: () => output,
  };
}

/** Where no Docker is: the controller runs on this machine's own network. */
export const NO_DOCKER: Pick<Daemon, 'inside' | 'socketPath'> = {
  socketPath: '/nowhere/docker.sock',
  inside: ([file = '', ...args]) => [file, ...args],
};

/** What listens on this machine's loopback answers on the daemon's, too. */
export async function leadInside(daemon: Daemon, port: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'felhom-lead-'));
  const path = join(folder, 'socket');
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    near.pipe(far).pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
    near.on('close', () => far.destroy());
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const [file, ...args] = daemon.inside([
    'socat',
    `TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr,fork`,
    `UNIX-CONNECT:${path}`,
  ]);
  const socat = spawn(file, args, { stdio: 'ignore' });
  onTestFinished(() => {
    socat.kill('SIGKILL');
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
}

/** Of a guest's ledger: what was done to which subject, and why. */
export const ledgerOf = (guest: DockerGuest): readonly Record<string, unknown>[] =>
  readFileSync(join(guest.data, 'ledger.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => Object(JSON.parse(line)));
