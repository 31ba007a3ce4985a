// A small hub for tests: a real HTTP server that knows customers by their keys, gives their configurations and
// takes their reports. It can be made slow, dead, or to answer anything at all.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { formatYaml } from '../../src/base/yaml-text.ts';
import { hubReport, WRONG_KEY_KIND, type HubReport } from '../../src/contracts/hub.ts';

export const CUSTOMER = 'kovacs';
export const CUSTOMER_KEY = 'felhom_customer_4f2a9c77d1b34e6f';
export const HOST_KEY = 'felhom_host_90aa17c3de5544b1';

export type HubServer = {
  readonly url: string;
  readonly port: number;
  /** All that came in; bodies as they came. */
  readonly asked: readonly { readonly line: string; readonly key: string; readonly body: string }[];
  readonly reports: readonly HubReport[];
  /** What it gives for a configuration; undefined: no such customer. */
  readonly configure: (config: object | string | undefined) => void;
  /** Answers instead of the hub; undefined: the hub again. */
  readonly answer: (
    handler: ((request: IncomingMessage, response: ServerResponse) => void) | undefined,
  ) => void;
  readonly stop: () => Promise<void>;
  /** At the same port again. */
  readonly start: () => Promise<void>;
};

export async function startHub(config?: object | string, host = '127.0.0.1'): Promise<HubServer> {
  const asked: { line: string; key: string; body: string }[] = [];
  const reports: HubReport[] = [];
  let given = config;
  let instead: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  let port = 0;
  let server: Server | undefined;

  const say = (response: ServerResponse, status: number, body: object | string) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, {
      'content-type': typeof body === 'string' ? 'application/yaml' : 'application/json',
    });
    response.end(text);
  };
  const judge = (key: string): { status: number; body: object } | undefined => {
    if (key === CUSTOMER_KEY) return undefined;
    return {
      status: 401,
      body:
        key === HOST_KEY
          ? { error: `this is the key of host demo-felhom-01`, code: WRONG_KEY_KIND, key_kind: 'host' }
          : { error: 'no such key', code: 'E_TOKEN' },
    };
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    const line = `${request.method ?? ''} ${request.url ?? ''}`;
    const key = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    asked.push({ line, key, body });
    if (instead !== undefined) return instead(request, response);
    const no = judge(key);
    if (no !== undefined) return say(response, no.status, no.body);
    if (line === `GET /api/v1/customers/${CUSTOMER}/config`) {
      return given === undefined
        ? say(response, 404, { error: 'no such customer', code: 'E_NO_SUCH' })
        : say(response, 200, typeof given === 'string' ? given : formatYaml(given));
    }
    if (line !== 'POST /api/v1/report') return say(response, 404, { error: 'no route', code: 'E_NO_ROUTE' });
    const report = hubReport.safeParse(JSON.parse(body));
    if (report.data?.customer_id !== CUSTOMER) return say(response, 403, { error: 'of another customer' });
    reports.push(report.data);
    return say(response, 200, { received: Date.now() });
  };
  const start = async () => {
    const started = createServer((request, response) => {
      handle(request, response).catch(() => response.destroy());
    });
    server = started;
    started.listen(port, host);
    await once(started, 'listening');
    const address = started.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  };
  await start();
  return {
    url: `http://${host}:${port}`,
    port,
    asked,
    reports,
    configure: (config) => {
      given = config;
    },
    answer: (handler) => {
      instead = handler;
    },
    stop: async () => {
      server?.closeAllConnections();
      await new Promise((resolve) => server?.close(resolve));
    },
    start,
  };
}

/** What the hub has of a customer with everything. */
export const WHOLE_CONFIG = {
  generation: 3,
  customer: { id: CUSTOMER, domain: 'kovacs.example', email: 'admin@kovacs.example' },
  infrastructure: { cf_tunnel_token: 'tunnel-a81c5e0042d94f', cf_api_token: 'cf-api-77b0e91c26aa3d' },
  stacks: { protected: ['traefik', 'cloudflared', 'felhom-controller', 'filebrowser'] },
  assets: { sync_enabled: false },
} as const;
