// A guest that runs, has a token, and does not report: its controller is down, was told a wrong token (it
// then gets 401), or does not reach the agent.
import type { Guest } from '../../contracts/facts/guests.ts';
import type { ProxmoxGuest } from '../../contracts/facts/proxmox.ts';
import type { Message } from '../../contracts/finding.ts';
import { REPORT_LASTS_MS } from '../guest-report.ts';
import { defineRule, say, type Found } from '../rule.ts';

export const guestSilent = defineRule({
  id: 'guest-silent',
  title: 'rule.guest-silent.title',
  needs: ['guests', 'proxmox'],
  holdMs: 0,
  dependsOn: ['agent-silent'],
  look: (facts, now) => {
    const { value, at } = facts.proxmox;
    const running = new Map(
      value.guests
        .filter(({ status, template }) => status === 'running' && !template)
        .map((guest) => [guest.vmid, guest]),
    );
    return facts.guests.value.guests.flatMap((guest) => {
      const known = running.get(guest.vmid);
      // Without a token it is no guest of ours, or cannot report.
      if (known === undefined || guest.tokens === 0) return [];
      return lookAt(guest, known, { now, listedAt: at });
    });
  },
});

function lookAt(
  guest: Guest,
  { kind, uptime_s }: ProxmoxGuest,
  { now, listedAt }: { readonly now: number; readonly listedAt: number },
): readonly Found[] {
  const startedAt = uptime_s === null ? undefined : listedAt - uptime_s * 1000;
  const uptimeMs = startedAt === undefined ? undefined : Math.max(0, now - startedAt);
  // One that has just been started may not have come so far.
  if (uptimeMs !== undefined && uptimeMs < REPORT_LASTS_MS) return [];
  const { report, reported, tokens } = guest;
  const ageMs = reported === null ? undefined : Math.max(0, now - reported);
  if (ageMs !== undefined && ageMs <= REPORT_LASTS_MS) return [];
  const vmid = String(guest.vmid);
  const params = { vmid, uptime_ms: uptimeMs ?? '?', age_ms: ageMs ?? '?' };
  const last: readonly Message[] =
    report === null || ageMs === undefined
      ? []
      : [say('rule.guest-silent.last', { status: report.status, age_ms: ageMs })];
  const sinceStart = startedAt !== undefined && reported !== null && reported < startedAt;
  return [
    {
      subject: vmid,
      severity: 'warn',
      since: reported ?? startedAt ?? now,
      what:
        reported === null
          ? say('rule.guest-silent.what.never', params)
          : say(sinceStart ? 'rule.guest-silent.what.since-start' : 'rule.guest-silent.what', params),
      evidence: [say('rule.guest-silent.evidence', { ...params, tokens }), ...last],
      cause: say('rule.guest-silent.cause'),
      cure: say(kind === 'qemu' ? 'rule.guest-silent.cure.vm' : 'rule.guest-silent.cure', { vmid }),
    },
  ];
}
