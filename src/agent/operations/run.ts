// One run of an operation, from the moment somebody starts it: what is known of it while it goes on, and
// what all that drives it needs.
import type { Clock } from '../../base/clock.ts';
import type { InTurn } from '../../base/in-turn.ts';
import type {
  FormatStage,
  Operation,
  OperationProgress,
  Requester,
} from '../../contracts/facts/operations.ts';
import type { Refusal } from '../../daemon/refusal.ts';
import type { Grants } from './decide-format.ts';
import type { LookAtDisk } from './look-at-disk.ts';
import type { OperationStore } from './operation-store.ts';
import type { SignedOrder, SigningTools } from './verify-approval.ts';

const STALLED_MS = 120_000;
const SHOW_EVERY_MS = 1000;

export type RunTools = SigningTools & {
  readonly store: OperationStore;
  readonly inTurn: InTurn;
  readonly lookAtDisk: LookAtDisk;
  readonly allowLoop: boolean;
  readonly readGrants: () => Promise<Grants>;
  readonly clock: Clock;
  readonly onChange: () => void;
  readonly onEnd: (operation: Operation) => void;
  readonly onProblem: (problem: string) => void;
};

export type Run = {
  /** Of its operation. */
  readonly id: string;
  readonly controller: AbortController;
  readonly by: Requester;
  readonly begun: PromiseWithResolvers<Operation>;
  /** What its order was made from: what an operator signed, or null where nobody had to. */
  signed: SignedOrder | null;
  claimed: boolean;
  /** The last stage that stands in the journal, and whether writing may have begun. */
  stage: FormatStage | null;
  dirty: boolean;
  /** A stage that must not be left half done is being written down, or stands there: too late to cancel. */
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

export const startRun = (id: string, by: Requester, clock: Clock): Run => ({
  id,
  controller: new AbortController(),
  by,
  begun: Promise.withResolvers<Operation>(),
  signed: null,
  claimed: false,
  stage: null,
  dirty: false,
  writing: false,
  failure: undefined,
  cancelledBy: undefined,
  progress: null,
  movedAt: clock.monotonic(),
  shownAt: Number.NEGATIVE_INFINITY,
  stalled: false,
  ended: Promise.resolve(),
});

/** At most once a second it is worth telling. */
export function noteProgress(run: Run, progress: OperationProgress, { clock, onChange }: RunTools): void {
  const now = clock.monotonic();
  if (progress.bytes_done !== run.progress?.bytes_done) run.movedAt = now;
  run.progress = progress;
  if (now - run.shownAt < SHOW_EVERY_MS) return;
  run.shownAt = now;
  onChange();
}

export const hasStalled = ({ progress, movedAt }: Run, clock: Clock): boolean =>
  progress !== null && clock.monotonic() - movedAt > STALLED_MS;
