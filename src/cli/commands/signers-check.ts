// `felhom signers check [FOLDER]`: who may approve operations, and what is wrong with the files that say so:
// those of the agent, or those of a folder that is being prepared, read here without an agent.
import { resolve } from 'node:path';
import { EXIT } from '../../base/errors.ts';
import { runTool } from '../../base/run-tool.ts';
import type { SignersCheckOutput } from '../../contracts/outputs.ts';
import type { Command, CommandContext } from '../command.ts';
import { printProblems, printSigners } from '../signers-table.ts';
import { askAgent } from '../with-agent.ts';

export const signersCheckCommand: Command = {
  name: 'signers check',
  summary: 'command.signers-check',
  options: {},
  operands: [{ placeholder: 'FOLDER', required: false }],
  run: async (context) => {
    const { json, operands, out, err, text } = context;
    const [folder] = operands;
    const document = await (folder === undefined ? askForSigners(context) : readFolder(context, folder));
    const { signers } = document;
    const isReady = signers.ready && signers.signers.some(({ state }) => state === 'usable');
    if (json) out.json(document);
    else {
      printSigners(out, signers, text);
      printProblems(err, signers);
      if (isReady) out.line({ text: text('signers.ready'), style: 'good' });
      else
        err.line({ text: text(signers.ready ? 'signers.none-usable' : 'signers.not-ready'), style: 'bad' });
    }
    return isReady ? EXIT.ok : EXIT.findings;
  },
};

async function askForSigners(context: CommandContext): Promise<SignersCheckOutput> {
  const { at, signers } = await askAgent(context, async (call) => call('signers'));
  return { schema: 'felhom/signers-check/1', at, folder: null, signers };
}

async function readFolder({ clock }: CommandContext, word: string): Promise<SignersCheckOutput> {
  const { readTrust } = await import('../../signing/read-trust.ts');
  const [at, folder] = [clock.now(), resolve(word)];
  const { told } = await readTrust({ folder, runTool, now: at });
  return { schema: 'felhom/signers-check/1', at, folder, signers: told };
}
