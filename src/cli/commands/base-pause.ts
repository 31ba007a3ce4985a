// `felhom base pause SERVICE --reason WHY --minutes N`: stops a service and keeps it down until an end.
import { EXIT } from '../../base/errors.ts';
import { formatMoment } from '../../base/units.ts';
import { PAUSE } from '../../contracts/limits.ts';
import type { BaseServiceOutput } from '../../contracts/outputs.ts';
import { askWord } from '../ask-word.ts';
import type { Command, CommandContext } from '../command.ts';
import { requiredOption } from '../option-values.ts';
import { usage } from '../parse-words.ts';
import { serviceOf, serviceOperand, toldService } from '../service-operand.ts';
import { changeByController } from '../with-controller.ts';

export const basePauseCommand: Command = {
  name: 'base pause',
  summary: 'command.base-pause',
  options: {
    reason: { summary: 'option.reason', placeholder: 'WHY' },
    minutes: { summary: 'option.minutes', placeholder: 'MINUTES' },
    confirm: { summary: 'option.confirm-name', placeholder: 'NAME' },
  },
  operands: serviceOperand,
  run: async (context) => {
    const { json, out, text } = context;
    const service = serviceOf(context);
    const reason = reasonOf(context);
    const minutes = minutesOf(context);
    const { base } = await changeByController(context, async (call) => {
      const confirm = await askWord(context, service, () => {}, 'base.ask.pause');
      return call('pauseService', { params: { service }, body: { reason, minutes, confirm } });
    });
    const told = toldService(context, base, service);
    const document: BaseServiceOutput = { schema: 'felhom/base-service/1', service: told };
    if (json) out.json(document);
    else if (told.pause !== null) {
      out.line(text('base.paused', { name: service, moment: formatMoment(told.pause.until) }));
    }
    return told.pause === null ? EXIT.failed : EXIT.ok;
  },
};

function reasonOf(context: CommandContext): string {
  const reason = requiredOption(context, 'reason', 'WHY').trim();
  if (reason.length >= PAUSE.minReason && reason.length <= PAUSE.maxReason) return reason;
  throw usage(context.text('usage.reason', { min: PAUSE.minReason, max: PAUSE.maxReason }), context.text);
}

function minutesOf(context: CommandContext): number {
  const value = requiredOption(context, 'minutes', 'MINUTES');
  const minutes = /^\d{1,4}$/.test(value) ? Number(value) : 0;
  if (minutes >= 1 && minutes <= PAUSE.maxMinutes) return minutes;
  throw usage(context.text('usage.minutes', { value, max: PAUSE.maxMinutes }), context.text);
}
