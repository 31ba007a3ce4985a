// Runs approved operations, each at most once: looks at the disk again, has the format claim the device,
// writes claim, ledger and journal before each step may begin, and tells what came of it.
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { InTurn } from '../../base/in-turn.ts';
import {
  type FormatStage,
  type Operation,
  type OperationProgress,
  type Requester,
} from '../../contracts/facts/operations.ts';
import type { FormatListener, FormatResult } from '../../disks/format-order.ts';
import type { ClockMark } from '../clock-mark.ts';
import { Refusal } from '../handler.ts';
import { isGranted, type Grants } from './decide-format.ts';
import { judgeDisk } from './judge-disk.ts';
import type { LookAtDisk } from './look-at-disk.ts';
import { isOverdue, type HowEnded, type OperationBook } from './operation-book.ts';
import type { OperationStore } from './operation-store.ts';
import type { DiskPorts } from './ports.ts';
import type { OperationEvent } from './states.ts';

const STALLED_MS = 120_000;
const SHOW_EVERY_MS = 1000;

export type Runner = {
  /**
   * Comes back when the device is claimed, or when it is known why not (a refusal). What runs goes on
   * afterwards, whoever leaves.
   */
  readonly run: (id: string, by: Requester) => Promise<Operation>;
  /** Between approval and claim, or claimed. */
  readonly isRunning: (id: string) => boolean;
  readonly starting: () => ReadonlySet<string>;
  /** Asks it to stop, as long as nothing was written; whoever waits for it hears how it ended. */
  readonly cancel: (id: string, by: Requester) => void;
  readonly progressOf: (id: string) => OperationProgress | null;
  /** Tells when a run has just come to a halt, or goes on again. */
  readonly watch: () => void;
  /** Cancels what can be cancelled, and waits for it. */
  readonly stop: () => Promise<void>;
};

type Run = {
  readonly controller: AbortController;
  readonly by: Requester;
  readonly begun: PromiseWithResolvers<Operation>;
  claimed: boolean;
  /** The last stage that stands in the journal, and whether writing may have begun. */
  stage: FormatStage | null;
  dirty: boolean;
  /** The stage that writes is being written down, or stands there: too late to cancel. */
  writing: boolean;
  /** Why we ended it ourselves. */
  failure: Refusal | undefined;
  cancelledBy: Requester | undefined;
  progress: OperationProgress | null;
  movedAt: number;
  shownAt: number;
  stalled: boolean;
  ended: Promise<void>;
};

export type RunnerOptions = {
  readonly book: OperationBook;
  readonly store: OperationStore;
  readonly inTurn: InTurn;
  readonly lookAtDisk: LookAtDisk;
  readonly runFormat: DiskPorts['runFormat'];
  readonly allowLoop: boolean;
  readonly readGrants: () => Promise<Grants>;
  readonly clock: Clock;
  readonly mark: ClockMark;
  readonly onChange: () => void;
  readonly onEnd: (operation: Operation) => void;
  readonly onProblem: (problem: string) => void;
};

