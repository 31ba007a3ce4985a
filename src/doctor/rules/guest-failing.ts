// A guest whose controller reports that something in it is wrong, or that it cannot tell.
import type { GuestReport } from '../../contracts/facts/guests.ts';
import type { Message } from '../../contracts/finding.ts';
import { freshReport } from '../guest-report.ts';
import { defineRule, say } from '../rule.ts';

const MOST_ISSUES = 8;
/** States of a service that are no trouble by themselves. */
const QUIET: ReadonlySet<string> = new Set(['running', 'paused']);

export const guestFailing = defineRule({
  id: 'guest-failing',
  title: 'rule.guest-failing.title',
  needs: ['guests'],
  // Its controller mends most of it within seconds.
  holdMs: 30_000,
  look: (facts, now) =>
    facts.guests.value.guests.flatMap((guest) => {
      const fresh = freshReport(guest, now);
      if (fresh === undefined) return [];
      const { report } = fresh;
      const { status } = report;
      if (status === 'ok') return [];
      const vmid = String(guest.vmid);
      const kind = facts.proxmox?.state === 'ok' ? kindOf(facts.proxmox.value.guests, guest.vmid) : undefined;
      return [
        {
          subject: vmid,
          severity: status === 'fail' ? ('fail' as const) : ('warn' as const),
          what: say(`rule.guest-failing.what.${status}`, { vmid }),
          evidence: evidenceOf(report),
          cause: say('rule.guest-failing.cause'),
          cure: say(kind === 'qemu' ? 'rule.guest-failing.cure.vm' : 'rule.guest-failing.cure', { vmid }),
        },
      ];
    }),
});

function evidenceOf({ issues, services }: GuestReport): readonly Message[] {
  const told = issues.slice(0, MOST_ISSUES).map((issue) => say('rule.guest-failing.evidence', { issue }));
  const ill = services
    .filter(({ state, cause }) => !QUIET.has(state) && cause !== null)
    .map(({ name, state, cause }) => say('rule.guest-failing.service', { name, state, cause: cause ?? '' }));
  const all = [...told, ...ill];
  return all.length === 0 ? [say('rule.guest-failing.no-issue')] : all;
}

const kindOf = (guests: readonly { readonly vmid: number; readonly kind: string }[], vmid: number) =>
  guests.find((one) => one.vmid === vmid)?.kind;
