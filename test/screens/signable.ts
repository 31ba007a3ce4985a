// An operation that waits for a signature, before a person: an invented agent that makes its bytes, takes
// any signature and runs it, and an ssh-agent that does as the test says.
import { expect, onTestFinished } from 'vitest';
import { plainSha256 } from '../../src/base/digest.ts';
import { ActionableError } from '../../src/base/errors.ts';
import {
  APPROVAL_NAMESPACE,
  formatApproval,
  toPrintable,
  type ApprovalPayload,
} from '../../src/contracts/approval-payload.ts';
import type { Facts } from '../../src/contracts/all-facts.ts';
import type { LedgerRecord } from '../../src/contracts/facts/ledger.ts';
import type { Operation } from '../../src/contracts/facts/operations.ts';
import { ok } from '../../src/contracts/reading.ts';
import type { RouteAnswer } from '../../src/contracts/routes.ts';
import type { AgentKey, Signer, SignerCode } from '../../src/contracts/signer.ts';
import type { SignerRow } from '../../src/contracts/signers-told.ts';
import type { Wish } from '../../state/sign-view.ts';
import { createAskedAgent } from './asking-agent.ts';
import { INVENTED_AT, inventReadings } from './invented-facts.ts';
import { sitDown } from './seated.ts';

const MINUTE = 60_000;
const root = { door: 'root', vmid: null, name: null } as const;
export const WORD = 'B2F4XK';
/** As they are typed. */
export const LETTERS = Array.from(WORD);
export const ARMOR = '-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAA\nAAAB\n-----END SSH SIGNATURE-----\n';
export const ANNA: AgentKey = {
  fingerprint: 'SHA256:uNiVztksCsDhcc0u9e8BrquWtWZmvN0TJhbX3TxNLGQ',
  keyType: 'ssh-ed25519',
  comment: 'anna@laptop',
  touch: false,
};
export const OTHER: AgentKey = {
  fingerprint: 'SHA256:0000000000000000000000000000000000000000000',
  keyType: 'ssh-rsa',
  comment: 'old key',
  touch: false,
};

export const waiting: Operation = {
  id: 'op_0123456789abcdef01234567',
  op: 'storage_wipe',
  state: 'pending',
  host_scope: 'demo-felhom-01',
  durable_id: 'byid:wwn-0x5000039ddb108568',
  device: '/dev/sdb',
  fstype: 'ext4',
  fs_uuid: '5c3fbb04-4b54-4f2b-9f0e-2f6f3f9a1c55',
  data_bearing: true,
  verdict: 'unverified',
  reason: 'holds a file system',
  signals: [],
  disk: { model: 'TOSHIBA MG08', serial: 'Z9A0A1B2F4XK', transport: 'sata', size_bytes: 1e12, content: [] },
  facts_sha256: 'ab'.repeat(32),
  confirm_word: WORD,
  requested_by: { door: 'guest', vmid: 9200, name: null },
  approved_by: null,
  bytes: null,
  approvals: [],
  created: INVENTED_AT - 60 * MINUTE,
  updated: INVENTED_AT - 60 * MINUTE,
  expires: INVENTED_AT + 7 * 24 * 60 * MINUTE,
  stage: null,
  dirty: false,
  progress: null,
  ended: null,
};

type OnIt = { readonly label?: string; readonly mounted?: string; readonly model?: string };

export const annasLine: SignerRow = {
  principal: 'anna@felhom.eu',
  fingerprint: ANNA.fingerprint,
  key_type: ANNA.keyType,
  state: 'usable',
  valid_after: null,
  valid_before: null,
  line: 1,
};

/** What the ssh-agent answers; each may be anything that a promise is. */
export type SignerActs = {
  readonly keys?: () => Promise<readonly AgentKey[]>;
  readonly sign?: (signal: AbortSignal) => Promise<string>;
};

export const noAgent = (code: SignerCode) => new ActionableError('refused', 'as the test says', { code });

export type SignableOptions = {
  readonly onIt?: OnIt;
  readonly operation?: Partial<Operation>;
  readonly signers?: readonly SignerRow[];
  readonly acts?: SignerActs;
  /** Changes the message before it is given. */
  readonly spoil?: (message: string) => string;
  /** Refuses instead of taking the signature, or of giving the bytes. */
  readonly refuse?: { submit?: unknown; bytes?: unknown; run?: unknown };
  readonly seat?: Parameters<typeof sitDown>[0];
};

