// What the last life of this agent left: operations that were claimed when it ended. Nothing goes on by
// itself; each is told, with its stage and whether anything may have been written.
import { messageOf } from '../../base/errors.ts';
import { isOpen } from '../../contracts/facts/operations.ts';
import type { OperationBook } from './operation-book.ts';
import type { OperationStore } from './operation-store.ts';
import type { DiskPorts } from './ports.ts';
import { whyNotOpen, type Said } from './read-said.ts';
import type { OperationEvent } from './states.ts';

const BY_END: { readonly [state: string]: OperationEvent } = {
  done: 'finish',
  failed: 'fail',
  cancelled: 'cancel',
  invalid: 'invalidate',
};

export async function recoverOperations({
  book,
  store,
  said,
  cleanUp,
  onProblem,
}: {
  readonly book: OperationBook;
  readonly store: OperationStore;
  /** What the ledger says of each: it knows better than files that somebody put back. */
  readonly said: ReadonlyMap<string, Said>;
  readonly cleanUp: DiskPorts['cleanUp'];
  readonly onProblem: (problem: string) => void;
}): Promise<void> {
  const claims = await store.claims();
  for (const operation of book.all()) {
    const { id, state } = operation;
    const isRecorded = said.get(id)?.claimed === true;
    const claimedOnly =
      (state === 'approved' && claims.has(id)) ||
      ((state === 'approved' || state === 'pending') && isRecorded);
    if (state !== 'claimed' && !claimedOnly) {
      const why = isOpen(operation) ? whyNotOpen(operation, said.get(id)) : undefined;
      if (why === undefined) continue;
      const detail = `its file is not what was written last: ${why}; nothing was written`;
      await book.tell(id, { event: 'invalidate', by: null, ended: { code: 'E_OP_STATE', detail } });
      continue;
    }
    const journal = await store.journal(id);
    const { end, stage, loops } = journal;
    // Where its state was not written, the format was never let through; where it was, a journal without
    // a stage has lost something.
    const wasLetThrough = !claimedOnly || isRecorded;
    const dirty = stage === null ? wasLetThrough : journal.dirty;
    const remarks = journal.remarks.map((remark) => `; of the journal: ${remark}`).join('');
    const claimed = { stage: 'rechecked', dirty: false } as const;
    if (claimedOnly && isRecorded) book.show(id, { ...claimed, state: 'claimed' });
    else if (claimedOnly) await book.tell(id, { event: 'claim', by: null, patch: claimed });
    const event = end === undefined ? undefined : BY_END[end.end];
    if (end !== undefined && event !== undefined) {
      const ended = { code: end.code, detail: `${end.detail}${remarks}` };
      await book.tell(id, { event, by: null, ended, patch: { stage, dirty } });
      continue;
    }
    const entry = book.find(id);
    const cleaned =
      entry === undefined
        ? ''
        : await cleanUp({ operation: id, identity: entry.identity, loops }).catch((error: unknown) => {
            onProblem(`what the run of ${id} left could not be cleaned up: ${messageOf(error)}`);
            return `what it left could not be cleaned up: ${messageOf(error)}`;
          });
    const where = stage === null ? 'before its first stage' : `at stage ${stage}`;
    const written = dirty ? 'the disk may have been written' : 'nothing was written';
    const detail = `the agent ended ${where}; ${written}${remarks}${cleaned === '' ? '' : `; ${cleaned}`}`;
    await book.tell(id, {
      event: 'interrupt',
      by: null,
      ended: { code: 'E_INTERRUPTED', detail },
      patch: { stage, dirty },
    });
  }
}
