// Finds the command that a line of words names, of one word or two.
import type { ActionableError } from '../base/errors.ts';
import type { Text } from '../base/texts/text.ts';
import { allCommands, DEFAULT_COMMAND, shownCommands, type CommandEntry } from './all-commands.ts';
import { nearest } from './nearest.ts';
import { usage } from './parse-words.ts';

/** No words at all name the default command. */
export function findCommand(words: readonly string[], text: Text): CommandEntry {
  const [first = DEFAULT_COMMAND, second = ''] = words;
  const found =
    allCommands.find(({ name }) => name === `${first} ${second}`) ??
    allCommands.find(({ name }) => name === first);
  if (found === undefined) throw unknownCommand(first, second, text);
  return found;
}

function unknownCommand(first: string, second: string, text: Text): ActionableError {
  const group = shownCommands.flatMap(({ name }) =>
    name.startsWith(`${first} `) ? [name.slice(first.length + 1)] : [],
  );
  if (group.length > 0) {
    const choices = group.join(', ');
    return usage(
      second === ''
        ? text('usage.subcommand', { command: first, choices })
        : text('usage.unknown-subcommand', { command: first, word: second, choices }),
      text,
    );
  }
  const firstWords = shownCommands.map(({ name }) => name.split(' ')[0] ?? name);
  const near = nearest(first, [...new Set(firstWords)]);
  return usage(
    near === undefined
      ? text('usage.unknown-command', { command: first })
      : text('usage.unknown-command.near', { command: first, near }),
    text,
  );
}
