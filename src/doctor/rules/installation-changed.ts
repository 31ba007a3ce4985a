// A host that is not the installation that it was: a copy, or a disk image put back. Nothing signed is done on it.
import { defineRule, say } from '../rule.ts';

export const installationChanged = defineRule({
  id: 'installation-changed',
  title: 'rule.installation-changed.title',
  needs: ['ledger'],
  holdMs: 0,
  look: (facts) => {
    const last = facts.ledger.value.records.find(({ what }) => what.startsWith('install.'));
    if (last?.what !== 'install.changed') return [];
    return [
      {
        subject: '',
        severity: 'warn',
        since: last.at,
        what: say('rule.installation-changed.what'),
        evidence: [
          say('rule.installation-changed.evidence', { n: last.n, why: String(last.detail['why'] ?? '-') }),
        ],
        cause: say('rule.installation-changed.cause'),
        cure: say('rule.installation-changed.cure'),
      },
    ];
  },
});
