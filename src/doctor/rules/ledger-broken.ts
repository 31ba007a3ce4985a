// A ledger whose records do not hang together: somebody or something changed what was written.
import { defineRule, say } from '../rule.ts';

export const ledgerBroken = defineRule({
  id: 'ledger-broken',
  title: 'rule.ledger-broken.title',
  needs: ['ledger'],
  holdMs: 0,
  look: (facts) => {
    const { intact, broken } = facts.ledger.value;
    if (intact) return [];
    return [
      {
        subject: '',
        severity: 'fail',
        what: say('rule.ledger-broken.what'),
        evidence: broken === null ? [] : [say('rule.ledger-broken.evidence', { detail: broken })],
        cause: say('rule.ledger-broken.cause'),
        cure: say('rule.ledger-broken.cure'),
      },
    ];
  },
});
