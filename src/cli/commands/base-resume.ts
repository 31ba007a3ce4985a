// `felhom base resume SERVICE`: ends a pause.
import { EXIT } from '../../base/errors.ts';
import type { BaseServiceOutput } from '../../contracts/outputs.ts';
import type { Command } from '../command.ts';
import { serviceOf, serviceOperand, toldService } from '../service-operand.ts';
import { changeByController } from '../with-controller.ts';

export const baseResumeCommand: Command = {
  name: 'base resume',
  summary: 'command.base-resume',
  options: {},
  operands: serviceOperand,
  run: async (context) => {
    const { json, out, text } = context;
    const service = serviceOf(context);
    const { base } = await changeByController(context, async (call) =>
      call('resumeService', { params: { service }, body: {} }),
    );
    const told = toldService(context, base, service);
    const document: BaseServiceOutput = { schema: 'felhom/base-service/1', service: told };
    if (json) out.json(document);
    else out.line(text('base.resumed', { name: service }));
    return EXIT.ok;
  },
};
