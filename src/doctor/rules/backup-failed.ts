// A Proxmox host whose newest backup ended with an error.
import { defineRule, say } from '../rule.ts';
import { shellWord } from '../../base/shell-word.ts';

export const backupFailed = defineRule({
  id: 'backup-failed',
  title: 'rule.backup-failed.title',
  needs: ['proxmox'],
  holdMs: 0,
  look: (facts) => {
    const { last_backup: last, last_good_backup: good } = facts.proxmox.value;
    if (last === null || last.status === null || isGood(last.status)) return [];
    return [
      {
        subject: '',
        severity: 'fail',
        since: last.ended_at ?? last.started_at,
        what: say('rule.backup-failed.what'),
        evidence: [
          say('rule.backup-failed.status', { status: last.status, started_at: last.started_at }),
          good === null
            ? say('rule.backup-failed.never-good')
            : say('rule.backup-failed.last-good', { good_at: good.ended_at ?? good.started_at }),
        ],
        cause: say('rule.backup-failed.cause'),
        cure: say('rule.backup-failed.cure', { upid: shellWord(last.upid) }),
      },
    ];
  },
});

/** Proxmox ends a task that only had warnings with `WARNINGS: 3`. */
const isGood = (status: string): boolean => status === 'OK' || status.startsWith('WARNINGS');
