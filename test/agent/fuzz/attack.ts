// The attack itself: many hands at once, every route by every caller again and again, and between them looks
// at what must not have happened.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RouteId } from '../../../src/contracts/routes.ts';
import { CALLER_NAMES, type Attacked, type CallerName, type Callers, type Identity } from './callers.ts';
import { createCraft, ROUTE_IDS, type Crafted, type Known } from './craft-request.ts';
import { createDice, shuffled, type Dice } from './dice.ts';
import { AGREED, ENDED, foreignRows, idsTold, judgeAnswer, operationsIn } from './judge-answer.ts';
import { objectOf, send, type Came } from './send.ts';
import type { Signatures } from './signatures.ts';
import { createTally, type Tally } from './tally.ts';
import type { Targets } from './targets.ts';

export type Attack = {
  readonly attacked: Attacked;
  readonly callers: Callers;
  readonly targets: Targets;
  readonly seed: number;
  readonly seconds: number;
  readonly signatures: Signatures;
  /** Ends with the first finding of this form. */
  readonly until?: RegExp;
};
export type Outcome = {
  readonly findings: readonly string[];
  readonly tally: Tally;
  readonly residentMb: readonly number[];
  readonly seconds: number;
  /** Words that operations needed and that the fuzz does not know. */
  readonly strangeWords: readonly string[];
};

const HANDS = 24;
const LOOK_MS = 1000;
const MOST_FINDINGS = 20;
/** On a busy machine it goes on for as long again, until every pair was seen; longer, until a hole is found. */
const GRACE = 1;
const GRACE_FOR_HOLES = 4;
const KEPT_REQUESTS = 12;
/** How much more often guests try what they would gain most by. */
const GAIN = 6;
const GAIN_FOR_HOLES = 18;

/** How often each caller comes in one round; guests are the attackers. */
const TURNS: Readonly<Record<CallerName, number>> = {
  root: 2,
  group: 2,
  guest: 4,
  stranger: 3,
  scraper: 1,
  nobody: 1,
  'wrong token': 1,
  'revoked token': 1,
};
/** What leads to a write comes more often. */
const OFTEN: ReadonlySet<RouteId> = new Set([
  'formatDisk',
  'confirmOperation',
  'bytesOperation',
  'submitOperation',
  'runOperation',
  'operation',
]);
/** One request from a write: what guests would gain most by. */
const MOST_BY_GUESTS: ReadonlySet<RouteId> = new Set(['formatDisk', 'confirmOperation', 'runOperation']);
/** What makes certificates, or reads whole disks, comes less often. */
const SELDOM: ReadonlySet<RouteId> = new Set(['renewCertificate', 'switchCertificate', 'releaseDisk']);

