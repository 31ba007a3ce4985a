// Asks an agent by root's socket, to set up what is attacked.
import { request } from 'node:http';
import { objectOf } from './send.ts';

export type Ask = (
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
) => Promise<{ readonly status: number; readonly body: unknown }>;

export const asRoot =
  (socketPath: string): Ask =>
  async (method, path, body) =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const headers = text === undefined ? {} : { 'content-type': 'application/json' };
      const asking = request({ socketPath, method, path, headers }, (response) => {
        let came = '';
        response.on('data', (chunk: Buffer) => (came += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: objectOf(came) }));
      });
      asking.on('error', reject);
      asking.end(text);
    });
