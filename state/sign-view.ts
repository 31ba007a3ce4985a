// Where a person is who signs an operation, and what is known of it: pure transitions. What is signed is
// what the agent's bytes say; the facts only tell how the operation goes on.
import type { ApprovalPayload } from '../src/contracts/approval-payload.ts';
import type { Operation, OperationState, WipeKind } from '../src/contracts/facts/operations.ts';
import { matchKeys, type KeyRow } from '../src/contracts/match-keys.ts';
import {
  BEGIN_SIGNATURE as BEGIN,
  END_SIGNATURE as END,
  MAX_SIGNATURE_BYTES,
} from '../src/contracts/signature-text.ts';
import type { AgentKey } from '../src/contracts/signer.ts';
import type { SignersTold } from '../src/contracts/signers-told.ts';

/** All of them, on the laptop with nothing forwarded, by the forwarded ssh-agent, and offline by paste. */
export type Way = 'ways' | 'laptop' | 'agent' | 'offline';
export type Phase = 'sign' | 'run' | 'running' | 'ended';

/** The message as the agent gave it, and what stands in it. */
export type TheBytes = {
  readonly state: 'there';
  readonly message: string;
  readonly payload: ApprovalPayload;
  /** Over these very bytes, counted here. */
  readonly sha256: string;
  readonly expires: number;
  readonly offline: boolean;
  readonly signers: SignersTold;
  /** Somebody had other ones made since: a signature of these no longer counts. */
  readonly outdated: boolean;
};
export type Bytes =
  /** An operation that runs or is over is not signed any more. */
  | { readonly state: 'none' }
  | { readonly state: 'asking' }
  /** Why stands in `refusal`. */
  | { readonly state: 'refused' }
  /** They are no such message, or one of another operation: nothing is done with them. */
  | { readonly state: 'unfit'; readonly why: 'unreadable' | 'other' }
  | TheBytes;

export type { KeyRow } from '../src/contracts/match-keys.ts';
export type Keys =
  | { readonly state: 'none' }
  | { readonly state: 'listing' }
  | { readonly state: 'listed'; readonly rows: readonly KeyRow[] };

/** What the agent, or the ssh-agent, was asked for and has not answered yet. */
export type Doing = { readonly what: 'bytes' | 'sign' | 'submit' | 'run' | 'cancel'; readonly since: number };
/** What a `y` is asked for: other bytes, or the end of a run. */
export type Question = { readonly what: 'wipe' | 'offline' | 'renew' | 'cancel'; readonly opener: string };
export type Wish = { readonly offline?: boolean; readonly wipe?: WipeKind; readonly renew?: boolean };

export type SignView = {
  /** The operation as it was last heard of. */
  readonly operation: Operation;
  /** Who its target was at the key-press. */
  readonly held: string;
  /** The target is another one now, or gone: nothing more is done here. */
  readonly changed: boolean;
  readonly bytes: Bytes;
  readonly way: Way;
  /** Since when it asks what it asks now: keys that were on their way by then are nobody's answer. */
  readonly since: number;
  readonly typed: string;
  readonly pasted: string;
  readonly keys: Keys;
  readonly choice: number;
  readonly doing: Doing | null;
  readonly asking: Question | null;
  readonly refusal: { readonly error: unknown } | null;
  readonly scroll: number;
  /** How many of the laptop's commands were copied. */
  readonly copied: number;
};

const PHASES: { readonly [S in OperationState]?: Phase } = {
  pending: 'sign',
  approved: 'run',
  claimed: 'running',
};
export const phaseOf = ({ operation }: SignView): Phase => PHASES[operation.state] ?? 'ended';

/** Who the target is: another text is another target. */
const targetOf = (operation: Operation): string => {
  const { id, host_scope, durable_id, fstype, fs_uuid, facts_sha256, confirm_word } = operation;
  return JSON.stringify([id, host_scope, durable_id, fstype, fs_uuid, facts_sha256, confirm_word]);
};

/** Nothing typed before counts for what is asked now. */
const asksAnew = (now: number) =>
  ({ since: now, typed: '', asking: null, scroll: 0 }) satisfies Partial<SignView>;

