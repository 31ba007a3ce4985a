// A controller that should be in this guest and does not answer: nobody brings back what stops.
import { CONTROLLER_CONTAINER } from '../../contracts/base-stack.ts';
import { valueOf } from '../../contracts/reading.ts';
import { say, withoutFacts, type Rule } from '../rule.ts';
import { isSilence } from './agent-silent.ts';

export const controllerSilent: Rule = {
  id: 'controller-silent',
  title: 'rule.controller-silent.title',
  needs: ['base_stack'],
  // A restart takes a moment.
  holdMs: 10_000,
  dependsOn: [],
  examine: ({ facts }) => {
    const reading = facts.base_stack;
    if (reading?.state !== 'failed' || !isSilence(reading.code)) return withoutFacts(facts, ['base_stack']);
    const { code, detail, source } = reading;
    const container = valueOf(facts.containers)?.containers.find(({ name }) => name === CONTROLLER_CONTAINER);
    return {
      state: 'found',
      found: [
        {
          // That its container has stopped is the same illness: what is about it is explained by this.
          subject: CONTROLLER_CONTAINER,
          severity: 'fail',
          what: say('rule.controller-silent.what'),
          evidence: [
            say('rule.controller-silent.evidence', { place: source, code, detail }),
            ...(container === undefined
              ? []
              : [
                  say('rule.controller-silent.container', {
                    name: container.name,
                    status: container.status,
                  }),
                ]),
          ],
          cause: say('rule.controller-silent.cause'),
          cure: say('rule.controller-silent.cure'),
        },
      ],
    };
  },
};
