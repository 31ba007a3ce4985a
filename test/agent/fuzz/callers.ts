// Everybody who can reach the agent, each with its door, its secret and addresses of its own: the limits
// of one address or one VMID must not hide what is behind them.
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { CallerKind } from '../../../src/contracts/routes.ts';

export const CALLER_NAMES = [
  'root',
  'group',
  'guest',
  'stranger',
  'scraper',
  'nobody',
  'wrong token',
  'revoked token',
] as const;
export type CallerName = (typeof CALLER_NAMES)[number];

export type Identity = {
  readonly name: CallerName;
  /** What the table of rights calls it. */
  readonly kind: CallerKind;
  readonly vmid: number | null;
  readonly token: string | null;
  readonly socketPath: string | null;
  readonly localAddress: string | undefined;
  readonly agent: HttpAgent;
};

/** What the fuzz has to know of an agent, in whatever process it runs. */
export type Attacked = {
  readonly rootSocket: string;
  readonly groupSocket: string;
  readonly port: number;
  readonly stateDir: string;
  readonly pid: () => number;
  /** All that it wrote. */
  readonly log: () => string;
};

export type Callers = {
  readonly of: (name: CallerName) => readonly Identity[];
  /** Secret → whose; what is minted later is added. */
  readonly secrets: Map<string, Identity | null>;
  readonly close: () => void;
};

type Mint = (vmid: number) => Promise<{ readonly token: string; readonly id: string }>;

export const FIRST_GUEST = 9200;
export const FIRST_STRANGER = 9300;
export const REVOKED_VMID = 9500;
/** Enough that the limit of what one VMID posts leaves most requests through. */
const VMIDS = 40;
const MANY = 24;

export async function createCallers(
  attacked: Attacked,
  tools: {
    readonly mint: Mint;
    readonly revoke: (id: string) => Promise<void>;
    readonly scrapeToken: string;
  },
): Promise<Callers> {
  const secrets = new Map<string, Identity | null>();
  const agents: HttpAgent[] = [];
  let addresses = 0;
  const over = (name: CallerName, kind: CallerKind, vmid: number | null, token: string | null): Identity => {
    addresses += 1;
    const agent = new HttpsAgent({ keepAlive: true, maxSockets: 2, rejectUnauthorized: false });
    agents.push(agent);
    const localAddress = `127.${9 + (addresses >> 7)}.${addresses & 127}.2`;
    const identity = { name, kind, vmid, token, socketPath: null, localAddress, agent };
    if (token !== null) secrets.set(token, identity);
    return identity;
  };
  const at = (name: 'root' | 'group', socketPath: string): Identity => {
    const agent = new HttpAgent({ keepAlive: true, maxSockets: 8 });
    agents.push(agent);
    return { name, kind: name, vmid: null, token: null, socketPath, localAddress: undefined, agent };
  };
  const guests = async (name: 'guest' | 'stranger', first: number) => {
    const all: Identity[] = [];
    for (let vmid = first; vmid < first + VMIDS; vmid += 1) {
      all.push(over(name, 'guest', vmid, (await tools.mint(vmid)).token));
    }
    return all;
  };
  const revoked: string[] = [];
  for (let count = 0; count < 4; count += 1) {
    const { token, id } = await tools.mint(REVOKED_VMID);
    await tools.revoke(id);
    revoked.push(token);
  }
  const { scrapeToken } = tools;
  const wrong = (index: number) =>
    [
      'felhom_9200_made-up-and-never-minted-by-anybody',
      'null',
      `${scrapeToken}x`,
      scrapeToken.slice(0, -1),
      revoked[0]?.slice(0, -1) ?? 'x',
      'root',
    ].at(index % 6) ?? 'x';
  const many = <T>(make: (index: number) => T) => Array.from({ length: MANY }, (_, index) => make(index));
  const table: Readonly<Record<CallerName, readonly Identity[]>> = {
    root: [at('root', attacked.rootSocket)],
    group: [at('group', attacked.groupSocket)],
    guest: await guests('guest', FIRST_GUEST),
    stranger: await guests('stranger', FIRST_STRANGER),
    scraper: [over('scraper', 'scraper', null, scrapeToken)],
    nobody: many(() => over('nobody', 'nobody', null, null)),
    'wrong token': many((index) => over('wrong token', 'nobody', null, wrong(index))),
    'revoked token': many((index) =>
      over('revoked token', 'nobody', null, revoked.at(index % revoked.length) ?? 'x'),
    ),
  };
  // No secrets at all, and parts of ones: they are not looked for.
  for (const { token } of table['wrong token']) if (token !== null) secrets.delete(token);
  return {
    of: (name) => table[name],
    secrets,
    close: () => {
      for (const agent of agents) agent.destroy();
    },
  };
}
