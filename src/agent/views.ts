// Which subjects a caller may see, and what of them: one place for `GET /facts`, `GET /agent` and events.
import type { Facts, Subject } from '../contracts/all-facts.ts';
import type { Reading } from '../contracts/reading.ts';
import { forGuest } from './for-guest.ts';
import type { Caller } from './handler.ts';
import type { OwnSubjects } from './sampler.ts';

/** What of a subject a guest sees: all of it, or only its own. A subject that is not here it does not see. */
export type Views = { readonly [S in Subject]?: 'all' | ((value: Facts[S], vmid: number) => Facts[S]) };

/** Disks are for everybody to look at, as `GET /disks` gives them. */
const FOR_GUESTS: Views = {
  disks: 'all',
  disk_flags: (facts) => ({ ...facts, flags: facts.flags.map(forGuest) }),
};

export function viewsOf(own: OwnSubjects): Views {
  const views: Views = { ...FOR_GUESTS };
  for (const [subject, { forGuest }] of Object.entries(own)) {
    if (forGuest !== undefined) Object.assign(views, { [subject]: forGuest });
  }
  return views;
}

export function maySee(views: Views, subject: Subject, caller: Caller): boolean {
  if (caller.kind === 'root' || caller.kind === 'group') return true;
  return caller.kind === 'guest' && views[subject] !== undefined;
}

/** The reading as this caller may see it; nothing when not at all. */
export function visibleTo(
  views: Views,
  subject: Subject,
  reading: Reading<unknown>,
  caller: Caller,
): Reading<unknown> | undefined {
  if (!maySee(views, subject, caller)) return undefined;
  if (caller.kind !== 'guest' || reading.state !== 'ok') return reading;
  const view: unknown = views[subject];
  if (view === 'all') return reading;
  return typeof view === 'function' ? { ...reading, value: view(reading.value, caller.vmid) } : undefined;
}
