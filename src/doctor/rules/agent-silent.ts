// An agent that should be here and does not answer: nothing can be changed, and nobody sees its operations.
import type { ReasonCode } from '../../contracts/reading.ts';
import { say, withoutFacts, type Rule } from '../rule.ts';

/** Reasons that say nobody answers. Another one is an illness of the facts, and the reader's rule tells it. */
const SILENT: ReadonlySet<ReasonCode> = new Set<ReasonCode>(['no-answer', 'timeout', 'garbage', 'io-error']);
export const isSilence = (code: ReasonCode): boolean => SILENT.has(code);

export const agentSilent: Rule = {
  id: 'agent-silent',
  title: 'rule.agent-silent.title',
  // Its operations are what nobody but an agent knows.
  needs: ['operations'],
  // A restart takes a moment.
  holdMs: 10_000,
  dependsOn: [],
  examine: ({ facts }) => {
    const reading = facts.operations;
    if (reading?.state !== 'failed' || !isSilence(reading.code)) return withoutFacts(facts, ['operations']);
    const { code, detail, source } = reading;
    return {
      state: 'found',
      found: [
        {
          subject: 'operations',
          severity: 'warn',
          what: say('rule.agent-silent.what'),
          evidence: [say('rule.agent-silent.evidence', { place: source, code, detail })],
          cause: say('rule.agent-silent.cause'),
          cure: say('rule.agent-silent.cure'),
        },
      ],
    };
  },
};
