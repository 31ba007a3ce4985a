// The one word about a disk's health. A disk's own "passed" is believed last: disks die that passed.
import type { SmartReport, SmartVerdict } from '../contracts/facts/smart.ts';
import type { SmartAnswer } from './smart-answer.ts';

/** Bits of smartctl's exit status. */
const FAILING = 8;
const PREFAIL_NOW = 16;
const BELOW_THRESHOLD_PAST = 32;

type Counters = Pick<
  SmartReport,
  'reallocated_sectors' | 'pending_sectors' | 'uncorrectable_errors' | 'media_errors' | 'wear_percent'
>;

export function judgeSmart(answer: SmartAnswer, status: number, counters: Counters): SmartVerdict {
  const nvme = answer.nvme_smart_health_information_log;
  const spareIsGone =
    nvme?.available_spare !== undefined &&
    nvme.available_spare_threshold !== undefined &&
    nvme.available_spare < nvme.available_spare_threshold;
  if (answer.smart_status?.passed === false || (status & FAILING) !== 0 || spareIsGone) return 'failing';
  if ((status & PREFAIL_NOW) !== 0 || failedBefore(answer, status)) return 'prefail';
  if (isWorn(answer, counters)) return 'worn';
  return answer.smart_status?.passed === true ? 'passed' : 'unknown';
}

/**
 * The bit for the past counts only for attributes that foretell a failure: a disk that was too
 * warm once keeps it for life.
 */
function failedBefore(answer: SmartAnswer, status: number): boolean {
  const table = answer.ata_smart_attributes?.table ?? [];
  const foretelling = table.filter((attribute) => attribute.flags?.prefailure === true);
  if ((status & BELOW_THRESHOLD_PAST) !== 0 && table.length === 0) return true;
  return foretelling.some(({ when_failed }) => when_failed !== undefined && /now|past/i.test(when_failed));
}

/** Counters that stay 0 on a sound disk. A few retired blocks are ordinary for an SSD. */
function isWorn(answer: SmartAnswer, counters: Counters): boolean {
  const some = (count: number | null) => count !== null && count > 0;
  return (
    (some(counters.reallocated_sectors) && answer.rotation_rate !== 0) ||
    some(counters.pending_sectors) ||
    some(counters.uncorrectable_errors) ||
    some(counters.media_errors) ||
    (counters.wear_percent ?? 0) >= 100
  );
}
