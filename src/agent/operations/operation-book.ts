// All operations in memory and on the disk, and the one way in which any of them changes: by the table of
// states, into the ledger first, then into its file. Where that cannot be written, nothing changes.
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { LedgerAnchor, LedgerRecord } from '../../contracts/facts/ledger.ts';
import { isOpen, isSigned, type Operation, type Requester } from '../../contracts/facts/operations.ts';
import type { StoredOperation } from '../../contracts/stored-operation.ts';
import type { ClockMark } from '../clock-mark.ts';
import { Refusal } from '../../daemon/refusal.ts';
import type { NewRecord } from '../../daemon/ledger/chain.ts';
import type { Ledger } from '../../daemon/ledger/ledger.ts';
import { storing } from '../../daemon/store-failed.ts';
import type { OperationStore } from './operation-store.ts';
import { isEnd, nextState, type OperationEvent } from './states.ts';

/** Ended operations that are kept: at most so many, and not for longer. */
const KEPT = 200;
const KEPT_MS = 30 * 24 * 3_600_000;
/** Seven days, and one for a clock that was corrected: what has longer is from a clock that ran ahead. */
const LONGEST_MS = 8 * 24 * 3_600_000;

/** How it ended: the code of an error, or null when it went well. */
export type HowEnded = { readonly code: string | null; readonly detail: string };

export type Change = {
  readonly event: OperationEvent;
  /** Null for what the agent does by itself. */
  readonly by: Requester | null;
  readonly ended?: HowEnded;
  readonly patch?: Partial<Operation>;
  readonly signing?: StoredOperation['signing'];
  /** More for the ledger; never a secret. */
  readonly detail?: LedgerRecord['detail'];
};

export type OperationBook = {
  /** The newest first. */
  readonly all: () => readonly Operation[];
  readonly find: (id: string) => StoredOperation | undefined;
  /** Throw `E_NO_SUCH` when there is none. */
  readonly known: (id: string) => Operation;
  readonly stored: (id: string) => StoredOperation;
  readonly add: (stored: StoredOperation) => Promise<Operation>;
  /** Throws `E_OP_STATE` when the table says no, `E_STORE` when it cannot be written. */
  readonly change: (id: string, change: Change) => Promise<Operation>;
  /** The same for an approval, with the ledger's record of it. */
  readonly approve: (
    id: string,
    change: Omit<Change, 'event'>,
  ) => Promise<{ readonly operation: Operation; readonly ledger: LedgerAnchor }>;
  /** The same where it has happened already and cannot be refused: what cannot be written now is written later. */
  readonly tell: (id: string, change: Change) => Promise<Operation>;
  /** Its description as of now, the device's identity, and what is to be signed; no other state. */
  readonly describe: (stored: StoredOperation, record?: Omit<NewRecord, 'at'>) => Promise<Operation>;
  /** What else is to be signed at this time: the messages of other open ones. */
  readonly messagesBeside: (id: string) => readonly string[];
  /** What changes while it runs, and is in the journal: shown, not stored. */
  readonly show: (
    id: string,
    patch: Pick<Operation, 'stage' | 'dirty'> & Partial<Pick<Operation, 'state'>>,
  ) => void;
  /** How many could not be written yet as they are. */
  readonly unwritten: () => number;
  /** Ends what has expired, writes what could not be written, and forgets what ended long ago. Never throws. */
  readonly tidy: () => Promise<void>;
};