export async function sitBeforeSignable(options: SignableOptions = {}) {
  const { onIt = {}, acts = {}, refuse = {} } = options;
  const facts: { operation: Operation; gone: boolean; records: LedgerRecord[] } = {
    operation: { ...waiting, ...options.operation },
    gone: false,
    records: [],
  };
  const made = { message: '', nonce: 0 };
  const clock = { now: () => INVENTED_AT };
  const signed: string[] = [];

  const change = (to: Partial<Operation>): Operation => {
    facts.operation = { ...facts.operation, ...to, updated: facts.operation.updated + 1 };
    return facts.operation;
  };
  const record = (what: string): LedgerRecord => {
    const next: LedgerRecord = {
      n: facts.records.length + 7,
      at: INVENTED_AT,
      what,
      by: root,
      subject: facts.operation.id,
      detail: {},
      previous: 'ab'.repeat(32),
      hash: 'c0de'.repeat(16),
    };
    facts.records.unshift(next);
    return next;
  };
  /** As another console or a command would. */
  const makeBytes = ({ offline = false, wipe = 'full' }: Wish = {}): string => {
    made.nonce += 1;
    const expires = clock.now() + (offline ? 24 * 60 : 60) * MINUTE;
    made.message = formatApproval(payloadOf(facts.operation, onIt, { nonce: made.nonce, expires, wipe }));
    const sha256 = plainSha256(made.message);
    change({ bytes: { made: clock.now(), expires, offline, wipe, sha256 } });
    return made.message;
  };
  const approve = (): RouteAnswer<'submitOperation'> => {
    const { n, hash } = record('op.approved');
    const approval = {
      principal: annasLine.principal,
      fingerprint: ANNA.fingerprint,
      key_type: ANNA.keyType,
      at: INVENTED_AT,
      by: root,
    };
    const operation = change({
      state: 'approved',
      approved_by: { how: 'signature', at: INVENTED_AT, by: root },
      approvals: [approval],
    });
    return { operation, approval, ledger: { n, hash } };
  };
  const end = (to: Partial<Operation> = {}) => {
    record(`op.${to.state ?? 'done'}`);
    return change({ state: 'done', dirty: true, ended: { at: INVENTED_AT, code: null, detail: '' }, ...to });
  };
  const reject = async (error: unknown) => Promise.reject(error instanceof Error ? error : new Error('no'));

  const agent = createAskedAgent({
    bytesOperation: async () => {
      if (refuse.bytes !== undefined) return reject(refuse.bytes);
      const wish = Object(agent.asked.at(-1)?.body);
      const isOver = clock.now() >= (facts.operation.bytes?.expires ?? 0);
      if (isOver || wish.renew === true) makeBytes(wish);
      return {
        operation: facts.operation,
        message: options.spoil?.(made.message) ?? made.message,
        signers: {
          ready: true,
          problems: [],
          signers: options.signers ?? [annasLine],
          policy: null,
          namespace: APPROVAL_NAMESPACE,
        },
      };
    },
    submitOperation: async () => (refuse.submit === undefined ? approve() : reject(refuse.submit)),
    runOperation: async () =>
      refuse.run === undefined
        ? { operation: change({ state: 'claimed', stage: 'wiping', dirty: true }) }
        : reject(refuse.run),
    cancelOperation: () => ({ operation: facts.operation }),
  });
  const signer: Signer = {
    listKeys: async () => acts.keys?.() ?? [ANNA],
    sign: async (_fingerprint, message, signal) => {
      signed.push(message);
      return acts.sign?.(signal) ?? ARMOR;
    },
  };
  const seated = await sitDown({
    columns: 80,
    rows: 24,
    signer,
    call: agent.call,
    ...options.seat,
    readings: {
      ...inventReadings(),
      get operations() {
        const operations = facts.gone ? [] : [facts.operation];
        return ok({ operations }, 'test', clock.now());
      },
      get ledger() {
        const { records } = facts;
        const ledger: Facts['ledger'] = { records: [...records], count: 9, intact: true, broken: null };
        return ok(ledger, 'test', clock.now());
      },
    },
  });
  onTestFinished(seated.stop);
  clock.now = seated.session.now;
  seated.press('5');

  const view = () => seated.console.signing.store.getState();
  return {
    seated,
    agent,
    facts,
    signed,
    view,
    change,
    makeBytes,
    approve,
    end,
    /** The message that is given now. */
    message: () => made.message,
    /** The next poll finds what the agent knows now. */
    polled: async () => {
      const before = seated.console.shown.getState().observations;
      seated.console.poller.refresh(true);
      await expect
        .poll(() => {
          const now = seated.console.shown.getState().observations;
          return (
            now.operations?.reading !== before.operations?.reading &&
            now.ledger?.reading !== before.ledger?.reading
          );
        })
        .toBe(true);
    },
    /** Opens the view, and waits until the bytes are there and can be read. */
    opened: async (...keys: readonly string[]) => {
      seated.press('S');
      await expect.poll(() => view()?.doing).toBe(null);
      for (const key of keys) {
        seated.pass(READABLE_MS);
        seated.press(key);
        await expect.poll(() => view()?.keys.state).not.toBe('listing');
      }
      seated.pass(READABLE_MS);
    },
    /** What was asked of the agent, without what it was asked with. */
    routes: () => agent.asked.map(({ route }) => route),
    toast: () => seated.console.view.getState().toast?.text ?? '',
  };
}

export const READABLE_MS = 400;

function payloadOf(
  operation: Operation,
  { label, mounted, model }: OnIt,
  { nonce, expires, wipe }: { nonce: number; expires: number; wipe: 'full' | 'quick' },
): ApprovalPayload {
  const { disk } = operation;
  return {
    v: 1,
    type: 'felhom.pending-op',
    intent: 'approve',
    op: 'storage_wipe',
    op_id: operation.id,
    host_scope: operation.host_scope,
    install: '77ab'.repeat(16),
    durable_id: operation.durable_id,
    fstype: operation.fstype,
    args: { fs_uuid: operation.fs_uuid, wipe },
    device: {
      model: toPrintable(model ?? disk.model ?? ''),
      serial: toPrintable(disk.serial ?? ''),
      transport: 'sata',
      bytes: disk.size_bytes,
      on_it: [
        {
          part: 'sdb1',
          bytes: 999e9,
          type: 'ext4',
          label: toPrintable(label ?? 'backup'),
          last_mounted: '2026-09-01T10:20:00Z',
          last_mounted_on: toPrintable(mounted ?? '/srv/backup'),
        },
        { part: 'sdb2', bytes: 1e9 },
      ],
      more: 2,
    },
    facts_sha256: operation.facts_sha256,
    nonce: nonce.toString(16).padStart(64, '0'),
    created: tellMoment(INVENTED_AT),
    expires: tellMoment(expires),
    threshold: 1,
    requested_by: { door: 'guest', vmid: 9200 },
  };
}

const tellMoment = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
