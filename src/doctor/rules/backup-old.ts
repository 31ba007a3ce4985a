// A Proxmox host with guests whose last good backup is long ago, or that has none.
import { defineRule, say } from '../rule.ts';

const DAY_MS = 86_400_000;
/** A weekly plan, and a day for it to run late. */
const WARN_AFTER_MS = 8 * DAY_MS;
/** A month of work is lost when the disk dies. */
const FAIL_AFTER_MS = 31 * DAY_MS;

export const backupOld = defineRule({
  id: 'backup-old',
  title: 'rule.backup-old.title',
  needs: ['proxmox'],
  holdMs: 0,
  dependsOn: ['backup-failed'],
  look: (facts, now) => {
    const { last_good_backup: good, guests } = facts.proxmox.value;
    const saved = guests.filter((guest) => !guest.template).length;
    if (saved === 0) return [];
    const ageMs = good === null ? undefined : now - (good.ended_at ?? good.started_at);
    if (ageMs !== undefined && ageMs <= WARN_AFTER_MS) return [];
    return [
      {
        subject: '',
        // The task log is cut in time: no backup in it may also be an old one.
        severity: ageMs !== undefined && ageMs > FAIL_AFTER_MS ? 'fail' : 'warn',
        what:
          ageMs === undefined
            ? say('rule.backup-old.what.never')
            : say('rule.backup-old.what', { age_ms: ageMs }),
        evidence: [say('rule.backup-old.guests', { guests: saved })],
        cause: say('rule.backup-old.cause'),
        cure: say('rule.backup-old.cure'),
      },
    ];
  },
});
