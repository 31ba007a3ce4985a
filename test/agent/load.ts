// A load of keep-alive requests over TLS, as a process of its own, so that it measures a server and not
// itself: node test/agent/load.ts '{"port":8443,"path":"/host/metrics","connections":10,"seconds":5}'
// prints one line of JSON. One request at a time on each connection, over bare sockets.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { connect } from 'node:tls';

export type Load = {
  readonly port: number;
  readonly path: string;
  readonly token?: string;
  readonly connections: number;
  readonly seconds: number;
};
export type LoadResult = {
  readonly requests: number;
  /** Answers that were not 200, and connections that broke. */
  readonly failures: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
};

const SELF = fileURLToPath(import.meta.url);
const WARM_UP_MS = 500;

export async function runLoad(load: Load): Promise<LoadResult> {
  const child = spawn(process.execPath, [SELF, JSON.stringify(load)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  await new Promise((resolve) => child.once('close', resolve));
  return JSON.parse(text);
}

async function measure(load: Load): Promise<LoadResult> {
  const request = [
    `GET ${load.path} HTTP/1.1`,
    'Host: agent',
    ...(load.token === undefined ? [] : [`Authorization: Bearer ${load.token}`]),
    '\r\n',
  ].join('\r\n');
  const times: number[] = [];
  let failures = 0;
  const start = performance.now();
  const from = start + WARM_UP_MS;
  const until = from + load.seconds * 1000;

  await Promise.all(
    Array.from({ length: load.connections }, async () => {
      const socket = connect({ host: '127.0.0.1', port: load.port, rejectUnauthorized: false });
      socket.setNoDelay(true);
      let sentAt = 0;
      let received = '';
      const send = () => {
        sentAt = performance.now();
        socket.write(request);
      };
      await new Promise<void>((resolve) => {
        socket.once('secureConnect', send);
        socket.on('error', () => {});
        socket.once('close', () => {
          if (performance.now() < until) failures += 1;
          resolve();
        });
        socket.on('data', (chunk: Buffer) => {
          received += chunk.toString('latin1');
          const head = received.indexOf('\r\n\r\n');
          if (head < 0) return;
          const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
          if (received.length < head + 4 + length) return;
          const now = performance.now();
          if (!received.startsWith('HTTP/1.1 200')) failures += 1;
          if (sentAt >= from) times.push(now - sentAt);
          received = '';
          if (now < until) send();
          else socket.destroy();
        });
      });
    }),
  );
  times.sort((a, b) => a - b);
  const at = (share: number) =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
  return {
    requests: times.length,
    failures,
    perSecond: Math.round(times.length / load.seconds),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
  };
}

if (process.argv[1] === SELF) {
  process.stdout.write(`${JSON.stringify(await measure(JSON.parse(process.argv[2] ?? '{}')))}\n`);
}
