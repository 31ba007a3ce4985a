// Words about operations that commands and screens share: who asked, how far it is.
import { formatDuration, formatMoment, formatRate, formatShare } from '../units.ts';
import type { Text } from './text.ts';

/** The door that was used, and the name that the caller gave itself, marked as a claim. */
export function tellRequester(
  text: Text,
  {
    door,
    vmid,
    name,
  }: {
    readonly door: 'root' | 'group' | 'guest' | 'socket' | 'token';
    readonly vmid: number | null;
    readonly name: string | null;
  },
): string {
  const by = text(`op.door.${door}`, { vmid: vmid ?? '?' });
  return name === null ? by : text('op.door.claimed', { by, name });
}

/** Share, rate and time left, without what is not known; one that stalls has no rate. */
export function tellProgress(
  text: Text,
  progress: {
    readonly bytes_done: number;
    readonly bytes_total: number;
    readonly rate: number | null;
    readonly left_s: number | null;
    readonly stalled: boolean;
  },
): string {
  const { bytes_done, bytes_total, rate, left_s, stalled } = progress;
  const share = formatShare(bytes_total === 0 ? 0 : bytes_done / bytes_total, text.language);
  if (stalled) return `${share}  ${text('op.stalled')}`;
  return [
    share,
    ...(rate === null ? [] : [formatRate(rate, text.language)]),
    ...(left_s === null ? [] : [text('op.left', { left: formatDuration(left_s * 1000, text.language) })]),
  ].join('  ');
}

/** When and where a file system was last mounted; empty when it keeps neither. */
export function tellLastMounted(at: number | null, on: string | null, text: Text): string {
  if (at === null && on === null) return '';
  return text('content.last-mounted', {
    at: at === null ? text('word.none') : formatMoment(at),
    on: on ?? text('word.none'),
  });
}

/** As much of it as two people compare aloud. */
export const formatDigest = (sha256: string): string =>
  (sha256.slice(0, DIGITS_TO_COMPARE).match(/.{4}/g) ?? []).join(' ');

const DIGITS_TO_COMPARE = 16;
