// Nobody can approve anything: a file that says who may sign is wrong, or none was ever put there. Better known
// before a technician stands beside the machine.
import { isOpen } from '../../contracts/operation-states.ts';
import { defineRule, say } from '../rule.ts';

export const signersRefused = defineRule({
  id: 'signers-refused',
  title: 'rule.signers-refused.title',
  needs: ['ledger', 'operations'],
  holdMs: 0,
  look: (facts) => {
    const last = facts.ledger.value.records.find(({ what }) => what === 'signers.changed');
    if (last?.detail['ready'] !== false) return [];
    const waiting = facts.operations.value.operations.filter((one) => isOpen(one) && one.data_bearing);
    // A host on which nobody signs is no fault, as long as nothing waits for it.
    if (last.detail['signers'] === 0 && waiting.length === 0) return [];
    return [
      {
        subject: '',
        severity: 'warn',
        since: last.at,
        what: say('rule.signers-refused.what', { count: waiting.length }),
        evidence: [
          say('rule.signers-refused.evidence', { n: last.n, why: String(last.detail['why'] ?? '-') }),
        ],
        cause: say('rule.signers-refused.cause'),
        cure: say('rule.signers-refused.cure'),
      },
    ];
  },
});
