// Makes one request to one route as one caller would attack it: right in its shape, nearly right, or as no
// client would ever write it.
import { z } from 'zod';
import { routes, type RouteId, type RouteShape } from '../../../src/contracts/routes.ts';
import type { JsonSchema } from '../../api/shape-text.ts';
import { FIRST_GUEST, FIRST_STRANGER, REVOKED_VMID, type Identity } from './callers.ts';
import type { Dice } from './dice.ts';
import { makeObject, makeValue, mutate, spoil, strangeBody, type ValueFor } from './shape-values.ts';
import type { Signatures } from './signatures.ts';
import type { Targets } from './targets.ts';

export type Crafted = {
  readonly route: RouteId;
  readonly by: Identity;
  readonly method: string;
  readonly path: string;
  /** Name and value by turns, so that a name can come twice. */
  readonly headers: readonly string[];
  readonly body: string | undefined;
  /** Method and path are the route's own: what comes back is this route's answer. */
  readonly straight: boolean;
};

/** What the fuzz has learned so far, and may send again. */
export type Known = {
  readonly operations: readonly string[];
  /** Of them those that wait. */
  readonly waiting: readonly string[];
  /** Those of each guest, by VMID. */
  readonly owned: ReadonlyMap<number, readonly string[]>;
  readonly tokenIds: readonly string[];
  readonly signatures: Signatures;
  /** What was asked by others before. */
  readonly asked: readonly Crafted[];
};

export type Craft = (route: RouteId, by: Identity, known: Known, dice: Dice) => Crafted;

export const ROUTE_IDS: readonly RouteId[] = Object.keys(routes).filter((id): id is RouteId =>
  Object.hasOwn(routes, id),
);

const WRONG_WORDS = ['', 'wrong', '000000', 'yes', 'y', 'WIPE', '*', '.*', 'null', ' '] as const;
const NOWHERE = [
  '/dev/none',
  'byid:none',
  '/dev/../dev/none',
  'none',
  '/dev/',
  'byid:',
  '/dev/null',
] as const;

/** `tokens`: of guests; on a socket they must make no other caller of whoever sends them. */
export function createCraft(targets: Targets, tokens: readonly string[]): Craft {
  const schemas = new Map(
    ROUTE_IDS.map((id) => {
      const { params, query, body } = routes[id];
      return [id, { params: schemaOf(params), query: schemaOf(query), body: schemaOf(body) }];
    }),
  );
  const words = [...targets.words];

  return (route, by, known, dice) => {
    const shape: RouteShape = routes[route];
    const schema = schemas.get(route);
    if (schema === undefined) throw new Error(`no schema of ${route}`);
    const valueFor = valuesFor({ route, by, known, targets, words });
    const params = makeParams(schema.params, dice, valueFor);
    const query = makeObject(schema.query, dice, valueFor);
    const valid = makeObject(schema.body, dice, valueFor);
    const straight = { route, by, straight: true, method: shape.method } as const;
    const path = pathOf(shape.path, params, query);
    const text = shape.method === 'POST' ? JSON.stringify(valid) : undefined;
    const json = (body: string | undefined, more: readonly string[] = []) =>
      withHeaders(safe(body, by, targets), by, [
        ...(dice.chance(25) ? forged(dice, by, tokens) : []),
        ...more,
      ]);

    const lot = dice.below(100);
    if (lot < 50) return { ...straight, path, ...json(text) };
    if (lot < 66) {
      const isPost = shape.method === 'POST';
      return isPost
        ? { ...straight, path, ...json(JSON.stringify(spoil(valid, dice))) }
        : { ...straight, path: `${path.split('?')[0]}?${strangeQuery(dice, by)}`, ...json(text) };
    }
    if (lot < 78) {
      const type = dice.chance(30) ? ['content-type', dice.pick(TYPES)] : [];
      return { ...straight, path, ...json(strangeBody(text ?? '{}', dice), type) };
    }
    if (lot < 88) return { ...straight, straight: false, path: twist(path, dice), ...json(text) };
    if (lot < 93) {
      return { ...straight, straight: false, method: dice.pick(METHODS), path, ...json(text) };
    }
    const [again] = known.asked.length === 0 ? [] : [dice.pick(known.asked)];
    if (again === undefined) return { ...straight, path, ...json(text) };
    // What another one asked, word for word, through this caller's door.
    return { ...again, by, ...json(again.body) };
  };
}

function schemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
}

type Sources = {
  readonly route: RouteId;
  readonly by: Identity;
  readonly known: Known;
  readonly targets: Targets;
  readonly words: readonly string[];
};

function valuesFor({ route, by, known, targets, words }: Sources): ValueFor {
  const isGuest = by.kind === 'guest';
  let named = '';
  let operation = '';
  return (name, dice) => {
    switch (name) {
      case 'device':
        named = dice.chance(90) ? dice.pick(targets.names) : dice.pick(NOWHERE);
        return named;
      case 'fstype':
        return dice.chance(85) ? dice.pick(['ext4', 'xfs', 'btrfs']) : dice.pick(['zfs', 'ext4 -F', '']);
      case 'confirm':
        // Whoever has no say may say the right word; whoever has must not, in this test.
        return by.kind === 'root' || by.kind === 'group'
          ? dice.pick(WRONG_WORDS)
          : dice.pick([...words, 'x', ...(by.vmid === null ? [] : [String(by.vmid)]), String(FIRST_GUEST)]);
      case 'signature':
        return known.signatures.make(operation, by, dice);
      case 'id':
        if (route === 'revokeToken') return dice.pick(['t_none', ...known.tokenIds]);
        operation = anOperation(known, by, dice);
        return operation;
      case 'vmid':
        if (route === 'mintToken') return REVOKED_VMID;
        if (route === 'revokeToken') return REVOKED_VMID + 1;
        return isGuest && dice.chance(80)
          ? by.vmid
          : dice.pick([FIRST_GUEST, FIRST_STRANGER, FIRST_GUEST + 7, 100, 999_999_999]);
      case 'subjects':
        return dice.pick(['operations', 'disks,disk_flags', 'guests,operations', '', 'memory', 'ledger']);
      case 'name':
        return dice.pick(['Kati', 'root', '__proto__', '\u001B[2Jx', '../..']);
      default:
        return undefined;
    }
  };
}

function anOperation({ waiting, operations, owned }: Known, { vmid }: Identity, dice: Dice): string {
  const own = vmid === null ? [] : (owned.get(vmid) ?? []);
  if (own.length > 0 && dice.chance(70)) return dice.pick(own);
  if (waiting.length > 0 && dice.chance(60)) return dice.pick(waiting);
  return operations.length > 0 && dice.chance(80)
    ? dice.pick(operations.slice(-12))
    : dice.pick(['op_000000000000000000000000', 'op_ffffffffffffffffffffffff']);
}

function makeParams(schema: JsonSchema, dice: Dice, valueFor: ValueFor): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(schema.properties ?? {}).map(([name, one]) => [
      name,
      String(makeValue(one, name, dice, valueFor)),
    ]),
  );
}

function pathOf(
  pattern: string,
  params: ReadonlyMap<string, string>,
  query: Readonly<Record<string, unknown>>,
): string {
  const path = pattern.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params.get(name) ?? ''));
  const asked = Object.entries(query).map(([name, value]) => `${name}=${encode(String(value))}`);
  return asked.length === 0 ? path : `${path}?${asked.join('&')}`;
}

