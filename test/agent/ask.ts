// Asks a running agent by one of its doors, as a client would: over a Unix socket, or over HTTPS.
import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as tlsConnect } from 'node:tls';
import type { TestAgent } from './test-agent.ts';

export type Door = 'root' | 'group' | 'https';
export type Asked = {
  readonly door?: Door;
  readonly method?: string;
  readonly path: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a string as it is. */
  readonly body?: unknown;
};
export type Answer = {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
};
export type Reachable = Pick<TestAgent, 'config' | 'port'>;

export const socketPath = ({ config }: Reachable, door: 'root' | 'group'): string =>
  join(config.run_dir, door === 'root' ? 'root.sock' : 'agent.sock');

export const scrapeToken = ({ config }: Reachable): string =>
  readFileSync(join(config.state_dir, 'scrape-token'), 'utf8').trim();

/** An open answer: its head is there. */
export async function open(agent: Reachable, asked: Asked): Promise<IncomingMessage> {
  const { door = 'https', method = 'GET', path, token, body } = asked;
  const content = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const headers = {
    ...(content === undefined ? {} : { 'content-type': 'application/json' }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...asked.headers,
  };
  return new Promise((resolve, reject) => {
    const sent =
      door === 'https'
        ? httpsRequest({
            host: '127.0.0.1',
            port: agent.port,
            rejectUnauthorized: false,
            agent: false,
            method,
            path,
            headers,
          })
        : httpRequest({ socketPath: socketPath(agent, door), agent: false, method, path, headers });
    sent.on('response', resolve).on('error', reject);
    sent.end(content);
  });
}

export async function ask(agent: Reachable, asked: Asked): Promise<Answer> {
  const response = await open(agent, asked);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(Buffer.from(chunk));
  const text = Buffer.concat(chunks).toString('utf8');
  return { status: response.statusCode ?? 0, headers: response.headers, text, json: objectOf(text) };
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** A bare connection, and all that comes back by it. */
export async function dial(agent: Reachable, door: Door): Promise<RawConnection> {
  const socket: Socket =
    door === 'https'
      ? tlsConnect({ host: '127.0.0.1', port: agent.port, rejectUnauthorized: false })
      : connect(socketPath(agent, door));
  await new Promise((resolve, reject) => {
    socket.once(door === 'https' ? 'secureConnect' : 'connect', resolve).once('error', reject);
  });
  let received = '';
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  const ended = new Promise<string>((resolve) => socket.once('close', () => resolve(received)));
  return { socket, ended, received: () => received };
}
export type RawConnection = {
  readonly socket: Socket;
  /** Resolves with everything received, when the connection is over. */
  readonly ended: Promise<string>;
  readonly received: () => string;
};
