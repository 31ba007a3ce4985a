// `felhom host reset-clock`: root says that the host's clock is right although it was set back.
import { EXIT } from '../../base/errors.ts';
import { formatMoment } from '../../base/units.ts';
import type { HostResetClockOutput } from '../../contracts/outputs.ts';
import type { Command } from '../command.ts';
import { changeByAgent } from '../with-agent.ts';

export const hostResetClockCommand: Command = {
  name: 'host reset-clock',
  summary: 'command.host-reset-clock',
  options: {},
  operands: [],
  run: async (context) => {
    const { json, out, text } = context;
    const { mark } = await changeByAgent(context, async (call) => call('resetClock'));
    const document: HostResetClockOutput = { schema: 'felhom/host-reset-clock/1', mark };
    if (json) out.json(document);
    else out.line(text('host.clock-reset', { moment: formatMoment(mark) }));
    return EXIT.ok;
  },
};
