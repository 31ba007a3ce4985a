// `felhom completion bash|zsh|fish`: a script for the shell, from the tables of commands.
import { EXIT } from '../../base/errors.ts';
import type { CompletionOutput } from '../../contracts/outputs.ts';
import { completionScripts, SHELLS } from '../completion-scripts.ts';
import { listCompletionPlaces } from '../completion-words.ts';
import type { Command } from '../command.ts';
import { usage } from '../parse-words.ts';

export const completionCommand: Command = {
  name: 'completion',
  summary: 'command.completion',
  options: {},
  operands: [{ placeholder: 'SHELL', required: true, choices: SHELLS }],
  run: async ({ operands, json, out, text }) => {
    const shell = SHELLS.find((name) => name === operands[0]);
    if (shell === undefined) {
      const choices = SHELLS.join(', ');
      throw usage(text('completion.shell', { shell: operands[0] ?? '', choices }), text);
    }
    const script = completionScripts[shell](await listCompletionPlaces(text));
    const document: CompletionOutput = { schema: 'felhom/completion/1', shell, script };
    if (json) out.json(document);
    else out.own(script);
    return EXIT.ok;
  },
};
