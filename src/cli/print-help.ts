// What `felhom help` and `--help` say, from the tables of commands and options.
import type { Text } from '../base/texts/text.ts';
import { shownCommands } from './all-commands.ts';
import type { Command, Options } from './command.ts';
import { globalOptions } from './global-options.ts';
import { showChoices } from './parse-words.ts';
import type { Output } from './print.ts';

type Row = readonly [left: string, right: string];

/** Of one command, or of all when none is given. */
export async function printHelp(command: Command | undefined, out: Output, text: Text): Promise<void> {
  if (command === undefined) {
    out.line(text('help.tagline'));
    out.line();
    out.line(text('help.usage', { words: `felhom [${text('help.command')}] [${text('help.option')}…]` }));
    const commands = await Promise.all(shownCommands.map(async ({ load }) => load()));
    printRows(
      out,
      text('help.commands'),
      commands.map(({ name, operands, summary }) => [
        [name, ...operands.map(showOperand)].join(' '),
        text(summary),
      ]),
    );
  } else {
    out.line(text(command.summary));
    out.line();
    const words = ['felhom', command.name, ...command.operands.map(showOperand)].join(' ');
    out.line(text('help.usage', { words: `${words} [${text('help.option')}…]` }));
    if (Object.keys(command.options).length > 0) {
      printRows(out, text('help.own-options'), rowsOf(command.options, text));
    }
    for (const { placeholder, choices } of command.operands) {
      if (choices === undefined) continue;
      out.line();
      out.line({ text: placeholder, style: 'strong' });
      for (const choice of choices) out.line(`  ${choice}`);
    }
  }
  printRows(out, text('help.options'), rowsOf(globalOptions, text));
  if (command === undefined) {
    out.line();
    out.line(text('help.exit-codes'));
    out.line(text('help.more'));
  }
}

const showOperand = ({ placeholder, required }: Command['operands'][number]): string =>
  required ? placeholder : `[${placeholder}]`;

const rowsOf = (options: Options, text: Text): readonly Row[] =>
  Object.entries(options).map(([name, option]) => [
    `${option.short === undefined ? '    ' : `-${option.short}, `}--${name}${option.placeholder === undefined ? '' : ` ${option.placeholder}`}`,
    option.choices === undefined ? text(option.summary) : `${text(option.summary)} (${showChoices(option)})`,
  ]);

function printRows(out: Output, title: string, rows: readonly Row[]): void {
  const width = Math.max(...rows.map(([left]) => left.length));
  out.line();
  out.line({ text: title, style: 'strong' });
  for (const [left, right] of rows) out.line(`  ${left.padEnd(width)}  ${right}`);
}
