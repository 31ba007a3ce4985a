// A bare client of Docker's API for tests, over node:http: it shares no code with ours, so that a
// mistake of ours cannot agree with itself.
import { request } from 'node:http';

export type Engine = {
  readonly call: (method: string, path: string, body?: unknown) => Promise<unknown>;
  /** What the daemon says to a ping, or nothing. */
  readonly tryPing: () => Promise<string | undefined>;
  /** Makes an image of a tar archive. */
  readonly importImage: (archive: Buffer, repository: string, tag: string) => Promise<void>;
  /** Gives back the id. */
  readonly createContainer: (name: string, settings: object) => Promise<string>;
  readonly start: (id: string) => Promise<void>;
  /** Waits until Docker's list says so of the container. */
  readonly waitForStatus: (id: string, status: RegExp, withinMs?: number) => Promise<void>;
};

const PING_DEADLINE_MS = 500;

export function createEngine(socketPath: string): Engine {
  const send = async (
    method: string,
    path: string,
    body?: Buffer,
    type = 'application/json',
    deadlineMs = 30_000,
  ) =>
    new Promise<string>((resolve, reject) => {
      const headers = body === undefined ? {} : { 'Content-Type': type, 'Content-Length': body.length };
      const signal = AbortSignal.timeout(deadlineMs);
      const sent = request({ socketPath, method, path, headers, agent: false, signal }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          if ((response.statusCode ?? 500) < 400) resolve(text);
          else reject(new Error(`${method} ${path}: ${response.statusCode ?? ''} ${text}`));
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const text = await send(method, path, body === undefined ? undefined : Buffer.from(JSON.stringify(body)));
    return text === '' ? undefined : JSON.parse(text);
  };
  return {
    call,
    tryPing: async () => {
      try {
        return await send('GET', '/_ping', undefined, undefined, PING_DEADLINE_MS);
      } catch {
        return undefined;
      }
    },
    importImage: async (archive, repository, tag) => {
      const query = new URLSearchParams({ fromSrc: '-', repo: repository, tag });
      await send('POST', `/images/create?${query.toString()}`, archive, 'application/x-tar');
    },
    createContainer: async (name, settings) => {
      const made = await call('POST', `/containers/create?name=${encodeURIComponent(name)}`, settings);
      if (typeof made !== 'object' || made === null || !('Id' in made)) throw new Error('no id');
      return String(made.Id);
    },
    start: async (id) => {
      await call('POST', `/containers/${id}/start`);
    },
    waitForStatus: async (id, status, withinMs = 15_000) => {
      const filters = encodeURIComponent(JSON.stringify({ id: [id] }));
      const until = performance.now() + withinMs;
      for (;;) {
        const listed = JSON.stringify(await call('GET', `/containers/json?all=1&filters=${filters}`));
        const told = /"Status":"([^"]*)"/.exec(listed)?.[1] ?? '';
        if (status.test(told)) return;
        if (performance.now() > until) throw new Error(`still "${told}"`);
        await new Promise((done) => setTimeout(done, 50));
      }
    },
  };
}
