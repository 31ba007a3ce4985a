// What a format may do next is said here: claim, ledger and journal are on the disk before it hears yes.
import { messageOf } from '../../base/errors.ts';
import type { FormatStage } from '../../contracts/facts/operations.ts';
import type { FormatListener } from '../../disks/format-order.ts';
import { Refusal } from '../../daemon/refusal.ts';
import { demandApproval, demandRunnable } from './prepare-run.ts';
import { noteProgress, type Run, type RunTools } from './run.ts';

type Stages = {
  readonly [S in FormatStage]?: { readonly next: FormatStage | null; readonly writes: boolean };
};

/** What follows what, and from which stage on the disk may have been written. */
const UNSIGNED: Stages = {
  rechecked: { next: 'zero_verified', writes: false },
  // Nothing is zeroed, and nothing is written before every byte was read.
  zero_verified: { next: 'mkfs', writes: false },
  mkfs: { next: 'fs_verified', writes: true },
  fs_verified: { next: 'released', writes: true },
  released: { next: null, writes: true },
};
const SIGNED: Stages = {
  rechecked: { next: 'wiping', writes: false },
  wiping: { next: 'zero_verified', writes: true },
  zero_verified: { next: 'mkfs', writes: true },
  mkfs: { next: 'fs_verified', writes: true },
  fs_verified: { next: 'released', writes: true },
  released: { next: null, writes: true },
};
/** Zeroing can be ended between two chunks: the disk holds nothing then that it should still hold. */
const CAN_BE_CANCELLED: ReadonlySet<FormatStage> = new Set(['rechecked', 'wiping', 'zero_verified']);

export const listenToRun = (run: Run, tools: RunTools): FormatListener => ({
  onStage: async (stage, dirty) =>
    stopping(run, async () => {
      if (stage === 'rechecked') await tools.inTurn(async () => claim(run, tools));
      else await begin(run, { stage, dirty }, tools);
      run.movedAt = tools.clock.monotonic();
    }),
  onLoop: async (loop) =>
    stopping(run, async () => {
      demandClaimed(run);
      await tools.store.note(run.id, { at: tools.clock.now(), loop });
    }),
  onProgress: (progress) => noteProgress(run, progress, tools),
});

/** What we cannot write down must not begin: the format hears no, and nothing after it is let through. */
async function stopping(run: Run, work: () => Promise<void>): Promise<void> {
  if (run.failure !== undefined) throw run.failure;
  try {
    await work();
  } catch (error) {
    run.failure ??= error instanceof Refusal ? error : new Refusal('E_BUG', messageOf(error));
    run.controller.abort();
    throw error;
  }
}

/** The claim file is made once ever; journal, ledger and state follow, and only then the format goes on. */
async function claim(run: Run, tools: RunTools): Promise<void> {
  const { book, store, clock } = tools;
  const { id } = run;
  if (run.claimed) throw new Refusal('E_BUG', 'it was claimed already');
  if (run.controller.signal.aborted) throw new Refusal('E_OP_STATE', 'it was stopped before it began');
  const signed = await demandApproval(demandRunnable(id, tools), tools);
  if (signed?.message !== run.signed?.message) {
    throw new Refusal('E_OP_STATE', 'it was approved anew while it started: run it again');
  }
  if (!(await store.claim(id))) {
    const detail = 'it was claimed once before; nothing was written';
    await book.change(id, { event: 'invalidate', by: null, ended: { code: 'E_INTERRUPTED', detail } });
    throw new Refusal('E_OP_STATE', detail);
  }
  try {
    await store.note(id, { at: clock.now(), stage: 'rechecked', dirty: false });
    const operation = await book.change(id, {
      event: 'claim',
      by: run.by,
      patch: { stage: 'rechecked', dirty: false },
    });
    run.claimed = true;
    run.stage = 'rechecked';
    run.begun.resolve(operation);
  } catch (error) {
    // Not let through, so nothing was done: it can be tried again.
    await store.unclaim(id).catch(() => {});
    throw error;
  }
}

async function begin(
  run: Run,
  { stage, dirty }: { stage: FormatStage; dirty: boolean },
  { book, store, clock }: RunTools,
): Promise<void> {
  demandClaimed(run);
  const stages = run.signed === null ? UNSIGNED : SIGNED;
  const next = stages[run.stage ?? 'released']?.next;
  const writes = stages[stage]?.writes === true;
  if (stage !== next || (dirty && !writes)) {
    throw new Refusal('E_BUG', `stage ${stage} cannot follow ${run.stage}`);
  }
  if (writes && !run.writing && run.controller.signal.aborted) {
    throw new Refusal('E_CANCELLED', 'it was cancelled in time');
  }
  run.writing ||= writes && !CAN_BE_CANCELLED.has(stage);
  await store.note(run.id, { at: clock.now(), stage, dirty: writes || run.dirty });
  run.stage = stage;
  run.dirty ||= writes;
  book.show(run.id, { stage, dirty: run.dirty });
}

function demandClaimed(run: Run): void {
  if (!run.claimed) throw new Refusal('E_BUG', 'nothing may begin before the claim');
}
