// Asks the controller's API by one of its doors, as a client would, and reads what comes back.
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { StartedApi } from './start-api.ts';

export type ApiDoor = 'socket' | 'http';
export const DOORS: readonly ApiDoor[] = ['socket', 'http'];

export type Asked = {
  readonly door?: ApiDoor;
  readonly method?: string;
  readonly path: string;
  /** By HTTP the right one, unless another or none (`''`) is named. */
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a string as it is. */
  readonly body?: unknown;
};
type Api = Pick<StartedApi, 'port' | 'socketPath' | 'token'>;

export async function open(api: Api, asked: Asked): Promise<IncomingMessage> {
  const { door = 'http', method = 'GET', path, body } = asked;
  const content = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const token = asked.token ?? (door === 'http' ? api.token : '');
  const headers = {
    host: 'localhost',
    ...(content === undefined ? {} : { 'content-type': 'application/json' }),
    ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
    ...asked.headers,
  };
  const where = door === 'http' ? { host: '127.0.0.1', port: api.port } : { socketPath: api.socketPath };
  return new Promise((resolve, reject) => {
    const sent = request({ ...where, agent: false, method, path, headers });
    sent.on('response', resolve).on('error', reject);
    sent.end(content);
  });
}

export async function ask(api: Api, asked: Asked) {
  const response = await open(api, asked);
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, text, json: objectOf(text) };
}

export const post = async (api: Api, path: string, body: unknown, more: Partial<Asked> = {}) =>
  ask(api, { door: 'socket', method: 'POST', path, body, ...more });

/** What comes back for bytes that are no proper request; the connection must end by itself. */
export async function say(api: Api, door: ApiDoor, ...pieces: readonly string[]) {
  const socket = door === 'http' ? connect(api.port, '127.0.0.1') : connect(api.socketPath);
  let received = '';
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  const ended = new Promise((resolve) => socket.once('close', resolve));
  for (const piece of pieces) socket.write(piece);
  await ended;
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(received)?.[1]);
  return { status, ...objectOf(received.slice(received.indexOf('\r\n\r\n') + 4)) };
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
