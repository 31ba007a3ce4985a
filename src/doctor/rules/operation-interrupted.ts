// A format that was cut off by a crash, as long as nothing was done about that disk since.
import type { Operation } from '../../contracts/facts/operations.ts';
import { defineRule, say } from '../rule.ts';
import { shellWord } from '../../base/shell-word.ts';

/** Where nothing was written there is nothing to mend: it is told for a while. */
const TOLD_MS = 7 * 86_400_000;

export const operationInterrupted = defineRule({
  id: 'operation-interrupted',
  title: 'rule.operation-interrupted.title',
  needs: ['operations'],
  holdMs: 0,
  look: (facts, now) =>
    newestOfEachDisk(facts.operations.value.operations)
      .filter(({ state, dirty, updated }) => state === 'interrupted' && (dirty || now - updated < TOLD_MS))
      .map(({ id, device, durable_id, fstype, stage, dirty, ended, updated }) => ({
        subject: durable_id,
        severity: dirty ? 'fail' : 'warn',
        since: ended?.at ?? updated,
        what: say('rule.operation-interrupted.what', { device }),
        evidence: [
          say('rule.operation-interrupted.evidence', { id, stage: stage ?? '-' }),
          say(`rule.operation-interrupted.evidence.${dirty ? 'dirty' : 'clean'}`),
        ],
        cause: say('rule.operation-interrupted.cause'),
        cure: say('rule.operation-interrupted.cure', { device: shellWord(device), fstype }),
      })),
});

function newestOfEachDisk(operations: readonly Operation[]): readonly Operation[] {
  const newest = new Map<string, Operation>();
  for (const one of operations) {
    const known = newest.get(one.durable_id);
    if (known === undefined || one.created > known.created) newest.set(one.durable_id, one);
  }
  return [...newest.values()];
}
