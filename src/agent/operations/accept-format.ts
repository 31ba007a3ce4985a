// Carries out what was decided about a request to format: a new operation or the same one again, in the
// book before anybody hears of it.
import type { Clock } from '../../base/clock.ts';
import { randomHex, randomUuid } from '../../base/digest.ts';
import { PENDING_SIGNATURE, type FormatRefused } from '../../contracts/api-error.ts';
import { isSigned, type Operation } from '../../contracts/facts/operations.ts';
import type { ClockMark } from '../clock-mark.ts';
import { Refusal } from '../../daemon/refusal.ts';
import type { FormatDecision, FormatQuestion } from './decide-format.ts';
import type { OperationBook } from './operation-book.ts';

const LIFETIME_MS = 7 * 24 * 3_600_000;

export type AcceptTools = {
  readonly book: OperationBook;
  readonly clock: Clock;
  readonly mark: ClockMark;
  readonly hostScope: string;
};
export type Accepted = {
  readonly operation: Operation;
  readonly next: Extract<FormatDecision, { kind: 'accept' }>['next'];
};

export async function acceptFormat(
  decision: FormatDecision,
  { examined, fstype, by }: Pick<FormatQuestion, 'examined' | 'fstype' | 'by'>,
  { book, clock, mark, hostScope }: AcceptTools,
): Promise<Accepted> {
  if (decision.kind === 'refuse') {
    throw new Refusal(
      decision.code,
      decision.message,
      decision.hint === undefined ? {} : { hint: decision.hint },
    );
  }
  const { judged, same, supersede, invalidate, next } = decision;
  const runs = next === 'run-granted' || next === 'run-confirmed';
  if (runs) mark.demandForward();
  const { identity, flag } = judged;
  const described = {
    data_bearing: flag.data_bearing,
    verdict: flag.verdict,
    reason: flag.reason,
    signals: flag.signals,
    disk: examined.disk,
    confirm_word: examined.confirm_word,
    device: examined.device.path,
  };
  const now = clock.now();
  let operation =
    same ??
    (await book.add({
      version: 1,
      identity,
      signing: null,
      operation: {
        id: `op_${randomHex(12)}`,
        op: 'storage_wipe',
        state: 'pending',
        host_scope: hostScope,
        durable_id: identity.durable_id,
        fstype,
        fs_uuid: randomUuid(),
        ...described,
        facts_sha256: examined.facts_sha256,
        requested_by: by,
        approved_by: null,
        bytes: null,
        approvals: [],
        created: now,
        updated: now,
        expires: mark.now() + LIFETIME_MS,
        stage: null,
        dirty: false,
        progress: null,
        ended: null,
      },
    }));
  // The new one stands, so these cannot be refused any more.
  for (const { id } of invalidate) {
    const detail = 'the disk is not as it was when this was asked for; nothing was written';
    await book.tell(id, { event: 'invalidate', by: null, ended: { code: 'E_DEVICE_CHANGED', detail } });
  }
  for (const { id } of supersede) {
    // A guest reads this too: which one it is, is no matter of its.
    const detail = 'a newer one was asked for on the host';
    await book.tell(id, { event: 'supersede', by, ended: { code: null, detail } });
  }
  if (same !== undefined && differs(same, described)) {
    operation = await book.describe({
      version: 1,
      identity,
      operation: { ...same, ...described, updated: now },
      signing: book.find(same.id)?.signing ?? null,
    });
  }
  // What was signed was signed for a disk that bears data: asking again takes nothing of it away.
  if (operation.state === 'approved' && judged.kind === 'bears' && !isSigned(operation)) {
    operation = await book.change(operation.id, { event: 'lose-approval', by: null });
  }
  if (operation.state === 'pending' && runs) {
    const how = next === 'run-granted' ? 'grant' : 'confirm';
    operation = await book.change(operation.id, {
      event: 'approve',
      by,
      patch: { approved_by: { how, at: now, by } },
    });
  }
  return { operation, next };
}

const differs = (operation: Operation, described: Partial<Operation>): boolean =>
  JSON.stringify({ ...operation, ...described }) !== JSON.stringify(operation);

/** The body that callers know: nothing was touched, and this is what would have to be signed. */
export function pendingSignature({ id, op, host_scope, durable_id, fstype, reason }: Operation): Refusal {
  const extra: Omit<FormatRefused, 'error' | 'code' | 'hint'> = {
    formatted: false,
    data_bearing: true,
    reason,
    pending_op: { op, host_scope, durable_id, fstype, id },
  };
  return new Refusal('E_PENDING_SIGNATURE', PENDING_SIGNATURE, { extra });
}
