// The agent: how many requests it answers beside a bare HTTPS server that sends the same bytes, and what it
// costs while nobody asks beside Prometheus's node exporter.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runLoad } from '../agent/load.ts';
import { findProgram } from '../setup/find-program.ts';
import { median } from './numbers.ts';
import { cpuMs, residentMb } from './process-cost.ts';
import { felhom } from './programs-measured.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const PATH = '/host/metrics';
const CONNECTIONS = 10;
const SETTLE_MS = 8000;

/** In turns, so that both have the same machine. */
export async function measureRequests(rounds: number, seconds: number): Promise<Record<string, number>> {
  const agent = await serve([here('../agent/serve-for-load.ts')]);
  const { port, token, stateDir } = agent.told;
  const body = await fetchOnce(Number(port), String(token));
  const certificate = join(String(stateDir), 'certificate.pem');
  const bare = await serve([here('bare-https.ts'), JSON.stringify({ certificate, body })]);
  try {
    const ours: number[] = [];
    const theirs: number[] = [];
    const slowest: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const load = { path: PATH, token: String(token), connections: CONNECTIONS, seconds };
      const answered = await runLoad({ ...load, port: Number(port) });
      const sent = await runLoad({ ...load, port: Number(bare.told['port']) });
      if (answered.failures > 0) throw new Error(`${answered.failures} requests failed`);
      ours.push(answered.perSecond);
      slowest.push(answered.p99Ms);
      theirs.push(sent.perSecond);
    }
    return { 'requests.agent': median(ours), 'requests.bare': median(theirs), 'p99.agent': median(slowest) };
  } finally {
    await bare.stop();
    await agent.stop();
  }
}

export async function measureAgentAtRest(restMs: number): Promise<Record<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), 'felhom-bench-agent-'));
  const config = join(folder, 'agent.json');
  const own = { state_dir: join(folder, 'state'), run_dir: join(folder, 'run') };
  writeFileSync(config, JSON.stringify({ ...own, log_level: 'error' }), { mode: 0o600 });
  const exporter = findProgram('prometheus-node-exporter');
  const programs = [
    { name: 'agent', child: start(felhom.file, ['agent', '--config', config]) },
    ...(exporter === undefined
      ? []
      : [{ name: 'exporter', child: start(exporter, ['--web.listen-address=127.0.0.1:0']) }]),
  ];
  try {
    await sleep(SETTLE_MS);
    const before = programs.map(({ child }) => cpuMs(child.pid ?? 0));
    await sleep(restMs);
    const figures: Record<string, number> = {};
    for (const [index, { name, child }] of programs.entries()) {
      figures[`rest-cpu.${name}`] = ((cpuMs(child.pid ?? 0) - (before[index] ?? 0)) / restMs) * 100;
      figures[`rest-memory.${name}`] = residentMb(child.pid ?? 0);
    }
    return figures;
  } finally {
    await Promise.all(programs.map(async ({ child }) => end(child)));
    rmSync(folder, { recursive: true, force: true });
  }
}

const start = (file: string, args: readonly string[]): ChildProcess =>
  spawn(file, args, { stdio: 'ignore', cwd: '/' });

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}

type Served = { readonly told: Record<string, unknown>; readonly stop: () => Promise<unknown> };

async function serve(args: readonly string[]): Promise<Served> {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (text: Buffer) => resolve(text.toString()));
    child.once('exit', () => reject(new Error(`${args.at(-1)} ended before it served`)));
  });
  return {
    told: JSON.parse(line),
    stop: async () => {
      child.stdin.end();
      return gone;
    },
  };
}

async function fetchOnce(port: number, token: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    get({ host: '127.0.0.1', port, path: PATH, headers, rejectUnauthorized: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });
}
