// The rules about containers differ in what is wrong with one and in their words only. A
// protected one fails, any other warns.
import type { Container } from '../contracts/facts/containers.ts';
import { defineRule, say, type Rule } from './rule.ts';
import { shellWord } from '../base/shell-word.ts';

export const defineContainerRule = (definition: {
  readonly id: 'container-unhealthy' | 'container-restarting' | 'container-stopped';
  readonly holdMs: number;
  readonly isIll: (container: Container) => boolean;
}): Rule => {
  const { id, holdMs, isIll } = definition;
  return defineRule({
    id,
    title: `rule.${id}.title`,
    needs: ['containers'],
    holdMs,
    // The controller knows more of its own containers, and of itself being gone nobody else need tell.
    dependsOn: ['base-stack', 'controller-silent'],
    look: (facts) =>
      facts.containers.value.containers.filter(isIll).map((container) => {
        const { name, status, image } = container;
        return {
          subject: name,
          severity: container.protected ? ('fail' as const) : ('warn' as const),
          what: say(`rule.${id}.what`, { name }),
          evidence: [say('rule.container.status', { status, image })],
          cause: say(`rule.${id}.cause`),
          cure: say(`rule.${id}.cure`, { name: shellWord(name) }),
        };
      }),
  });
};
