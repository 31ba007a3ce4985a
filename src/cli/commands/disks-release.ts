// `felhom disks release DEV`: has the agent let go of what holds a disk (unmount, swapoff).
import { EXIT } from '../../base/errors.ts';
import { tellWhy } from '../../base/texts/tell-signal.ts';
import type { DisksReleaseOutput } from '../../contracts/outputs.ts';
import type { Command } from '../command.ts';
import { confirmOption, deviceOf, wordOf } from '../option-values.ts';
import { changeByAgent } from '../with-agent.ts';

export const disksReleaseCommand: Command = {
  name: 'disks release',
  summary: 'command.disks-release',
  options: confirmOption,
  operands: [{ placeholder: 'DEVICE', required: true }],
  run: async (context) => {
    const { json, out, text } = context;
    const body = { device: deviceOf(context), ...wordOf(context) };
    const answer = await changeByAgent(context, async (call) => call('releaseDisk', { body }));
    const document: DisksReleaseOutput = { schema: 'felhom/disks-release/1', ...answer };
    if (json) out.json(document);
    else {
      for (const what of answer.released) out.line(text('disks.released', { what }));
      out.line(
        answer.device.path,
        ': ',
        text(`verdict.${answer.device.verdict}`),
        ', ',
        tellWhy(text, answer.device),
      );
    }
    return EXIT.ok;
  },
};
