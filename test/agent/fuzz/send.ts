// Sends one request as it was made and gives back what came; a stream is listened to for a moment.
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Crafted } from './craft-request.ts';

export type Came = {
  /** 0 when the connection ended without an answer. */
  readonly status: number;
  readonly text: string;
  readonly headers: string;
  readonly json: Readonly<Record<string, unknown>>;
  /** How it ended without an answer. */
  readonly broken: string | undefined;
};

const LISTEN_MS = 150;
const PATIENCE_MS = 25_000;

/** Undefined when Node's own client would not send it. */
export async function send(
  port: number,
  { by, method, path, headers, body }: Crafted,
): Promise<Came | undefined> {
  return new Promise((resolve) => {
    const options = { method, path, headers, agent: by.agent };
    let over = false;
    const end = (came: Came | undefined) => {
      over = true;
      resolve(came);
    };
    const broke = (error: Error) => {
      if (!over) end({ status: 0, text: '', headers: '', json: {}, broken: error.message });
    };
    try {
      const asking =
        by.socketPath === null
          ? httpsRequest({ ...options, host: '127.0.0.1', port, localAddress: by.localAddress })
          : httpRequest({ ...options, socketPath: by.socketPath });
      asking.on('error', broke);
      asking.setTimeout(PATIENCE_MS, () => asking.destroy(new Error(`no answer in ${PATIENCE_MS} ms`)));
      asking.on('response', (response) => {
        const chunks: Buffer[] = [];
        const finish = () => {
          if (over) return;
          const text = Buffer.concat(chunks).toString('utf8');
          const told = response.rawHeaders.join('\n');
          end({
            status: response.statusCode ?? 0,
            text,
            headers: told,
            json: objectOf(text),
            broken: undefined,
          });
        };
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', finish);
        response.on('error', finish);
        response.on('close', finish);
        if (response.headers['content-type']?.startsWith('text/event-stream') === true) {
          setTimeout(() => {
            finish();
            asking.destroy();
          }, LISTEN_MS);
        }
      });
      asking.end(body);
    } catch {
      end(undefined);
    }
  });
}

export function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
