// The word that belongs to a target: given as --confirm, or typed at the terminal after what it means was
// shown. A script must give it: nobody is there who could read.
import type { TextKey } from '../base/texts/text.ts';
import type { CommandContext } from './command.ts';
import { requiredOption, stringOption } from './option-values.ts';
import { readLine } from './read-input.ts';

export async function askWord(
  context: CommandContext,
  word: string,
  show: () => void,
  ask: TextKey = 'op-sign.ask',
): Promise<string> {
  const { err, stdin, text } = context;
  const given = stringOption(context, 'confirm');
  if (given !== undefined) return given;
  const input = stdin();
  if (input.isTTY !== true || !err.isTTY) {
    // A script that has something signed must have read the word; else it is the name that was given.
    return requiredOption(context, 'confirm', ask === 'op-sign.ask' ? 'WORD' : word);
  }
  show();
  err.line({ text: text(ask, { word }), style: 'strong' });
  return readLine(input);
}
