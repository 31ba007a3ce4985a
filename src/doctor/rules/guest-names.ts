// A guest that Proxmox, its own system and its reports call differently, or whose controller reports the id
// of its container as its name: alerts about it are then read as being about another one.
import { shellWord } from '../../base/shell-word.ts';
import type { GuestReport } from '../../contracts/facts/guests.ts';
import type { ProxmoxGuest } from '../../contracts/facts/proxmox.ts';
import { freshReport } from '../guest-report.ts';
import { defineRule, say, type Found } from '../rule.ts';

/** As Docker names a container that was given no name of its own; whole ids as well. */
const CONTAINER_ID = /^(?:[0-9a-f]{12}|[0-9a-f]{64})$/;
/** What Proxmox takes for a host name. */
const HOST_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

export const guestNames = defineRule({
  id: 'guest-names',
  title: 'rule.guest-names.title',
  needs: ['guests', 'proxmox'],
  // Whoever renames a guest does it in one place after the other.
  holdMs: 60_000,
  look: (facts, now) =>
    facts.guests.value.guests.flatMap((guest) => {
      const fresh = freshReport(guest, now);
      const known = facts.proxmox.value.guests.find(({ vmid }) => vmid === guest.vmid);
      return fresh === undefined || known === undefined ? [] : lookAt(known, fresh.report);
    }),
});

function lookAt(known: ProxmoxGuest, report: GuestReport): readonly Found[] {
  const { hostname, guest_hostname: own, customer_id: customer } = report;
  const vmid = String(known.vmid);
  const evidence = [
    ...(known.name === null ? [] : [say('rule.guest-names.proxmox', { name: known.name })]),
    ...(own === null ? [] : [say('rule.guest-names.guest', { name: own })]),
    ...(hostname === null ? [] : [say('rule.guest-names.reported', { name: hostname })]),
  ];
  if (hostname !== null && CONTAINER_ID.test(hostname)) {
    return [
      {
        subject: vmid,
        severity: 'warn',
        what: say('rule.guest-names.what.container', { vmid, name: hostname }),
        evidence,
        cause: say('rule.guest-names.cause.container'),
        cure: say('rule.guest-names.cure.container'),
      },
    ];
  }
  const names = new Set(
    [known.name, own, hostname].flatMap((name) => (name === null ? [] : [shortOf(name)])),
  );
  if (names.size < 2) return [];
  const right = [customer, hostname, own].find((name) => name !== null && HOST_NAME.test(name)) ?? 'NAME';
  return [
    {
      subject: vmid,
      severity: 'warn',
      what: say('rule.guest-names.what', { vmid }),
      evidence,
      cause: say('rule.guest-names.cause'),
      cure: say(known.kind === 'lxc' ? 'rule.guest-names.cure.lxc' : 'rule.guest-names.cure.qemu', {
        vmid,
        name: shellWord(right),
      }),
    },
  ];
}

/** The first label: a domain behind it is no other name. */
const shortOf = (name: string): string => (name.split('.')[0] ?? name).toLowerCase();
