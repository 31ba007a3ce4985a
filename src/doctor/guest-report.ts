// How old a guest's report may be before it tells nothing of now: controllers report every minute.
import type { Guest, GuestReport } from '../contracts/facts/guests.ts';

/** Five that did not come. */
export const REPORT_LASTS_MS = 5 * 60_000;

export type Reported = { readonly guest: Guest; readonly report: GuestReport; readonly ageMs: number };

/** Its report, where it is fresh. */
export function freshReport(guest: Guest, now: number): Reported | undefined {
  if (guest.report === null || guest.reported === null) return undefined;
  const ageMs = Math.max(0, now - guest.reported);
  return ageMs <= REPORT_LASTS_MS ? { guest, report: guest.report, ageMs } : undefined;
}