export const openedOn = (operation: Operation, now: number): SignView => ({
  operation,
  held: targetOf(operation),
  changed: false,
  bytes: { state: 'none' },
  way: 'ways',
  pasted: '',
  keys: { state: 'none' },
  choice: 0,
  doing: null,
  refusal: null,
  copied: 0,
  ...asksAnew(now),
});

/** The operation as the agent tells it now; nothing when it does not know it any more. */
export function heard(view: SignView, operation: Operation | undefined, now: number): SignView {
  if (view.changed || operation === view.operation) return view;
  if (operation === undefined || targetOf(operation) !== view.held) {
    return { ...view, ...asksAnew(now), changed: true };
  }
  // An answer to a request is newer than the facts of a moment before.
  if (operation.updated < view.operation.updated) return view;
  const next = { ...view, operation, bytes: heardBytes(view.bytes, operation) };
  if (phaseOf(next) !== phaseOf(view)) {
    return { ...next, ...asksAnew(now), way: 'ways', pasted: '', refusal: null };
  }
  return next.bytes === view.bytes ? next : { ...next, ...asksAnew(now) };
}

/** The agent's answer to who asks for the bytes. */
export const given = (view: SignView, bytes: Bytes, operation: Operation, now: number): SignView => ({
  ...heard(view, operation, now),
  ...asksAnew(now),
  bytes,
  pasted: '',
  copied: 0,
});

/** The operation is never an older one here. */
function heardBytes(bytes: Bytes, operation: Operation): Bytes {
  if (bytes.state !== 'there' || bytes.outdated || operation.bytes === null) return bytes;
  return operation.bytes.sha256 === bytes.sha256 ? bytes : { ...bytes, outdated: true };
}

export const gone = (view: SignView, way: Way, now: number): SignView => ({
  ...view,
  ...asksAnew(now),
  way,
  refusal: null,
});

export const asked = (view: SignView, question: Question, now: number): SignView => ({
  ...view,
  ...asksAnew(now),
  asking: question,
});

/** Keys with what the files say of them. The first that may sign is chosen. */
export function listed(view: SignView, found: readonly AgentKey[], now: number): SignView {
  const rows = matchKeys(found, view.bytes.state === 'there' ? view.bytes.signers : { signers: [] });
  const usable = rows.findIndex(({ state }) => state === 'usable');
  return { ...view, ...asksAnew(now), keys: { state: 'listed', rows }, choice: Math.max(0, usable) };
}

/** The key that signs: none unless it may. */
export function chosenKey({ keys, choice }: SignView): KeyRow | undefined {
  const key = keys.state === 'listed' ? keys.rows[choice] : undefined;
  return key?.state === 'usable' ? key : undefined;
}

/** The next key up or down that may sign; the same one when there is none. */
export function chooseKey(view: SignView, by: 1 | -1): SignView {
  if (view.keys.state !== 'listed') return view;
  const { rows } = view.keys;
  const usable = rows.flatMap(({ state }, index) => (state === 'usable' ? [index] : []));
  const next = usable[usable.indexOf(view.choice) + by];
  return next === undefined ? view : { ...view, choice: next };
}

export const usableKeys = ({ keys }: SignView): number =>
  keys.state === 'listed' ? keys.rows.filter(({ state }) => state === 'usable').length : 0;

/** Pieces are put together as they come; a terminal ends pasted lines with CR. */
export function pastedMore(view: SignView, text: string): SignView {
  const lines = text.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  return { ...view, pasted: (view.pasted + lines).slice(0, MAX_SIGNATURE_BYTES + 1), refusal: null };
}

export const isWhole = (pasted: string): boolean => !pasted.includes(BEGIN) || pasted.includes(END);
export const isTooLong = (pasted: string): boolean => pasted.length > MAX_SIGNATURE_BYTES;
export const countLines = (pasted: string): number =>
  pasted.split('\n').filter((line) => line.trim() !== '').length;

/** What was pasted in pieces, with its two marks on lines of their own again. */
export const asArmor = (pasted: string): string =>
  `${pasted.replaceAll(BEGIN, `${BEGIN}\n`).replaceAll(END, `\n${END}\n`)}\n`.replaceAll(/\n{2,}/g, '\n');
