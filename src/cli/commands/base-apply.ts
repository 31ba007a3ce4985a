// `felhom base apply`: shows the plan with its causes, then has it done. Back-offs end, and what was rolled
// back is tried once more.
import { EXIT } from '../../base/errors.ts';
import type { BaseApplyOutput } from '../../contracts/outputs.ts';
import { isConverged, printBase, printPlan } from '../base-lines.ts';
import type { Command } from '../command.ts';
import { changeByController } from '../with-controller.ts';

export const baseApplyCommand: Command = {
  name: 'base apply',
  summary: 'command.base-apply',
  options: {},
  operands: [],
  run: async (context) =>
    changeByController(context, async (call) => {
      const { json, out, err, text, clock } = context;
      const { at: _at, ...plan } = await call('basePlan');
      // Before it is done, to whoever looks; a script gets all of it in one document.
      printPlan(json ? err : out, text, plan);
      const { applied, base } = await call('applyBase', { body: {} });
      const converged = isConverged(base);
      const document: BaseApplyOutput = { schema: 'felhom/base-apply/1', plan, applied, converged, base };
      if (json) out.json(document);
      else if (converged) out.line(text('base.applied', { count: applied.length }));
      else {
        out.line(text('base.applied', { count: applied.length }), ' ', text('base.applied.stays'));
        printBase(out, text, base, clock.now());
      }
      return converged ? EXIT.ok : EXIT.findings;
    }),
};