export function createOperationBook({
  stored,
  store,
  ledger,
  clock,
  mark,
  onChange,
  onProblem,
}: {
  readonly stored: readonly StoredOperation[];
  readonly store: OperationStore;
  readonly ledger: Pick<Ledger, 'record'>;
  readonly clock: Clock;
  readonly mark: ClockMark;
  readonly onChange: () => void;
  readonly onProblem: (problem: string) => void;
}): OperationBook {
  const entries = new Map(stored.map((entry) => [entry.operation.id, entry]));
  const unwritten = new Set<string>();
  /** What has happened and is not in the ledger yet, the oldest first. */
  const unrecorded: { readonly id: string; readonly record: Omit<NewRecord, 'at'> }[] = [];

  const adopt = (entry: StoredOperation): Operation => {
    entries.set(entry.operation.id, entry);
    onChange();
    return entry.operation;
  };
  /** There is room for the file; then the ledger; then the file takes its place. */
  const write = async (
    entry: StoredOperation,
    record: Omit<NewRecord, 'at'> | undefined,
  ): Promise<LedgerRecord | undefined> => {
    const file = await store.prepare(entry);
    let recorded: LedgerRecord | undefined;
    try {
      if (record !== undefined) recorded = await ledger.record(record);
    } catch (error) {
      await file.drop();
      throw error;
    }
    await storing('an operation', file.commit);
    unwritten.delete(entry.operation.id);
    return recorded;
  };
  const changed = (id: string, change: Change) => {
    const entry = known(id);
    const { operation } = entry;
    const state = nextState(operation.state, change.event);
    if (state === undefined) {
      throw new Refusal(
        'E_OP_STATE',
        `the operation is ${operation.state}: ${change.event} is not possible now`,
      );
    }
    const at = clock.now();
    const ended = isEnd(state) ? { at, code: null, detail: '', ...change.ended } : null;
    const isLost = change.event === 'lose-approval';
    const next: Operation = {
      ...operation,
      ...change.patch,
      // An approval takes its signatures along, whoever takes it away.
      ...(isLost ? { approved_by: null, approvals: [] } : {}),
      state,
      updated: at,
      ended,
      progress: null,
    };
    const signing = change.signing ?? entry.signing;
    const kept = isLost && signing !== null ? { ...signing, signatures: [] } : signing;
    return { entry: { ...entry, operation: next, signing: kept }, record: recordOf(next, change) };
  };
  const known = (id: string): StoredOperation => {
    const entry = entries.get(id);
    if (entry === undefined) throw new Refusal('E_NO_SUCH', 'there is no such operation');
    return entry;
  };
  const all = () =>
    [...entries.values()]
      .map(({ operation }) => operation)
      .toSorted((a, b) => b.created - a.created || b.id.localeCompare(a.id));

  const change = async (id: string, what: Change): Promise<Operation> => {
    const { entry, record } = changed(id, what);
    await write(entry, record);
    return adopt(entry);
  };
  const tell = async (id: string, what: Change): Promise<Operation> => {
    const wasClaimed = known(id).operation.state === 'claimed';
    const { entry, record } = changed(id, what);
    unrecorded.push({ id, record });
    await recordLate();
    unwritten.add(id);
    // As long as its file says that it runs, the next start tells its end from the journal once more.
    if (!wasClaimed || !isUnrecorded(id)) await writeLate(entry);
    return adopt(entry);
  };
  const isUnrecorded = (id: string) => unrecorded.some((one) => one.id === id);
  const recordLate = async (): Promise<void> => {
    for (let next = unrecorded[0]; next !== undefined; next = unrecorded[0]) {
      try {
        await ledger.record(next.record);
      } catch (error) {
        onProblem(`${next.record.what} of ${next.id} is not in the ledger yet: ${messageOf(error)}`);
        return;
      }
      unrecorded.shift();
    }
  };
  const writeLate = async (entry: StoredOperation): Promise<void> => {
    const { id } = entry.operation;
    try {
      await write(entry, undefined);
    } catch (error) {
      onProblem(
        `operation ${id} is ${entry.operation.state}, and that could not be written yet: ${messageOf(error)}`,
      );
    }
  };

  return {
    all,
    find: (id) => entries.get(id),
    known: (id) => known(id).operation,
    stored: known,
    add: async (entry) => {
      const { operation } = entry;
      await write(entry, {
        what: 'op.requested',
        by: operation.requested_by,
        subject: operation.id,
        detail: {
          op: operation.op,
          durable_id: operation.durable_id,
          device: operation.device,
          fstype: operation.fstype,
          fs_uuid: operation.fs_uuid,
          data_bearing: operation.data_bearing,
          reason: operation.reason,
          facts_sha256: operation.facts_sha256,
        },
      });
      return adopt(entry);
    },
    change,
    approve: async (id, what) => {
      const { entry, record } = changed(id, { ...what, event: 'approve' });
      const recorded = await write(entry, record);
      const operation = adopt(entry);
      return { operation, ledger: { n: recorded?.n ?? 0, hash: recorded?.hash ?? '' } };
    },
    tell,
    describe: async (entry, record) => {
      await write(entry, record);
      return adopt(entry);
    },
    messagesBeside: (id) =>
      [...entries.values()].flatMap(({ operation, signing }) =>
        operation.id !== id && isOpen(operation) && signing !== null ? [signing.message] : [],
      ),
    show: (id, patch) => {
      const entry = entries.get(id);
      if (entry !== undefined) adopt({ ...entry, operation: { ...entry.operation, ...patch } });
    },
    unwritten: () => new Set([...unwritten, ...unrecorded.map(({ id }) => id)]).size,
    tidy: async () => {
      await recordLate();
      for (const entry of entries.values()) {
        const { id } = entry.operation;
        if (unwritten.has(id) && !isUnrecorded(id)) await writeLate(entry);
      }
      const now = mark.now();
      for (const operation of all().filter((one) => isOverdue(one, now))) {
        const ended = { code: 'E_EXPIRED', detail: 'it was not run in time' };
        try {
          await change(operation.id, { event: 'expire', by: null, ended });
        } catch (error) {
          onProblem(`operation ${operation.id} has expired, which cannot be written: ${messageOf(error)}`);
        }
      }
      for (const { id } of all().filter((one) => hasOutlivedApproval(one, now))) {
        const detail = { code: 'E_OP_EXPIRED', detail: 'what was signed was not run in time' };
        try {
          await change(id, { event: 'lose-approval', by: null, detail });
        } catch (error) {
          onProblem(`the approval of ${id} has expired, which cannot be written: ${messageOf(error)}`);
        }
      }
      for (const { id } of outlived(all(), now)) {
        try {
          await store.remove(id);
          entries.delete(id);
          unwritten.delete(id);
        } catch (error) {
          onProblem(`operation ${id} could not be removed: ${messageOf(error)}`);
        }
      }
    },
  };
}