export async function attack(options: Attack): Promise<Outcome> {
  const { attacked, callers, targets, seed, seconds } = options;
  const craft = createCraft(
    targets,
    callers.of('guest').flatMap(({ token }) => token ?? []),
  );
  const tally = createTally();
  const findings = new Set<string>();
  const residentMb: number[] = [];
  const operations: string[] = [];
  const ownerOf = new Map<string, number | null>();
  const words = new Set<string>();
  const told: { readonly id: string; readonly vmid: number; readonly how: string }[] = [];
  const asked: Crafted[] = [];
  const tokenIds: string[] = [];
  const last: string[] = [];
  const waiting: string[] = [];
  const owned = new Map<number, readonly string[]>();
  const known: Known = { operations, waiting, owned, asked, tokenIds, signatures: options.signatures };
  const began = performance.now();
  const end = began + seconds * 1000;
  let isFound = false;
  const isOver = () => {
    if (isFound || (options.until === undefined && findings.size >= MOST_FINDINGS)) return true;
    const now = performance.now();
    const grace = options.until === undefined ? GRACE : GRACE_FOR_HOLES;
    if (now > end + seconds * grace * 1000) return true;
    return now > end && options.until === undefined && tally.blindPairs().length === 0;
  };
  const find = (what: string, how?: string) => {
    if (options.until?.test(what) === true) isFound = true;
    else if (findings.size >= MOST_FINDINGS) return;
    findings.add(how === undefined ? what : `${what} ← ${how}`);
  };

  // Who looks for one hole need not see every pair.
  const gain = options.until === undefined ? GAIN : GAIN_FOR_HOLES;
  const deck: { readonly route: RouteId; readonly caller: CallerName }[] = [];
  const deal = (dice: Dice) => {
    // Where nothing was seen yet, more is tried.
    if (deck.length === 0) deck.push(...shuffled([...round(gain), ...tally.blindPairs()], dice));
    const [card] = deck.splice(-1);
    if (card === undefined) throw new Error('an empty round');
    return card;
  };

  const hand = async (dice: Dice): Promise<void> => {
    while (!isOver()) {
      const { route, caller } = deal(dice);
      const all = callers.of(caller);
      const owners = all.filter(({ vmid }) => vmid !== null && owned.has(vmid));
      const by = dice.pick(owners.length > 0 && dice.chance(50) ? owners : all);
      const crafted = craft(route, by, known, dice);
      const came = await send(attacked.port, crafted);
      if (came === undefined) continue;
      const how = describe(crafted, came);
      last.push(how);
      if (last.length > KEPT_REQUESTS) last.shift();
      learn(crafted, came, by, how);
      tally.note(crafted, came);
      for (const what of [...judgeAnswer(crafted, came, callers), ...foreignRows(by, came)]) find(what, how);
    }
  };

  const learn = (crafted: Crafted, came: Came, by: Identity, how: string) => {
    const { json } = came;
    for (const { id, owner, state } of operationsIn(json)) {
      ownerOf.set(id, owner);
      if (ENDED.has(state)) options.signatures.noteEnd(id);
      if (typeof json['message'] === 'string') options.signatures.note(id, json['message']);
    }
    for (const id of idsTold(crafted, came)) {
      if (!operations.includes(id)) operations.push(id);
      if (by.kind === 'guest' && by.vmid !== null) told.push({ id, vmid: by.vmid, how });
    }
    if (operations.length > 200) operations.splice(0, 100);
    const { token, id } = json;
    if (typeof token === 'string' && token.length > 10) callers.secrets.set(token, null);
    if (typeof token === 'string' && typeof id === 'string') tokenIds.splice(0, 20, id);
    if (crafted.straight && came.status < 500 && (by.kind === 'root' || by.kind === 'group')) {
      asked.push(crafted);
      if (asked.length > 100) asked.shift();
    }
  };

  const look = async (): Promise<void> => {
    const all = await askRoot(attacked, callers, '/operations');
    const { operations: rows } = all;
    for (const row of Array.isArray(rows) ? rows : []) {
      const { confirm_word } = Object(row);
      if (typeof confirm_word === 'string') words.add(confirm_word);
    }
    for (const { id, state, owner } of operationsIn(all)) {
      ownerOf.set(id, owner);
      if (AGREED.has(state)) find(`operation ${id} is ${state}`);
    }
    const pending = operationsIn(all).filter(({ state }) => state === 'pending');
    // A word alone keeps those on blank disks from running: they are tried most.
    const blank = new Set(
      (Array.isArray(rows) ? rows : []).flatMap((row: unknown) => {
        const { id, verdict } = Object(row);
        return verdict === 'unverified' || verdict === 'blank_proven' ? [id] : [];
      }),
    );
    const often = ({ id }: { readonly id: string }) => Array<string>(blank.has(id) ? 8 : 1).fill(id);
    waiting.splice(0, waiting.length, ...pending.flatMap(often));
    owned.clear();
    for (const one of pending) {
      const { owner } = one;
      if (owner !== null) owned.set(owner, [...(owned.get(owner) ?? []), ...often(one)]);
    }
    for (const { id, vmid, how } of told.splice(0)) {
      const owner = ownerOf.get(id);
      if (owner === undefined || owner === vmid) continue;
      const whose = owner === null ? 'the host' : `VMID ${owner}`;
      find(`VMID ${vmid} was told of an operation of ${whose}`, how);
    }
    for (const name of leaks(attacked, callers)) find(`a secret is in ${name}`);
    residentMb.push(residentOf(attacked.pid()));
  };
  const watch = async (): Promise<void> => {
    while (!isOver()) {
      await sleep(LOOK_MS);
      await look().catch((error: unknown) => find(`the agent does not tell: ${String(error)}`));
    }
  };

  const hands = Array.from({ length: HANDS }, async (_, at) => hand(createDice(seed * 1000 + at)));
  await Promise.all([...hands, watch()]);
  await look().catch((error: unknown) => find(`the agent does not tell: ${String(error)}`));
  for (const what of await afterwards(attacked, callers)) find(what);
  for (const what of targets.written()) find(what);
  return {
    findings: findings.size === 0 ? [] : [...findings, ...last.map((how) => `lately: ${how}`)],
    tally,
    residentMb,
    seconds: (performance.now() - began) / 1000,
    strangeWords: [...words].filter((word) => !targets.words.has(word)),
  };
}

