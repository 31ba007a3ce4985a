// Makes the commands that move one guest of this host: each is a route of the agent, which does it.
import { EXIT } from '../base/errors.ts';
import type { TextKey } from '../base/texts/text.ts';
import type { GuestOutput } from '../contracts/outputs.ts';
import { askWord } from './ask-word.ts';
import type { Command, CommandContext, Options } from './command.ts';
import { operandOf, parseVmid } from './option-values.ts';
import { changeByAgent } from './with-agent.ts';

export const vmidOperand = [{ placeholder: 'VMID', required: true }] as const;

/** What a person types is the VMID: it is on the screen, and no other guest's. */
const confirmVmid = {
  confirm: { summary: 'option.confirm-vmid', placeholder: 'VMID' },
} as const satisfies Options;

export const defineGuestCommand = (deed: 'start' | 'stop' | 'reboot', summary: TextKey): Command => ({
  name: `guests ${deed}`,
  summary,
  options: deed === 'start' ? {} : confirmVmid,
  operands: vmidOperand,
  run: async (context) => {
    const { json, out, text } = context;
    const vmid = parseVmid(operandOf(context), context);
    const body = deed === 'start' ? {} : { confirm: await askVmid(context, deed, vmid) };
    const answer = await changeByAgent(context, async (call) =>
      call(`${deed}Guest`, { params: { vmid }, body }),
    );
    const document: GuestOutput = { schema: 'felhom/guest/1', deed, ...answer };
    if (json) out.json(document);
    else {
      const status = answer.status ?? text('guest-act.status.unknown');
      out.line(text('guest-act.done', { vmid, status }));
    }
    return EXIT.ok;
  },
});

const askVmid = async (context: CommandContext, deed: 'stop' | 'reboot', vmid: number): Promise<string> =>
  askWord(
    context,
    String(vmid),
    () => context.err.line(context.text(`guest-act.${deed}.affects`, { vmid })),
    'guest-act.ask',
  );
