// A real agent of the test's own: the bundle in a process of its own, with its configuration, state and
// sockets in a folder that goes away with the test.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { FELHOM, freePort } from './agent-process.ts';

const READY_MS = 20_000;

export type Answer = { readonly status: number; readonly body: unknown };

export type RunningAgent = {
  readonly folder: string;
  readonly stateDir: string;
  readonly rootSocket: string;
  readonly groupSocket: string;
  readonly port: number;
  readonly pid: () => number;
  /** All that it wrote so far, over every start. */
  readonly log: () => string;
  readonly ask: (method: 'GET' | 'POST', path: string, body?: unknown, socket?: string) => Promise<Answer>;
  /** A new token of the guest, in a file that curl reads headers from. */
  readonly mint: (
    vmid: number,
  ) => Promise<{ readonly token: string; readonly headerFile: string; readonly id: string }>;
  /** By curl, as a guest would: TLS 1.3, the certificate's key pinned. */
  readonly curl: (headerFile: string | undefined, method: string, path: string, body?: unknown) => Answer;
  readonly fingerprint: () => string;
  readonly configure: (change: Readonly<Record<string, unknown>>) => void;
  readonly start: () => Promise<void>;
  readonly kill: (signal: NodeJS.Signals) => Promise<number | null>;
  readonly command: (...args: readonly string[]) => {
    readonly code: number;
    readonly out: string;
    readonly err: string;
  };
};

export async function runAgent(
  config: Readonly<Record<string, unknown>> = {},
  /** Programs in this folder come before the system's own, for the agent alone. */
  programs?: string,
): Promise<RunningAgent> {
  const folder = mkdtempSync(join(tmpdir(), 'felhom-agent-'));
  const stateDir = join(folder, 'state');
  const runDir = join(folder, 'run');
  const port = await freePort();
  const file = join(folder, 'agent.json');
  const base = {
    local_api: { enable: true, listen_addr: `127.0.0.1:${port}` },
    hub: { host_id: 'demo-felhom-01' },
    state_dir: stateDir,
    run_dir: runDir,
  };
  const configure = (change: Readonly<Record<string, unknown>>) =>
    writeFileSync(file, `${JSON.stringify({ ...base, ...change }, null, 2)}\n`, { mode: 0o600 });
  configure(config);
  const rootSocket = join(runDir, 'root.sock');
  let child: ChildProcess | undefined;
  let output = '';

  const start = async () => {
    const [command, ...args] = [...withPrograms(programs), FELHOM, 'agent', '-config', file];
    const started = spawn(command ?? FELHOM, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: '/',
    });
    child = started;
    started.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    started.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    const until = Date.now() + READY_MS;
    for (;;) {
      if (started.exitCode !== null) throw new Error(`the agent ended with ${started.exitCode}: ${output}`);
      const healthy = await ask('GET', '/healthz').catch(() => undefined);
      if (healthy?.status === 200) return;
      if (Date.now() > until) throw new Error(`the agent does not answer: ${output}`);
      await sleep(50);
    }
  };
  const kill = async (signal: NodeJS.Signals) => {
    const ending = child;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return null;
    const ended = new Promise<number | null>((resolve) => {
      ending.once('exit', (code) => resolve(code));
    });
    ending.kill(signal);
    return ended;
  };
  const ask: RunningAgent['ask'] = async (method, path, body, socket = rootSocket) =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const sent = request(
        {
          socketPath: socket,
          method,
          path,
          headers:
            text === undefined
              ? {}
              : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body: parse(Buffer.concat(chunks).toString()) }),
          );
        },
      );
      sent.setTimeout(20_000, () => sent.destroy(new Error('no answer in 20 s')));
      sent.on('error', reject);
      sent.end(text);
    });

  onTestFinished(async () => {
    await kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  await start();

  const certificate = () => new X509Certificate(readFileSync(certificateFile(stateDir)));
  return {
    folder,
    stateDir,
    rootSocket,
    groupSocket: join(runDir, 'agent.sock'),
    port,
    pid: () => child?.pid ?? 0,
    log: () => output,
    ask,
    configure,
    start,
    kill,
    fingerprint: () => createHash('sha256').update(certificate().raw).digest('hex'),
    mint: async (vmid) => {
      const { status, body } = await ask('POST', '/tokens', { vmid });
      if (status !== 200 || !isMinted(body)) throw new Error(`no token: ${status}`);
      const headerFile = join(folder, `token-${body.id}`);
      writeFileSync(headerFile, `Authorization: Bearer ${body.token}\n`, { mode: 0o600 });
      return { ...body, headerFile };
    },
    curl: (headerFile, method, path, body) => {
      const key = certificate().publicKey.export({ type: 'spki', format: 'der' });
      const pin = createHash('sha256').update(key).digest('base64');
      const out = execFileSync(
        'curl',
        [
          '--silent',
          '--insecure',
          '--tlsv1.3',
          '--pinnedpubkey',
          `sha256//${pin}`,
          '--max-time',
          '20',
          '--request',
          method,
          '--write-out',
          '\n%{http_code}',
          ...(headerFile === undefined ? [] : ['--header', `@${headerFile}`]),
          ...(body === undefined
            ? []
            : ['--header', 'Content-Type: application/json', '--data', JSON.stringify(body)]),
          `https://127.0.0.1:${port}${path}`,
        ],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
      );
      const at = out.lastIndexOf('\n');
      return { status: Number(out.slice(at + 1)), body: parse(out.slice(0, at)) };
    },
    command: (...args) => {
      try {
        const out = execFileSync(FELHOM, [...args, '--source', `agent:${rootSocket}`], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'pipe'],
          env: { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8' },
        });
        return { code: 0, out, err: '' };
      } catch (error) {
        return failedCommand(error);
      }
    },
  };
}

/** The agent takes its tools from fixed places, whatever PATH says: the first of them is another one for it. */
const withPrograms = (folder: string | undefined): readonly string[] =>
  folder === undefined
    ? []
    : ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /usr/local/sbin && exec "$@"', folder];

function certificateFile(stateDir: string): string {
  const names = readdirSync(stateDir, { recursive: true, encoding: 'utf8' });
  const name = names.find((each) => /cert[^/]*\.pem$/.test(each) && !/next/.test(each));
  if (name === undefined) throw new Error(`no certificate below ${stateDir}: ${names.join(' ')}`);
  return join(stateDir, name);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const isMinted = (body: unknown): body is { readonly token: string; readonly id: string } =>
  typeof body === 'object' && body !== null && 'token' in body && 'id' in body;

function failedCommand(error: unknown) {
  const { status, stdout, stderr } = Object(error);
  return { code: Number(status), out: String(stdout), err: String(stderr) };
}
