// Who may do what: every route is asked by every kind of caller at a running agent. What is expected
// stands here once more, written from the design and not from the table of routes.
import { expect, test } from 'vitest';
import { routes, type RouteId, type RouteTable } from '../../src/contracts/routes.ts';
import { defaultLimits } from '../../src/agent/limits.ts';
import type { AgentParts, DecidingHandlers } from '../../src/agent/parts.ts';
import { ask, open, scrapeToken, type Asked } from './ask.ts';
import { GENEROUS, GUEST, startTestAgent, STRANGER, type TestAgent } from './test-agent.ts';

type CallerName = 'root' | 'group' | 'guest' | 'stranger' | 'scraper' | 'nobody' | 'wrong token';

/** r: root, g: group, o: guest, asking for its own, s: scraper, n: nobody. Who is not named is refused. */
const EXPECTED: { readonly [R in RouteId]: string } = {
  healthz: 'rgosn',
  metrics: 'rgs',
  storage: 'rgo',
  hostMetrics: 'rgo',
  facts: 'rg',
  agent: 'rgo',
  disks: 'rgo',
  scanDisk: 'rgo',
  formatDisk: 'rgo',
  releaseDisk: 'rg',
  identifyDisk: 'rg',
  operations: 'rgo',
  operation: 'rgo',
  confirmOperation: 'rg',
  bytesOperation: 'rg',
  submitOperation: 'rg',
  denyOperation: 'rg',
  runOperation: 'rg',
  cancelOperation: 'rg',
  guests: 'rgo',
  reportGuest: 'o',
  startGuest: 'rg',
  stopGuest: 'rg',
  rebootGuest: 'rg',
  tokens: 'r',
  mintToken: 'r',
  revokeToken: 'r',
  grants: 'rg',
  ledger: 'rg',
  signers: 'rg',
  events: 'rgo',
  renewCertificate: 'r',
  switchCertificate: 'r',
  acceptInstall: 'r',
  resetClock: 'r',
};
const LETTERS: Readonly<Record<CallerName, string>> = {
  root: 'r',
  group: 'g',
  guest: 'o',
  // A guest like any other; what it sees of others is the handlers' matter and tested there.
  stranger: 'o',
  scraper: 's',
  nobody: 'n',
  'wrong token': 'n',
};

/** What each route takes, so that only rights can refuse it. */
const ID = `op_${'0'.repeat(24)}`;
const REQUESTS: { readonly [R in RouteId]?: Pick<Asked, 'path' | 'body'> } = {
  facts: { path: '/facts/memory' },
  scanDisk: { path: '/disks/scan', body: { device: '/dev/none' } },
  formatDisk: { path: '/disks/format', body: { vmid: GUEST.vmid, device: '/dev/none', fstype: 'ext4' } },
  releaseDisk: { path: '/disks/release', body: { device: '/dev/none' } },
  identifyDisk: { path: '/disks/identify', body: { device: '/dev/none' } },
  operation: { path: `/operations/${ID}` },
  confirmOperation: { path: `/operations/${ID}/confirm` },
  bytesOperation: { path: `/operations/${ID}/bytes` },
  submitOperation: { path: `/operations/${ID}/submit`, body: { signature: 'none' } },
  denyOperation: { path: `/operations/${ID}/deny` },
  runOperation: { path: `/operations/${ID}/run` },
  cancelOperation: { path: `/operations/${ID}/cancel` },
  reportGuest: { path: `/guests/${GUEST.vmid}/report`, body: { status: 'ok' } },
  startGuest: { path: `/guests/${GUEST.vmid}/start` },
  stopGuest: { path: `/guests/${GUEST.vmid}/stop` },
  rebootGuest: { path: `/guests/${GUEST.vmid}/reboot` },
  mintToken: { path: '/tokens', body: { vmid: GUEST.vmid } },
  events: { path: '/events?subjects=' },
};

