// Runs approved operations, each at most once: looks at the disk again, has the format claim the device,
// writes claim, ledger and journal before each step may begin, and tells what came of it.
import { messageOf } from '../../base/errors.ts';
import {
  isSigned,
  type Operation,
  type OperationProgress,
  type Requester,
} from '../../contracts/facts/operations.ts';
import type { RunFormat } from '../../disks/format-order.ts';
import { Refusal } from '../../daemon/refusal.ts';
import { concludeRun, giveUpRun } from './conclude-run.ts';
import { demandWord } from './confirm-operation.ts';
import { listenToRun } from './listen-to-run.ts';
import { demandRunnable, prepareRun } from './prepare-run.ts';
import { hasStalled, startRun, type Run, type RunTools } from './run.ts';

export type Runner = {
  /**
   * Comes back when the device is claimed, or when it is known why not (a refusal). What runs goes on
   * afterwards, whoever leaves. What was signed is run only by who has typed its word.
   */
  readonly run: (id: string, by: Requester, word: string | undefined) => Promise<Operation>;
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

export function createRunner(runFormat: RunFormat, tools: RunTools): Runner {
  const { book, inTurn, clock, onChange, onProblem } = tools;
  const runs = new Map<string, Run>();

  /** From here on nobody else can start it. */
  const take = async (id: string, by: Requester, word: string | undefined): Promise<Run> => {
    await book.tidy();
    const operation = demandRunnable(id, tools);
    demandWord(operation, word, isSigned(operation));
    if (runs.has(id)) {
      throw new Refusal('E_DEVICE_BUSY', 'the operation is being started already', { retryAfterS: 1 });
    }
    const run = startRun(id, by, clock);
    runs.set(id, run);
    return run;
  };

  const drive = async (run: Run): Promise<void> => {
    const { id, controller, begun } = run;
    try {
      const order = await prepareRun(run, tools);
      const result = await runFormat(order, listenToRun(run, tools), controller.signal);
      await inTurn(async () => concludeRun(run, result, tools));
    } catch (error) {
      await inTurn(async () => giveUpRun(run, error, tools)).catch((worse: unknown) => {
        onProblem(`the end of the run of ${id} could not be told: ${messageOf(worse)}`);
      });
    } finally {
      runs.delete(id);
      begun.reject(new Refusal('E_BUG', 'the run ended without a word'));
      onChange();
    }
  };

  return {
    run: async (id, by, word) => {
      const run = await inTurn(async () => take(id, by, word));
      // A waiter that leaves is no failure of the run.
      run.begun.promise.catch(() => {});
      run.ended = drive(run);
      return run.begun.promise;
    },
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
        onChange();
      }
    },
    stop: async () => {
      // A file system that is being made ends with this process; the next start tells so.
      const stoppable = [...runs.values()].filter(({ writing }) => !writing);
      for (const run of stoppable) run.controller.abort();
      await Promise.all(stoppable.map(async ({ ended }) => ended));
    },
  };
}
