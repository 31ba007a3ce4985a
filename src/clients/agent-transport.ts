// One request to an agent: bounded in time and size, and ended when nobody waits any more. Node's own
// HTTP, as it is loaded five times as fast as undici (docs/decisions/0006-agent-client.md).
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { splitEndpoint, type AgentAddress } from './agent-address.ts';
import { createConnections } from './agent-connect.ts';
import type { Pins } from './agent-pins.ts';
import { withDeadline } from './deadline.ts';

export type AgentRequest = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
};
export type AgentAnswer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

export type AgentTransport = {
  readonly send: (asked: AgentRequest) => Promise<AgentAnswer>;
  /** The answer as it begins; who takes it reads or destroys it. The deadline is for its beginning. */
  readonly open: (asked: AgentRequest) => Promise<IncomingMessage>;
  /** Ends all connections; whoever asks after that opens new ones. */
  readonly close: () => void;
};

/** More than this is no answer of an agent. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** The answer came, and is too large to be taken. */
export class TooLarge extends Error {
  constructor() {
    super(`more than ${MAX_ANSWER_BYTES / 1024 / 1024} MiB`);
    this.name = 'TooLarge';
  }
}

/** The address is asked for anew with each request: a guest may be told of another one. */
export function createTransport(address: () => AgentAddress, pins: Pins): AgentTransport {
  const kept = createConnections(address, pins, true);
  const fresh = createConnections(address, pins, false);

  const begin = async (asked: AgentRequest, signal: AbortSignal): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const { method, path, body } = asked;
      const now = address();
      const target = now.kind === 'https' ? splitEndpoint(now.endpoint) : undefined;
      const stream = asked.headers?.['accept'] === EVENT_STREAM;
      const outgoing = request({
        agent: method === 'GET' && !stream ? kept : fresh,
        host: target?.host ?? 'localhost',
        ...(target === undefined ? {} : { port: target.port }),
        method,
        path,
        setDefaultHeaders: true,
        headers: {
          ...asked.headers,
          ...(body === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
          ...(now.kind === 'https' ? { authorization: `Bearer ${now.token}` } : {}),
        },
        signal,
      });
      outgoing.once('response', resolve);
      outgoing.on('error', (error) => {
        // Closed by the agent while it was kept: nothing was answered, and looking twice harms nobody.
        if (outgoing.reusedSocket && method === 'GET' && !signal.aborted && isHangUp(error)) {
          begin(asked, signal).then(resolve, reject);
        } else reject(error);
      });
      outgoing.end(body);
    });

  return {
    send: async (asked) =>
      withDeadline(asked.signal, asked.deadlineMs, async (signal) => {
        const response = await begin(asked, signal);
        return { status: response.statusCode ?? 0, headers: response.headers, body: await readAll(response) };
      }),
    open: async (asked) => {
      const stop = new AbortController();
      const onAbort = () => stop.abort();
      if (asked.signal.aborted) onAbort();
      else asked.signal.addEventListener('abort', onAbort, { once: true });
      try {
        // The signal of the deadline must not end what goes on after it: a second one does.
        const response = await withDeadline(asked.signal, asked.deadlineMs, async (late) => {
          late.addEventListener('abort', onAbort, { once: true });
          return begin(asked, stop.signal);
        });
        response.once('close', () => asked.signal.removeEventListener('abort', onAbort));
        return response;
      } catch (error) {
        asked.signal.removeEventListener('abort', onAbort);
        throw error;
      }
    },
    close: () => {
      kept.destroy();
      fresh.destroy();
    },
  };
}

export const EVENT_STREAM = 'text/event-stream';

const isHangUp = (error: Error): boolean =>
  'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');

async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response) {
      if (!Buffer.isBuffer(chunk)) continue;
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) throw new TooLarge();
      chunks.push(chunk);
    }
  } finally {
    if (!response.complete) response.destroy();
  }
  if (!response.complete) throw new Error('the answer broke off');
  return Buffer.concat(chunks).toString('utf8');
}
