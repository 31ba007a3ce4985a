// `felhom base plan`: what the controller would do now, with the cause of each step. Nothing is done.
import { EXIT } from '../../base/errors.ts';
import type { BasePlanOutput } from '../../contracts/outputs.ts';
import { printPlan } from '../base-lines.ts';
import type { Command } from '../command.ts';
import { askController } from '../with-controller.ts';

export const basePlanCommand: Command = {
  name: 'base plan',
  summary: 'command.base-plan',
  options: {},
  operands: [],
  run: async (context) => {
    const { json, out, text } = context;
    const plan = await askController(context, async (call) => call('basePlan'));
    const document: BasePlanOutput = { schema: 'felhom/base-plan/1', ...plan };
    if (json) out.json(document);
    else printPlan(out, text, plan);
    return plan.steps.length === 0 && plan.blocked === null ? EXIT.ok : EXIT.findings;
  },
};
