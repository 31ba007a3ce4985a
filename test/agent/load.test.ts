// Half a minute of load over TLS with a slow-loris beside it: everybody is answered, soon, and the agent does
// not grow. FELHOM_LOAD_S makes it longer (npm run test:long).
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { runLoad } from './load.ts';

const SERVER = fileURLToPath(new URL('serve-for-load.ts', import.meta.url));
const SECONDS = Number(process.env['FELHOM_LOAD_S'] ?? 30);
const LORISES = 30;
const MAX_GROWTH = 40e6;

type Served = { readonly port: number; readonly token: string; readonly pid: number };

async function serve(): Promise<Served> {
  const child = spawn(process.execPath, [SERVER], { stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = new Promise((resolve) => child.once('close', resolve));
  onTestFinished(async () => {
    child.stdin.end();
    await gone;
  });
  const line = await new Promise<string>((resolve) =>
    child.stdout.once('data', (text: Buffer) => resolve(text.toString())),
  );
  return JSON.parse(line);
}

const residentBytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;

/** Connections that send a request so slowly that it never ends, and come again whenever they are cut. */
function slowLoris(port: number, signal: AbortSignal): { readonly cut: () => number } {
  let cut = 0;
  const one = () => {
    if (signal.aborted) return;
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
    const drip = setInterval(() => socket.write('X'), 1000);
    socket.once('secureConnect', () => socket.write('GET /host/metrics HTTP/1.1\r\nX-Slow: '));
    socket.on('error', () => {});
    socket.once('close', () => {
      clearInterval(drip);
      cut += 1;
      setTimeout(one, 200);
    });
    signal.addEventListener('abort', () => socket.destroy(), { once: true });
  };
  for (let n = 0; n < LORISES; n += 1) one();
  return { cut: () => cut };
}

test(
  'a load with slow clients beside it changes neither answers, nor their time, nor memory',
  { timeout: (SECONDS + 60) * 1000 },
  async () => {
    const { port, token, pid } = await serve();
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    const load = { port, token, path: '/host/metrics', connections: 10 };
    // Until the heap has found its size.
    await runLoad({ ...load, seconds: 5 });
    const lorises = slowLoris(port, stop.signal);
    const sizes: number[] = [];
    const watching = (async () => {
      for (let second = 0; second < SECONDS; second += 1) {
        await sleep(1000);
        sizes.push(residentBytes(pid));
      }
    })();
    const result = await runLoad({ ...load, seconds: SECONDS });
    await watching;
    const third = Math.max(1, Math.floor(SECONDS / 3));
    const [early, late] = [median(sizes.slice(0, third)), median(sizes.slice(-third))];
    process.stdout.write(
      `${result.perSecond} requests/s, p50 ${result.p50Ms.toFixed(2)} ms, p99 ${result.p99Ms.toFixed(2)} ms; resident ${mb(early)} → ${mb(late)} MB; ${lorises.cut()} slow ones cut\n`,
    );
    expect(result.failures).toBe(0);
    // Generous: other tests run beside this one. `npm run bench` measures it alone.
    expect(result.p99Ms).toBeLessThan(50);
    expect(late - early).toBeLessThan(MAX_GROWTH);
    expect(lorises.cut()).toBeGreaterThanOrEqual(Math.min(LORISES, SECONDS > 15 ? LORISES : 0));
  },
);

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const mb = (bytes: number): string => (bytes / 1e6).toFixed(0);
