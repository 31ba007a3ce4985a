// Words about operations that several screens share: how far it is, how it ended.
import { formatBytes } from '../../src/base/units.ts';
import { tellRefusal } from '../../src/base/texts/tell-refusal.ts';
import type {
  FormatStage,
  Operation,
  OperationProgress,
  OperationState,
} from '../../src/contracts/facts/operations.ts';
import { isOpen, isSigned } from '../../src/contracts/operation-states.ts';
import { lastFacts, type Model } from '../draw/model.ts';
import type { Tone } from '../draw/line.ts';

export const stateTone = {
  pending: 'warn',
  approved: 'info',
  claimed: 'info',
  denied: 'dim',
  superseded: 'dim',
  expired: 'dim',
  invalid: 'warn',
  done: 'good',
  failed: 'bad',
  cancelled: 'dim',
  interrupted: 'bad',
} as const satisfies Record<OperationState, Tone>;

/** Open ones first, and the newest of each first. */
export function listOperations(model: Model): readonly Operation[] {
  return (lastFacts(model, 'operations')?.operations ?? []).toSorted(
    (a, b) => Number(isOpen(b)) - Number(isOpen(a)) || b.created - a.created,
  );
}

export const tellBytes = ({ text }: Model, { bytes_done, bytes_total }: OperationProgress): string =>
  `${formatBytes(bytes_done, text.language)} / ${formatBytes(bytes_total, text.language)}`;

const isSaid = (part: string): boolean => part !== '';

/** What became of it: the words of its code where there are some, and the detail. */
export function tellEnd({ text }: Model, { state, ended }: Operation): string {
  const why = tellRefusal(text, ended?.code ?? undefined) ?? ended?.code ?? '';
  const detail = ended?.detail ?? '';
  const told =
    why.endsWith('.') && detail !== '' ? `${why} (${detail})` : [why, detail].filter(isSaid).join(': ');
  return [text(`op.state.${state}`), told].filter(isSaid).join(': ');
}

/**
 * Of a device that holds something only a signature lets it run; one on which nothing was found is let
 * run by a confirm, as it is read whole before anything is written.
 */
export const needsSignature = ({ verdict, signals }: Operation): boolean =>
  verdict !== 'blank_proven' && (verdict !== 'unverified' || signals.length > 0);

/** From here on the new file system is being made: there is nothing left to save by stopping. */
const PAST_CANCELLING: ReadonlySet<FormatStage> = new Set(['mkfs', 'fs_verified', 'released']);
export const cancelIsLate = ({ stage }: Operation): boolean => stage !== null && PAST_CANCELLING.has(stage);

export const shareOf = ({
  bytes_done,
  bytes_total,
}: Pick<OperationProgress, 'bytes_done' | 'bytes_total'>): number =>
  bytes_total === 0 ? 0 : bytes_done / bytes_total;

/** What happens when somebody lets it go on, or what will never happen any more. */
export function nextStepOf(operation: Operation) {
  if (operation.state === 'pending')
    return needsSignature(operation) ? 'pending.next-sign' : 'pending.next-confirm';
  if (operation.state === 'approved') {
    return isSigned(operation) ? 'pending.next-run-signed' : 'pending.next-run';
  }
  if (operation.state === 'claimed') return 'pending.next-running';
  if (operation.state === 'done') return 'pending.done';
  if (!operation.dirty) return 'pending.not-written';
  return cancelIsLate(operation) ? 'pending.was-written' : 'pending.was-zeroed';
}
