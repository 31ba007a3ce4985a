// `felhom signers check`: who may approve operations, as the agent reads its files, and what is wrong with
// them.
import { EXIT } from '../../base/errors.ts';
import type { SignersCheckOutput } from '../../contracts/outputs.ts';
import type { Command } from '../command.ts';
import { printProblems, printSigners } from '../signers-table.ts';
import { askAgent } from '../with-agent.ts';

export const signersCheckCommand: Command = {
  name: 'signers check',
  summary: 'command.signers-check',
  options: {},
  operands: [],
  run: async (context) => {
    const { json, out, err, text } = context;
    const { at, signers } = await askAgent(context, async (call) => call('signers'));
    const document: SignersCheckOutput = { schema: 'felhom/signers-check/1', at, folder: null, signers };
    if (json) out.json(document);
    else {
      printSigners(out, signers, text);
      printProblems(err, signers);
      if (signers.ready) out.line({ text: text('signers.ready'), style: 'good' });
      else err.line({ text: text('signers.not-ready'), style: 'bad' });
    }
    return signers.ready ? EXIT.ok : EXIT.findings;
  },
};
