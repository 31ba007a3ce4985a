// The tables of commands and options as the document of `felhom help --json`.
import type { Text } from '../base/texts/text.ts';
import type { HelpOutput, OptionOutput } from '../contracts/outputs.ts';
import type { Command, Options } from './command.ts';
import { globalOptions } from './global-options.ts';
import { VERSION } from './version.ts';

export const describeCommands = (commands: readonly Command[], text: Text): HelpOutput => ({
  schema: 'felhom/help/1',
  version: VERSION,
  commands: commands.map(({ name, summary, operands, options }) => ({
    name,
    summary: text(summary),
    operands: operands.map(({ placeholder, required, choices }) => ({
      placeholder,
      required,
      choices: choices === undefined ? null : [...choices],
    })),
    options: describeOptions(options, text),
  })),
  global_options: describeOptions(globalOptions, text),
});

const describeOptions = (options: Options, text: Text): OptionOutput[] =>
  Object.entries(options).map(([name, { short, summary, placeholder, choices }]) => ({
    name,
    short: short ?? null,
    summary: text(summary),
    placeholder: placeholder ?? null,
    choices: choices === undefined ? null : [...choices],
  }));
