// The hub, as a guest's controller asks it. Over HTTPS, and no redirect is followed: the customer's key goes to
// the hub or nowhere. What it answers is foreign: none of it is quoted in an error. Node's own HTTP, as for the
// agent (docs/decisions/0006-agent-client.md).
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { errnoOf, messageOf } from '../base/errors.ts';
import { parseJson } from '../base/parse-json.ts';
import { HUB_PATHS, hubRefused, WRONG_KEY_KIND, type HubReport } from '../contracts/hub.ts';
import { GivenUp, withDeadline } from './deadline.ts';

/**
 * `wrong-key-kind`: the host's key where the customer's is needed. `not-encrypted`: plain HTTP to somewhere
 * outside, which is not asked at all.
 */
export type HubErrorKind =
  | 'unreachable'
  | 'timeout'
  | 'not-encrypted'
  | 'redirected'
  | 'wrong-key-kind'
  | 'key-refused'
  | 'no-such-customer'
  | 'refused'
  | 'too-large'
  | 'garbage';

export class HubError extends Error {
  readonly kind: HubErrorKind;

  constructor(kind: HubErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'HubError';
    this.kind = kind;
  }
}

export type HubAddress = { readonly url: string; readonly api_key: string };

export type HubClient = {
  /** YAML, not looked at yet. Throws a `HubError`. */
  readonly fetchConfig: (customerId: string, signal: AbortSignal) => Promise<string>;
  readonly report: (report: HubReport, signal: AbortSignal) => Promise<void>;
};

const DEADLINE_MS = 10_000;
const MAX_CONFIG_BYTES = 256 * 1024;
const MAX_ANSWER_BYTES = 64 * 1024;

export function createHubClient({ url, api_key: key }: HubAddress, deadlineMs = DEADLINE_MS): HubClient {
  const send = async (
    method: 'GET' | 'POST',
    path: string,
    maxBytes: number,
    signal: AbortSignal,
    body?: string,
  ): Promise<string> => {
    const base = new URL(url);
    if (base.protocol === 'http:' && !staysHere(base.hostname)) {
      throw new HubError('not-encrypted', `${base.host} is plain HTTP: the key is not sent over it`);
    }
    const target = new URL(`${base.pathname.replace(/\/+$/, '')}${path}`, base.origin);
    try {
      return await withDeadline(signal, deadlineMs, async (ends) => {
        const response = await begin(target, { method, key, body, signal: ends });
        const answer = await readBounded(response, maxBytes);
        const { statusCode = 0 } = response;
        if (statusCode >= 200 && statusCode <= 299) return answer;
        throw refusal(statusCode, answer);
      });
    } catch (error) {
      throw error instanceof HubError ? error : unreached(error);
    }
  };
  return {
    fetchConfig: async (customerId, signal) =>
      send('GET', HUB_PATHS.config(customerId), MAX_CONFIG_BYTES, signal),
    report: async (report, signal) => {
      await send('POST', HUB_PATHS.report, MAX_ANSWER_BYTES, signal, JSON.stringify(report));
    },
  };
}

async function begin(
  target: URL,
  asked: {
    readonly method: string;
    readonly key: string;
    readonly body: string | undefined;
    readonly signal: AbortSignal;
  },
): Promise<IncomingMessage> {
  const { request } = target.protocol === 'https:' ? await import('node:https') : await import('node:http');
  const { method, key, body, signal } = asked;
  return new Promise((resolve, reject) => {
    const outgoing = request(target, {
      // A connection of its own: reports are rare, and a kept one would have died meanwhile.
      agent: false,
      method,
      signal,
      headers: {
        accept: method === 'GET' ? 'application/yaml' : 'application/json',
        authorization: `Bearer ${key}`,
        'user-agent': 'felhom-controller',
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      },
    });
    outgoing.once('response', resolve);
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function readBounded(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response) {
      if (!Buffer.isBuffer(chunk)) continue;
      bytes += chunk.length;
      if (bytes > maxBytes) throw new HubError('too-large', `more than ${maxBytes / 1024} KiB`);
      chunks.push(chunk);
    }
  } finally {
    if (!response.complete) response.destroy();
  }
  if (!response.complete) throw new HubError('unreachable', 'the answer broke off');
  return Buffer.concat(chunks).toString('utf8');
}

function refusal(status: number, answer: string): HubError {
  if (status >= 300 && status <= 399) {
    return new HubError(
      'redirected',
      `it answers with another address (HTTP ${status}), which is not followed`,
    );
  }
  const said = hubRefused.safeParse(parseJson(answer));
  if (said.success && (said.data.code === WRONG_KEY_KIND || said.data.key_kind === 'host')) {
    return new HubError('wrong-key-kind', `HTTP ${status}: the key is a host's, not a customer's`);
  }
  if (status === 401) return new HubError('key-refused', 'HTTP 401: it does not know the key');
  if (status === 404) return new HubError('no-such-customer', 'HTTP 404: it does not know the customer');
  return new HubError('refused', `HTTP ${status}`);
}

function unreached(error: unknown): HubError {
  if (error instanceof GivenUp) return new HubError('timeout', error.message, error);
  const code = errnoOf(error);
  if (code?.startsWith('HPE_') === true) return new HubError('garbage', 'what answers is no HTTP', error);
  return new HubError('unreachable', code ?? messageOf(error), error);
}

const INSIDE = new BlockList();
INSIDE.addSubnet('127.0.0.0', 8);
INSIDE.addSubnet('10.0.0.0', 8);
INSIDE.addSubnet('172.16.0.0', 12);
INSIDE.addSubnet('192.168.0.0', 16);
INSIDE.addAddress('::1', 'ipv6');
INSIDE.addSubnet('fc00::', 7, 'ipv6');

/** This machine or an address of a private network, by number: a name may lead anywhere. */
function staysHere(hostname: string): boolean {
  const plain = hostname.replace(/^\[(.*)\]$/, '$1');
  if (plain === 'localhost') return true;
  const family = isIP(plain);
  return family !== 0 && INSIDE.check(plain, family === 6 ? 'ipv6' : 'ipv4');
}
