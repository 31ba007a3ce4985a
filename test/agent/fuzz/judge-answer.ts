// What must not be in an answer, whoever asked and whatever was asked.
import { routes } from '../../../src/contracts/routes.ts';
import type { Callers, Identity } from './callers.ts';
import { ROUTE_IDS, type Crafted } from './craft-request.ts';
import { stageOf } from './tally.ts';
import type { Came } from './send.ts';

/** States that an operation has only after somebody agreed to it. */
export const AGREED: ReadonlySet<string> = new Set([
  'approved',
  'claimed',
  'done',
  'failed',
  'cancelled',
  'interrupted',
]);

/** States that are left for no other one. */
export const ENDED: ReadonlySet<string> = new Set(['denied', 'superseded', 'expired', 'invalid']);

/** Answers with which something would begin, or be agreed to. */
const LETS_THROUGH: ReadonlySet<string> = new Set([
  'confirmOperation',
  'submitOperation',
  'runOperation',
  'stopGuest',
  'rebootGuest',
]);

/** 503s that an agent may give which is not yet ready, or cannot read a disk in time. */
const PATIENT: ReadonlySet<unknown> = new Set(['E_NOT_READY']);

export function judgeAnswer(crafted: Crafted, came: Came, callers: Callers): readonly string[] {
  const { by, route, straight } = crafted;
  const found: string[] = [];
  const { status, json, text } = came;
  if (status === 0) {
    if (came.broken?.startsWith('no answer') === true) found.push(came.broken);
    return found;
  }
  if (status >= 500 && !PATIENT.has(json['code'])) found.push(`failed with ${status}`);
  const isOk = status < 400;
  if (
    !isOk &&
    crafted.method !== 'HEAD' &&
    (typeof json['code'] !== 'string' || typeof json['error'] !== 'string')
  ) {
    found.push(`refused in another form: ${status} ${text.slice(0, 200)}`);
  }
  if (straight && routes[route].rights[by.kind] === 'no') {
    const stage = stageOf(came);
    if (stage === 'handled' || stage === 'shape') found.push(`${by.name} got past the rights of ${route}`);
  }
  if (isOk) {
    const meant = routesAt(crafted.method, crafted.path);
    if (meant.length === 0) found.push(`${crafted.method} ${crafted.path} is no route, and was answered`);
    for (const id of meant) {
      if (routes[id].rights[by.kind] === 'no') found.push(`${by.name} was answered at ${id}`);
      if (LETS_THROUGH.has(id)) found.push(`${id} let ${by.name} through`);
    }
  }
  for (const { state, id } of operationsIn(json)) {
    if (AGREED.has(state)) found.push(`operation ${id} is ${state}`);
  }
  const told = `${text}\n${came.headers}`;
  for (const [secret, owner] of callers.secrets) {
    if (secret === by.token) continue;
    if (told.includes(secret) && !(by.kind === 'root' && json['token'] === secret)) {
      found.push(`${by.name} was told a secret of ${owner?.name ?? 'another'}`);
    }
  }
  return found;
}

/** Ids of operations that an answer names, and the request did not. */
export function idsTold({ path, body }: Crafted, { text }: Came): readonly string[] {
  const asked = `${path} ${body ?? ''}`;
  const named = text.match(/op_[0-9a-f]{24}/g) ?? [];
  return [...new Set(named)].filter((id) => !asked.includes(id));
}

/** Other guests' rows in an answer to a guest. */
export function foreignRows(by: Identity, { json, status }: Came): readonly string[] {
  const { guests } = json;
  if (by.kind !== 'guest' || status >= 400 || !Array.isArray(guests)) return [];
  return guests.flatMap((row: unknown) => {
    const { vmid } = Object(row);
    return vmid === by.vmid ? [] : [`VMID ${by.vmid} was told of VMID ${String(vmid)}`];
  });
}

export type Seen = { readonly id: string; readonly state: string; readonly owner: number | null };

export function operationsIn(json: Readonly<Record<string, unknown>>): readonly Seen[] {
  const { operation, operations } = json;
  const all: unknown[] = [operation, ...(Array.isArray(operations) ? operations : [])];
  return all.flatMap((one) => {
    const { id, state, requested_by } = Object(one);
    if (typeof id !== 'string' || typeof state !== 'string') return [];
    const { door, vmid } = Object(requested_by);
    return [{ id, state, owner: door === 'guest' && typeof vmid === 'number' ? vmid : null }];
  });
}

/** By the contract's own patterns, as the path was written. */
function routesAt(method: string, path: string): readonly (typeof ROUTE_IDS)[number][] {
  // A whole URL as the target of a request means its path (RFC 9112, 3.2.2).
  const plain = (path.replace(/^https?:\/\/[^/]+/, '').split(/[?#]/)[0] ?? '').split('/');
  return ROUTE_IDS.filter((id) => {
    const pattern = routes[id].path.split('/');
    return (
      routes[id].method === method &&
      pattern.length === plain.length &&
      pattern.every((part, at) => part.startsWith(':') || part === decoded(plain[at] ?? ''))
    );
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
