// `felhom ledger verify`: whether the chain of the ledger holds, as the agent computes it and as its
// records hang together here.
import { EXIT } from '../../base/errors.ts';
import type { LedgerVerifyOutput } from '../../contracts/outputs.ts';
import type { Command } from '../command.ts';
import { readLedger } from '../read-ledger.ts';
import { askAgent } from '../with-agent.ts';

export const ledgerVerifyCommand: Command = {
  name: 'ledger verify',
  summary: 'command.ledger-verify',
  options: {},
  operands: [],
  run: async (context) => {
    const { json, out, text } = context;
    const { count, intact, broken } = await askAgent(context, async (call) => readLedger(call, 0));
    const document: LedgerVerifyOutput = { schema: 'felhom/ledger-verify/1', count, intact, broken };
    if (json) out.json(document);
    else if (intact) out.line({ text: text('ledger-check.intact', { count }), style: 'good' });
    else out.line({ text: text('ledger-check.broken', { where: broken ?? '' }), style: 'bad' });
    return intact ? EXIT.ok : EXIT.findings;
  },
};
