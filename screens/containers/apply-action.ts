// Lets the controller do now what it would do, after its plan was shown with the causes. Where it takes
// something away that runs, a word is typed.
import { interrupts } from '../../src/contracts/step-kinds.ts';
import type { Action } from '../actions/action.ts';
import { lastFacts, type Model } from '../draw/model.ts';

const WORD = 'base';

export function applyAction(model: Model): Action {
  const { text, plan } = model;
  const steps = plan?.steps ?? [];
  const held = plan?.held ?? [];
  const isHard = steps.some(({ kind }) => interrupts(kind));
  return {
    by: 'controller',
    id: 'apply',
    label: text('apply.label'),
    tier: isHard ? 2 : 1,
    destroys: false,
    needs: ['base_stack'],
    off: lastFacts(model, 'base_stack') === undefined ? text('container-action.no-service') : undefined,
    what: text(steps.length === 0 ? 'apply.nothing' : 'apply.what', { count: steps.length }),
    affects: [
      ...(plan === null || plan.blocked === null
        ? []
        : [text('controller-line.blocked', { why: plan.blocked })]),
      ...steps.map(({ kind, subject, cause }) => `${kind} ${subject} – ${cause}`),
      ...held.map(({ subject, why }) => text('apply.held', { subject, why })),
    ],
    word: WORD,
    targetName: text('apply.target'),
    target: WORD,
    looksFirst: 'base-plan',
    run: async (call) => {
      const { applied, base } = await call('applyBase', { body: {} });
      const status = text(`guest-status.${base.status}`);
      return { said: text('apply.done', { count: applied.length, status }) };
    },
  };
}
