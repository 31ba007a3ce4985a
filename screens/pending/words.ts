// Words about operations that several screens share: who asked, how far it is, how it ended.
import { formatBytes, formatDuration, formatRate, formatShare } from '../../src/base/units.ts';
import { isTextKey } from '../../src/base/texts/text.ts';
import type {
  Operation,
  OperationProgress,
  OperationState,
  Requester,
} from '../../src/contracts/facts/operations.ts';
import { isOpen } from '../../src/contracts/operation-states.ts';
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

/** The door that was used, and the name that the caller gave itself, marked as a claim. */
export function tellRequester({ text }: Model, { door, vmid, name }: Requester): string {
  const by = text(`door.${door}`, { vmid: vmid ?? '?' });
  return name === null ? by : text('door.claimed', { by, name });
}

/** `37 %  190.7 MiB/s  4 h left`, without what is not known. */
export function tellProgress({ text }: Model, progress: OperationProgress): string {
  const { bytes_done, bytes_total, rate, left_s, stalled } = progress;
  const share = bytes_total === 0 ? 0 : bytes_done / bytes_total;
  return [
    formatShare(share, text.language),
    ...(stalled ? [text('pending.stalled')] : []),
    ...(rate === null || stalled ? [] : [formatRate(rate, text.language)]),
    ...(left_s === null || stalled
      ? []
      : [text('pending.left', { left: formatDuration(left_s * 1000, text.language) })]),
  ].join('  ');
}

export const tellBytes = ({ text }: Model, { bytes_done, bytes_total }: OperationProgress): string =>
  `${formatBytes(bytes_done, text.language)} / ${formatBytes(bytes_total, text.language)}`;

/** What became of it: the words of its code where there are some, and the detail. */
export function tellEnd({ text }: Model, { state, ended }: Operation): string {
  const key = `api.${ended?.code ?? ''}`;
  const why = isTextKey(key) ? text(key) : (ended?.code ?? '');
  return [text(`opstate.${state}`), why, ended?.detail ?? ''].filter((part) => part !== '').join(': ');
}

/**
 * Of a device that holds something only a signature lets it run; one on which nothing was found is let
 * run by a confirm, as it is read whole before anything is written.
 */
export const needsSignature = ({ verdict, signals }: Operation): boolean =>
  verdict !== 'blank_proven' && (verdict !== 'unverified' || signals.length > 0);