export function createRunner(options: RunnerOptions): Runner {
  const { book, store, inTurn, lookAtDisk, clock, mark, onProblem } = options;
  const runs = new Map<string, Run>();

  const run = async (id: string, by: Requester): Promise<Operation> => {
    const run = await inTurn(async () => take(id, by));
    // A waiter that leaves is no failure of the run.
    run.begun.promise.catch(() => {});
    run.ended = drive(id, run);
    return run.begun.promise;
  };

  /** From here on nobody else can start it. */
  const take = async (id: string, by: Requester): Promise<Run> => {
    await book.tidy();
    const operation = demandRunnable(id);
    if (runs.has(id)) {
      throw new Refusal('E_DEVICE_BUSY', 'the operation is being started already', { retryAfterS: 1 });
    }
    const run: Run = {
      controller: new AbortController(),
      by,
      begun: Promise.withResolvers<Operation>(),
      claimed: false,
      stage: operation.stage,
      dirty: false,
      writing: false,
      failure: undefined,
      cancelledBy: undefined,
      progress: null,
      movedAt: clock.monotonic(),
      shownAt: Number.NEGATIVE_INFINITY,
      stalled: false,
      ended: Promise.resolve(),
    };
    runs.set(id, run);
    return run;
  };

  const demandRunnable = (id: string): Operation => {
    const operation = book.find(id)?.operation;
    if (operation === undefined) throw new Refusal('E_NO_SUCH', 'there is no such operation');
    if (operation.state !== 'approved') {
      throw new Refusal('E_OP_STATE', `the operation is ${operation.state}: only an approved one can run`);
    }
    if (isOverdue(operation, mark.now())) {
      throw new Refusal('E_OP_STATE', 'the operation has expired: ask for it again');
    }
    mark.demandForward();
    return operation;
  };

  const drive = async (id: string, run: Run): Promise<void> => {
    try {
      const order = await prepare(id, run.controller.signal);
      const result = await options.runFormat(order, listenerOf(id, run), run.controller.signal);
      await inTurn(async () => conclude(id, run, result));
    } catch (error) {
      await inTurn(async () => giveUp(id, run, error)).catch((worse: unknown) => {
        onProblem(`the end of the run of ${id} could not be told: ${messageOf(worse)}`);
      });
    } finally {
      runs.delete(id);
      run.begun.reject(new Refusal('E_BUG', 'the run ended without a word'));
      options.onChange();
    }
  };

  /** The disk as it is now, before the format that looks once more under its own claim. */
  const prepare = async (id: string, signal: AbortSignal) => {
    const { durable_id } = demandRunnable(id);
    const { examined } = await lookAtDisk(durable_id, signal);
    return inTurn(async () => {
      const operation = demandRunnable(id);
      await demandApproval(operation);
      const judged = judgeDisk(examined, book.all());
      if (judged.kind === 'barred') {
        throw new Refusal('E_DEVICE_BARRED', `no operation is possible: ${judged.reason}`);
      }
      if (examined.facts_sha256 !== operation.facts_sha256) {
        const detail = 'the disk is not as it was when this was asked for; nothing was written';
        await book.change(id, { event: 'invalidate', by: null, ended: { code: 'E_DEVICE_CHANGED', detail } });
        throw new Refusal('E_OP_STATE', `${detail}: the operation is invalid`, { hint: 'ask for it again' });
      }
      if (judged.kind === 'bears') {
        const { flag } = judged;
        const release = flag.signals.find((signal) => signal.release !== null)?.release ?? null;
        if (judged.held) {
          throw new Refusal('E_DEVICE_HELD', `${flag.reason}: nothing was changed`, {
            hint: release === null ? 'release the device, then run it again' : `release it with: ${release}`,
          });
        }
        await book.change(id, {
          event: 'lose-approval',
          by: null,
          patch: {
            approved_by: null,
            data_bearing: true,
            verdict: flag.verdict,
            reason: flag.reason,
            signals: flag.signals,
            disk: examined.disk,
          },
        });
        throw new Refusal('E_PENDING_SIGNATURE', `${flag.reason}: this needs an operator's signature now`);
      }
      return {
        identity: judged.identity,
        fstype: operation.fstype,
        fs_uuid: operation.fs_uuid,
        facts_sha256: operation.facts_sha256,
        allow_loop: options.allowLoop,
      };
    });
  };

  /** Data is wiped on signatures only, which nobody can give yet; a grant holds while it stands. */
  const demandApproval = async (operation: Operation): Promise<void> => {
    const { approved_by, durable_id, requested_by } = operation;
    const holds =
      approved_by !== null &&
      (approved_by.how === 'confirm' || isGranted(await options.readGrants(), requested_by.vmid, durable_id));
    if (holds) return;
    await book.change(operation.id, { event: 'lose-approval', by: null, patch: { approved_by: null } });
    throw new Refusal('E_OP_STATE', 'the grant for this disk is gone: somebody on the host has to confirm');
  };

  const listenerOf = (id: string, run: Run): FormatListener => ({
    onStage: async (stage, dirty) =>
      stopping(run, async () => {
        if (stage === 'rechecked') await inTurn(async () => claim(id, run));
        else await begin(id, run, { stage, dirty });
        run.movedAt = clock.monotonic();
      }),
    onLoop: async (loop) =>
      stopping(run, async () => {
        demandClaimed(run);
        await store.note(id, { at: clock.now(), loop });
      }),
    onProgress: (progress) => show(run, progress),
  });

  /** What we cannot write down must not begin: the format hears no, and nothing after it is let through. */
  const stopping = async (run: Run, work: () => Promise<void>): Promise<void> => {
    if (run.failure !== undefined) throw run.failure;
    try {
      await work();
    } catch (error) {
      run.failure ??= error instanceof Refusal ? error : new Refusal('E_BUG', messageOf(error));
      run.controller.abort();
      throw error;
    }
  };

  /** The claim file is made once ever; journal, ledger and state follow, and only then the format goes on. */
  const claim = async (id: string, run: Run): Promise<void> => {
    if (run.claimed) throw new Refusal('E_BUG', 'it was claimed already');
    if (run.controller.signal.aborted) throw new Refusal('E_OP_STATE', 'it was stopped before it began');
    await demandApproval(demandRunnable(id));
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
  };

  const begin = async (
    id: string,
    run: Run,
    { stage, dirty }: { stage: FormatStage; dirty: boolean },
  ): Promise<void> => {
    demandClaimed(run);
    // Without a signature nothing is zeroed, and nothing is written before every byte was read.
    const next = UNSIGNED_STAGES[UNSIGNED_STAGES.indexOf(run.stage ?? 'released') + 1];
    if (stage !== next || (dirty && stage === 'zero_verified')) {
      throw new Refusal('E_BUG', `stage ${stage} cannot follow ${run.stage}`);
    }
    if (dirty && run.controller.signal.aborted) throw new Refusal('E_CANCELLED', 'it was cancelled in time');
    run.writing ||= dirty;
    await store.note(id, { at: clock.now(), stage, dirty: dirty || run.dirty });
    run.stage = stage;
    run.dirty ||= dirty;
    book.show(id, { stage, dirty: run.dirty });
  };

  const demandClaimed = (run: Run): void => {
    if (!run.claimed) throw new Refusal('E_BUG', 'nothing may begin before the claim');
  };

  const show = (run: Run, progress: OperationProgress): void => {
    const now = clock.monotonic();
    if (progress.bytes_done !== run.progress?.bytes_done) run.movedAt = now;
    run.progress = progress;
    if (now - run.shownAt < SHOW_EVERY_MS) return;
    run.shownAt = now;
    options.onChange();
  };

  const conclude = async (id: string, run: Run, result: FormatResult): Promise<void> => {
    // Its own end was reached first: denied, superseded or expired while it started.
    const open = book.find(id)?.operation.state;
    if (!run.claimed) {
      run.begun.reject(await notBegun(id, run, result, open));
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
    options.onEnd(await book.tell(id, { event, by, ended, patch: { dirty, stage: run.stage } }));
  };

  /** It never came to the claim: nothing was written. */
  const notBegun = async (
    id: string,
    run: Run,
    result: FormatResult,
    state: Operation['state'] | undefined,
  ): Promise<Refusal> => {
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
    if (result.state === 'cancelled')
      return new Refusal('E_NOT_READY', 'the agent stops', { retryAfterS: 10 });
    const ended: HowEnded =
      result.state === 'done'
        ? { code: 'E_BUG', detail: 'the format ended without a claim' }
        : { code: result.code, detail: result.detail };
    options.onEnd(await book.tell(id, { event: 'invalidate', by: null, ended }));
    return new Refusal('E_OP_STATE', `nothing was written: ${ended.detail} (${String(ended.code)})`);
  };

  const giveUp = async (id: string, run: Run, error: unknown): Promise<void> => {
    const refusal =
      error instanceof Refusal ? error : new Refusal('E_BUG', messageOf(error), { cause: error });
    if (refusal.code === 'E_BUG') onProblem(`the run of ${id}: ${messageOf(error)}`);
    run.begun.reject(refusal);
    if (book.find(id)?.operation.state !== 'claimed') return;
    const ended = { code: refusal.code, detail: refusal.message };
    // What a run does that ends in no known way is not known either.
    options.onEnd(await book.tell(id, { event: 'fail', by: null, ended, patch: { dirty: run.dirty } }));
  };

  return {
    run,
    isRunning: (id) => runs.has(id),
    starting: () => new Set(runs.keys()),
    cancel: (id, by) => {
      const run = runs.get(id);
      if (run === undefined) throw new Refusal('E_OP_STATE', 'the operation does not run');
      if (run.writing) {
        throw new Refusal('E_OP_STATE', 'it cannot be cancelled any more: the disk is being written', {
          hint: 'wait for its end',
        });
      }
      run.cancelledBy ??= by;
      run.controller.abort();
    },
    progressOf: (id) => {
      const run = runs.get(id);
      return run === undefined || run.progress === null
        ? null
        : { ...run.progress, stalled: run.progress.stalled || hasStalled(run, clock) };
    },
    watch: () => {
      for (const run of runs.values()) {
        const stalled = hasStalled(run, clock);
        if (stalled === run.stalled) continue;
        run.stalled = stalled;
        options.onChange();
      }
    },
    stop: async () => {
      // What is being written ends with this process; the next start tells so.
      const stoppable = [...runs.values()].filter(({ writing }) => !writing);
      for (const run of stoppable) run.controller.abort();
      await Promise.all(stoppable.map(async ({ ended }) => ended));
    },
  };
}

/** The stages of a run that needs no signature, in their only order. */
const UNSIGNED_STAGES: readonly FormatStage[] = [
  'rechecked',
  'zero_verified',
  'mkfs',
  'fs_verified',
  'released',
];

const hasStalled = ({ progress, movedAt }: Run, clock: Clock): boolean =>
  progress !== null && clock.monotonic() - movedAt > STALLED_MS;

type End = {
  readonly event: Extract<OperationEvent, 'finish' | 'fail' | 'cancel' | 'invalidate'>;
  readonly ended: HowEnded;
};

function endOf(run: Run, result: FormatResult, dirty: boolean): End {
  const failed = (code: string, detail: string): End => ({ event: 'fail', ended: { code, detail } });
  const why = run.cancelledBy === undefined ? 'the agent was stopped' : '';
  const cancelled: End = { event: 'cancel', ended: { code: 'E_CANCELLED', detail: why } };
  if (run.failure?.code === 'E_CANCELLED' && !dirty) return cancelled;
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
      return dirty ? failed('E_CANCELLED', 'it was stopped after writing had begun') : cancelled;
  }
}
