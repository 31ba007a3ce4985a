// `felhom help [COMMAND]`.
import { EXIT } from '../../base/errors.ts';
import { shownCommands } from '../all-commands.ts';
import type { Command } from '../command.ts';
import { findCommand } from '../find-command.ts';
import { describeCommands } from '../describe-commands.ts';
import { printHelp } from '../print-help.ts';

const WORDS = shownCommands.map(({ name }) => name.split(' '));

export const helpCommand: Command = {
  name: 'help',
  summary: 'command.help',
  options: {},
  operands: [
    {
      placeholder: 'COMMAND',
      required: false,
      choices: [...new Set(WORDS.flatMap(([first]) => first ?? []))],
    },
    { placeholder: 'SUBCOMMAND', required: false },
  ],
  run: async ({ operands, json, out, text }) => {
    const entry = operands.length === 0 ? undefined : findCommand(operands, text);
    if (json) {
      const commands = await Promise.all(
        (entry === undefined ? shownCommands : [entry]).map(({ load }) => load()),
      );
      out.json(describeCommands(commands, text));
    } else await printHelp(await entry?.load(), out, text);
    return EXIT.ok;
  },
};
