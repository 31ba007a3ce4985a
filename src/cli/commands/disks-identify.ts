// `felhom disks identify DEV`: which one is it? Its bay's light blinks, or its activity light does.
import { EXIT } from '../../base/errors.ts';
import type { DisksIdentifyOutput } from '../../contracts/outputs.ts';
import type { Command } from '../command.ts';
import { deviceOf } from '../option-values.ts';
import { changeByAgent } from '../with-agent.ts';

export const disksIdentifyCommand: Command = {
  name: 'disks identify',
  summary: 'command.disks-identify',
  options: {},
  operands: [{ placeholder: 'DEVICE', required: true }],
  run: async (context) => {
    const { json, out, text } = context;
    const body = { device: deviceOf(context) };
    const answer = await changeByAgent(context, async (call) => call('identifyDisk', { body }));
    const document: DisksIdentifyOutput = { schema: 'felhom/disks-identify/1', ...answer };
    if (json) out.json(document);
    else out.line(text(`disks.identify.${answer.how}`, { seconds: answer.seconds }));
    return EXIT.ok;
  },
};