const CALLERS: readonly CallerName[] = [
  'root',
  'group',
  'guest',
  'stranger',
  'scraper',
  'nobody',
  'wrong token',
];

function as(agent: TestAgent, caller: CallerName): Pick<Asked, 'door' | 'token'> {
  switch (caller) {
    case 'root':
    case 'group':
      // A token that is sent along by these doors makes no other caller of them.
      return { door: caller, token: STRANGER.secret };
    case 'guest':
      return { token: GUEST.secret };
    case 'stranger':
      return { token: STRANGER.secret };
    case 'scraper':
      return { token: scrapeToken(agent) };
    case 'nobody':
      return {};
    case 'wrong token':
      return { token: 'felhom_9200_made-up' };
  }
}

const ids = Object.keys(routes).filter((id): id is RouteId => Object.hasOwn(routes, id));

/** Every way in which the agent answers otherwise than expected. */
async function walk(agent: TestAgent, reached: string[]): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const id of ids) {
    for (const caller of CALLERS) {
      reached.length = 0;
      const { method, path } = routes[id];
      const asked = {
        method,
        ...(method === 'POST' ? { body: {} } : {}),
        path,
        ...REQUESTS[id],
        ...as(agent, caller),
      };
      const status = await statusOf(agent, asked);
      const may = EXPECTED[id].includes(LETTERS[caller]);
      const refused = caller === 'nobody' || caller === 'wrong token' ? 401 : 403;
      if (may ? status === 401 || status === 403 : status !== refused) {
        wrong.push(`${id} by ${caller}: ${status}`);
      }
      if (!may && reached.length > 0) wrong.push(`${id} by ${caller} reached its handler`);
    }
  }
  return wrong;
}

async function statusOf(agent: TestAgent, asked: Asked): Promise<number> {
  if (!asked.path.startsWith('/events')) return (await ask(agent, asked)).status;
  const stream = await open(agent, asked);
  stream.destroy();
  return stream.statusCode ?? 0;
}

/** Handlers that note that they were reached, in the place of those that decide. */
const noting =
  (reached: string[]) =>
  ({ handlers }: AgentParts): Partial<AgentParts> => {
    const noted: DecidingHandlers = { ...handlers };
    for (const [id, handler] of Object.entries(handlers)) {
      Object.assign(noted, {
        [id]: async (call: never) => {
          reached.push(id);
          return handler(call);
        },
      });
    }
    return { handlers: noted };
  };

const limits = {
  rates: {
    ...defaultLimits.rates,
    connections: GENEROUS,
    address: GENEROUS,
    guest: GENEROUS,
    posts: GENEROUS,
    group: GENEROUS,
    scraper: GENEROUS,
    wrongToken: GENEROUS,
  },
};

test('every route lets in whom the design says, and nobody else', async () => {
  const reached: string[] = [];
  const agent = await startTestAgent({ limits, parts: noting(reached) });
  expect(await walk(agent, reached)).toEqual([]);
});

test.each(['mintToken', 'reportGuest', 'metrics', 'ledger'] as const)(
  'one right loosened at %s is found by the same walk',
  async (id) => {
    const loosened: RouteTable = {
      ...routes,
      [id]: { ...routes[id], rights: { ...routes[id].rights, group: 'yes', guest: 'yes', nobody: 'yes' } },
    };
    const reached: string[] = [];
    const agent = await startTestAgent({ limits, routes: loosened, parts: noting(reached) });
    const wrong = await walk(agent, reached);
    expect(wrong.length).toBeGreaterThan(0);
    expect(wrong.every((line) => line.startsWith(`${id} `))).toBe(true);
  },
);

test('a caller without the right is refused before its body is read', async () => {
  const agent = await startTestAgent({ limits });
  const answer = await ask(agent, { method: 'POST', path: '/tokens', body: '{{{', token: GUEST.secret });
  expect(answer).toMatchObject({ status: 403, json: { code: 'E_FORBIDDEN' } });
});
