// What became of a run: told in journal, ledger and state, and to whoever waits for it to begin.
import { messageOf } from '../../base/errors.ts';
import type { Operation } from '../../contracts/facts/operations.ts';
import type { FormatResult } from '../../disks/format-order.ts';
import { Refusal } from '../../daemon/refusal.ts';
import type { HowEnded } from './operation-book.ts';
import type { Run, RunTools } from './run.ts';
import type { OperationEvent } from './states.ts';

export async function concludeRun(run: Run, result: FormatResult, tools: RunTools): Promise<void> {
  const { book, store, clock, onEnd, onProblem } = tools;
  const { id } = run;
  // Its own end was reached first: denied, superseded or expired while it started.
  const open = book.find(id)?.operation.state;
  if (!run.claimed) {
    run.begun.reject(await notBegun(run, { result, state: open }, tools));
    return;
  }
  if (open !== 'claimed') throw new Refusal('E_BUG', `a run ended, and its operation is ${String(open)}`);
  const dirty = run.dirty || ('dirty' in result && result.dirty);
  const { event, ended } = endOf(run, result, dirty);
  try {
    const end = { cancel: 'cancelled', fail: 'failed', finish: 'done', invalidate: 'invalid' } as const;
    await store.note(id, { at: clock.now(), end: end[event], dirty, ...ended });
  } catch (error) {
    onProblem(`the end of ${id} is not in its journal: ${messageOf(error)}`);
  }
  const by = event === 'cancel' ? (run.cancelledBy ?? null) : null;
  onEnd(await book.tell(id, { event, by, ended, patch: { dirty, stage: run.stage } }));
}

/** It never came to the claim: nothing was written. */
async function notBegun(
  run: Run,
  { result, state }: { result: FormatResult; state: Operation['state'] | undefined },
  { book, onEnd }: RunTools,
): Promise<Refusal> {
  const { id } = run;
  // Its approval was lost under way, and why was told.
  if (state === 'pending' && run.failure !== undefined) return run.failure;
  if (state !== 'approved') {
    return new Refusal('E_OP_STATE', `the operation is ${state ?? 'gone'}: nothing was done`);
  }
  if (run.cancelledBy !== undefined) {
    await book.change(id, {
      event: 'deny',
      by: run.cancelledBy,
      ended: { code: 'E_CANCELLED', detail: '' },
    });
    return new Refusal('E_OP_STATE', 'it was cancelled before it began');
  }
  if (run.failure !== undefined) return run.failure;
  if (result.state === 'held') {
    return new Refusal('E_DEVICE_HELD', `${result.detail}: nothing was changed`, {
      hint: 'release the device, then run it again',
    });
  }
  // The agent stops; it waits for the next start.
  if (result.state === 'cancelled') return new Refusal('E_NOT_READY', 'the agent stops', { retryAfterS: 10 });
  const ended: HowEnded =
    result.state === 'done'
      ? { code: 'E_BUG', detail: 'the format ended without a claim' }
      : { code: result.code, detail: result.detail };
  onEnd(await book.tell(id, { event: 'invalidate', by: null, ended }));
  return result.state === 'invalid' && result.code === 'E_DEVICE_CHANGED'
    ? new Refusal(
        'E_DEVICE_CHANGED',
        `the disk is not the one that was approved: ${ended.detail}; nothing was written`,
      )
    : new Refusal('E_OP_STATE', `nothing was written: ${ended.detail} (${String(ended.code)})`);
}

/** It ended by an error of ours, or before the format was started. */
export async function giveUpRun(
  run: Run,
  error: unknown,
  { book, onEnd, onProblem }: RunTools,
): Promise<void> {
  const { id } = run;
  const refusal = error instanceof Refusal ? error : new Refusal('E_BUG', messageOf(error), { cause: error });
  if (refusal.code === 'E_BUG') onProblem(`the run of ${id}: ${messageOf(error)}`);
  run.begun.reject(refusal);
  if (book.find(id)?.operation.state !== 'claimed') return;
  const ended = { code: refusal.code, detail: refusal.message };
  onEnd(await book.tell(id, { event: 'fail', by: null, ended, patch: { dirty: run.dirty } }));
}

type End = {
  readonly event: Extract<OperationEvent, 'finish' | 'fail' | 'cancel' | 'invalidate'>;
  readonly ended: HowEnded;
};

function endOf(run: Run, result: FormatResult, dirty: boolean): End {
  const failed = (code: string, detail: string): End => ({ event: 'fail', ended: { code, detail } });
  const why = [
    ...(run.cancelledBy === undefined ? ['the agent was stopped'] : []),
    ...(dirty ? ['a part of the disk was zeroed already, and the signature is spent'] : []),
  ].join('; ');
  const cancelled: End = { event: 'cancel', ended: { code: 'E_CANCELLED', detail: why } };
  // Zeroing can be ended at any time; what was to be read only must not have been written.
  const canBeCancelled = !dirty || (run.signed !== null && !run.writing);
  if (run.failure?.code === 'E_CANCELLED' && canBeCancelled) return cancelled;
  if (run.failure !== undefined) return failed(run.failure.code, run.failure.message);
  switch (result.state) {
    case 'done':
      return run.stage === 'fs_verified' || run.stage === 'released'
        ? { event: 'finish', ended: { code: null, detail: '' } }
        : failed('E_BUG', 'the format ended well without having verified anything');
    case 'held':
      return failed('E_DEVICE_HELD', result.detail);
    case 'invalid':
      return dirty
        ? failed(result.code, result.detail)
        : { event: 'invalidate', ended: { code: result.code, detail: result.detail } };
    case 'failed':
      return failed(result.code, result.detail);
    case 'cancelled':
      return canBeCancelled ? cancelled : failed('E_CANCELLED', 'it was stopped after writing had begun');
  }
}