/** What no URL can say (half of a pair) is asked for as nothing. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

const strangeQuery = (dice: Dice, by: Identity): string =>
  dice.pick([
    'subjects=disks&subjects=operations',
    '__proto__[kind]=root',
    'constructor=1',
    'vmid=9300',
    'as=root',
    'after=-1',
    'after=1e9',
    'after=0&after=0',
    `token=${by.token ?? 'x'}`,
    '%00',
    '=',
    '?',
    `x=${'y'.repeat(3000)}`,
  ]);

function twist(path: string, dice: Dice): string {
  const [plain = '', query = ''] = path.split('?');
  const segments = plain.split('/');
  const last = segments.at(-1) ?? '';
  return dice.pick([
    `/healthz/..${plain}`,
    `/healthz/%2e%2e${plain}`,
    `/healthz%2f..${plain}`,
    `/${plain}`,
    `${plain}/`,
    `${plain}//`,
    `${plain}/.`,
    `${plain}%2f`,
    `${plain}%00`,
    `${plain};x=1`,
    `${plain}?${query}&${query}`,
    `${plain}#/healthz`,
    plain.toUpperCase(),
    plain.replaceAll('/', '%2f'),
    plain.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
    plain.replace(/^\//, '/\\'),
    `/%5c${plain}`,
    `http://agent${plain}`,
    `https://127.0.0.1${plain}`,
    `//root.sock${plain}`,
    `${plain.slice(0, -last.length)}../${last}`,
    `${plain}/confirm`,
    `${plain}${'/a'.repeat(200)}`,
    mutate(plain, dice).replaceAll(/[^!-~]/g, '%7f'),
    '*',
    '/',
  ]);
}

const METHODS = [
  'GET',
  'POST',
  'HEAD',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'QUERY',
  'LINK',
] as const;

const TYPES = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/json; charset=utf-16',
  'application/json;;',
  'Application/JSON',
  'application/json, text/html',
  'application/ld+json',
  '',
] as const;

/** Headers by which somebody elsewhere is believed to be somebody else. */
const forged = (
  dice: Dice,
  { token, socketPath }: Identity,
  tokens: readonly string[],
): readonly string[] => {
  if (socketPath !== null && dice.chance(30)) return ['authorization', `Bearer ${dice.pick(tokens)}`];
  return dice.pick([
    ['x-forwarded-for', '127.0.0.1'],
    ['x-forwarded-for', '::1', 'x-real-ip', '127.0.0.1', 'x-forwarded-proto', 'unix'],
    ['forwarded', 'for=127.0.0.1;proto=unix;by=root.sock'],
    ['host', 'root.sock'],
    ['host', 'a', 'host', 'b'],
    ['x-http-method-override', 'GET'],
    ['x-http-method-override', 'POST', 'x-method-override', 'DELETE'],
    ['x-original-url', '/healthz', 'x-rewrite-url', '/healthz'],
    ['x-felhom-caller', 'root', 'x-remote-user', 'root', 'x-user', 'root'],
    ['x-felhom-acknowledge', '00'.repeat(32)],
    ['cookie', `token=${token ?? 'x'}; kind=root`],
    ['content-encoding', 'gzip'],
    ['accept', 'application/openmetrics-text', 'last-event-id', '999999-1'],
    ['last-event-id', '__proto__'],
    ['expect', '100-continue'],
    ['transfer-encoding', 'identity'],
    ['range', 'bytes=0-10'],
    ['x-long', 'a'.repeat(9000)],
    ['authorization', 'Basic cm9vdDpyb290'],
    ['authorization', 'Bearer root', 'proxy-authorization', 'Bearer root'],
  ]);
};

/** The caller's own token, if it has one; over a socket anything, as it must count for nothing. */
function withHeaders(
  body: string | undefined,
  { token }: Identity,
  more: readonly string[],
): { readonly headers: readonly string[]; readonly body: string | undefined } {
  const type =
    body === undefined || more.includes('content-type') ? [] : ['content-type', 'application/json'];
  const length = body === undefined ? [] : ['content-length', String(Buffer.byteLength(body))];
  const bearer = token === null ? [] : ['authorization', `Bearer ${token}`];
  return { body, headers: [...bearer, ...type, ...length, ...more] };
}

/**
 * Last of all, however it was made: no device of this machine but the lent ones, and from host callers no
 * word that fits.
 */
function safe(body: string | undefined, by: Identity, targets: Targets): string | undefined {
  if (body === undefined) return undefined;
  const told = objectOf(body);
  const { device, confirm } = told;
  if (typeof device === 'string' && !targets.isOurs(device))
    return JSON.stringify({ ...told, device: '/dev/none' });
  const isHost = by.kind === 'root' || by.kind === 'group';
  if (isHost && typeof confirm === 'string' && targets.words.has(confirm))
    return JSON.stringify({ ...told, confirm: 'not this one' });
  return body;
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