/** Judged also where the end could not be written yet. */
export const isOverdue = ({ state, expires }: Operation, now: number): boolean =>
  (state === 'pending' || state === 'approved') && (now >= expires || expires - now > LONGEST_MS);

/** Only a hint to tell it early: what counts is what stands in the signed bytes, when it is run. */
const hasOutlivedApproval = (operation: Operation, now: number): boolean =>
  operation.state === 'approved' &&
  isSigned(operation) &&
  (operation.bytes === null || now >= operation.bytes.expires);

const outlived = (operations: readonly Operation[], now: number): readonly Operation[] =>
  operations
    .filter((operation) => !isOpen(operation))
    .toSorted((a, b) => endOf(b) - endOf(a))
    .filter((operation, index) => index >= KEPT || now - endOf(operation) > KEPT_MS);

const endOf = ({ ended, updated }: Operation): number => ended?.at ?? updated;

/** What the ledger calls each event. */
const WORDS = {
  approve: 'op.approved',
  'lose-approval': 'op.approval-lost',
  deny: 'op.denied',
  supersede: 'op.superseded',
  expire: 'op.expired',
  invalidate: 'op.invalid',
  claim: 'op.claimed',
  finish: 'op.done',
  fail: 'op.failed',
  cancel: 'op.cancelled',
  interrupt: 'op.interrupted',
} as const satisfies Record<OperationEvent, string>;

const recordOf = (
  { id, durable_id, stage, dirty, approved_by }: Operation,
  { event, by, ended, detail }: Change,
): Omit<NewRecord, 'at'> => ({
  what: WORDS[event],
  by,
  subject: id,
  detail: {
    durable_id,
    ...(event === 'approve' ? { how: approved_by?.how ?? null } : {}),
    ...detail,
    ...(ended === undefined ? {} : { code: ended.code, detail: ended.detail, stage, dirty }),
  },
});
