// `felhom tokens revoke ID`, or all of a guest with --vmid: at the next request they are worth nothing.
import { EXIT } from '../../base/errors.ts';
import type { TokensRevokeOutput } from '../../contracts/outputs.ts';
import type { Command, CommandContext } from '../command.ts';
import { parseVmid, stringOption } from '../option-values.ts';
import { usage } from '../parse-words.ts';
import { changeByAgent } from '../with-agent.ts';

export const tokensRevokeCommand: Command = {
  name: 'tokens revoke',
  summary: 'command.tokens-revoke',
  options: { vmid: { summary: 'option.vmid-all', placeholder: 'VMID' } },
  operands: [{ placeholder: 'ID', required: false }],
  run: async (context) => {
    const { json, out, text } = context;
    const body = whichOf(context);
    const { revoked } = await changeByAgent(context, async (call) => call('revokeToken', { body }));
    const document: TokensRevokeOutput = { schema: 'felhom/tokens-revoke/1', revoked };
    if (json) out.json(document);
    else if (revoked.length === 0) out.line(text('tokens.none-revoked'));
    else for (const id of revoked) out.line(text('tokens.revoked', { id }));
    return EXIT.ok;
  },
};

/** Exactly one of the two: a slip must not revoke more than was meant. */
function whichOf(context: CommandContext): { readonly id: string } | { readonly vmid: number } {
  const [id] = context.operands;
  const vmid = stringOption(context, 'vmid');
  if (id !== undefined && vmid === undefined) return { id };
  if (id === undefined && vmid !== undefined) return { vmid: parseVmid(vmid, context) };
  throw usage(context.text('tokens.revoke.which'), context.text);
}