function round(gain: number): { readonly route: RouteId; readonly caller: CallerName }[] {
  return ROUTE_IDS.flatMap((route) =>
    CALLER_NAMES.flatMap((caller) => {
      const isGuest = caller === 'guest' || caller === 'stranger';
      const often = isGuest && MOST_BY_GUESTS.has(route) ? gain : OFTEN.has(route) ? 3 : 1;
      const turns = SELDOM.has(route) ? 1 : TURNS[caller] * often;
      return Array.from({ length: turns }, () => ({ route, caller }));
    }),
  );
}

/** What the ledger and the agent's own words say when all is over. */
async function afterwards(attacked: Attacked, callers: Callers): Promise<readonly string[]> {
  const found: string[] = [];
  for (let after = 0; ;) {
    const { records, intact, broken } = await askRoot(attacked, callers, `/ledger?after=${after}`);
    if (intact !== true) found.push(`the ledger is broken: ${String(broken)}`);
    const rows: readonly unknown[] = Array.isArray(records) ? records : [];
    for (const row of rows) {
      const { what, subject, n, by, detail } = Object(row);
      if (/^op\.(?:approv|claim|done|finish|fail|cancel|interrupt)/.test(String(what))) {
        found.push(`the ledger has ${String(what)} of ${String(subject)}`);
      }
      if (what === 'guest.asked' && (Object(by).door === 'guest' || Object(detail).deed !== 'start')) {
        found.push(`the ledger has guest ${String(subject)} moved by ${JSON.stringify(by)}`);
      }
      after = Number(n);
    }
    if (rows.length === 0) break;
  }
  const lines = attacked.log().split('\n');
  for (const line of lines) {
    // Of those that say that it is not ready, or could not read a disk in time, the caller was told.
    if (line.includes('"code":"E_NOT_READY"')) continue;
    if (/"level":"(?:error|fatal)"|E_BUG|[Uu]nhandled|TypeError|RangeError|ReferenceError/.test(line)) {
      found.push(`its log says: ${line.slice(0, 600)}`);
    }
  }
  return found;
}

/** Where a secret stands that no file and no line may have. */
function leaks({ stateDir, log }: Attacked, { secrets }: Callers): readonly string[] {
  const scraper = join(stateDir, 'scrape-token');
  const files = readdirSync(stateDir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(stateDir, name))
    .filter((path) => path !== scraper && statSync(path, { throwIfNoEntry: false })?.isFile() === true);
  const texts = [
    ...files.map((path) => [path.slice(stateDir.length + 1), readIfThere(path)] as const),
    ['its log', log()] as const,
  ];
  const known = [...secrets.keys()];
  return texts.flatMap(([name, text]) => (known.some((secret) => text.includes(secret)) ? [name] : []));
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

async function askRoot(
  { port }: Attacked,
  callers: Callers,
  path: string,
): Promise<Readonly<Record<string, unknown>>> {
  const [by] = callers.of('root');
  if (by === undefined) throw new Error('no root');
  const came = await send(port, {
    route: 'healthz',
    by,
    method: 'GET',
    path,
    headers: [],
    body: undefined,
    straight: true,
  });
  if (came?.status !== 200)
    throw new Error(`${path}: ${came?.status ?? ''} ${came?.broken ?? came?.text ?? ''}`);
  return objectOf(came.text);
}

const residentOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024;

function describe({ by, method, path, headers, body }: Crafted, { status, json, broken }: Came): string {
  const hidden = (text: string) =>
    (by.token === null ? text : text.replaceAll(by.token, 'TOKEN')).replaceAll(/felhom_[\w-]{16,}/g, 'TOKEN');
  const shown = [
    by.name,
    by.vmid ?? '',
    method,
    path.slice(0, 200),
    headers.join(' ').slice(0, 300),
    body === undefined ? '' : JSON.stringify(body.slice(0, 300)),
    '→',
    status,
    typeof json['code'] === 'string' ? json['code'] : (broken ?? ''),
  ];
  return hidden(shown.join(' '));
}
