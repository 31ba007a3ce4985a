// Takes a command line apart. What is not known or not complete becomes a message that names it.
import { parseArgs } from 'node:util';
import { ActionableError } from '../base/errors.ts';
import type { Text } from '../base/texts/text.ts';
import type { Option, Options } from './command.ts';
import { nearest } from './nearest.ts';

export type ParsedWords = {
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, string | true | undefined>>;
};

/** An option that is not known ends up in `unknown`, as `--name`, with the words as far as they are sure. */
export function splitWords(argv: readonly string[], known: Options) {
  const { tokens } = parseArgs({
    args: argv.map((word) => withTwoDashes(word, known)),
    allowPositionals: true,
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(known).map(([name, option]) => [
        name,
        {
          type: option.placeholder === undefined ? ('boolean' as const) : ('string' as const),
          ...(option.short === undefined ? {} : { short: option.short }),
        },
      ]),
    ),
  });
  return tokens;
}

/** `-config FILE`, as the unit files in the field have it: a long option behind one dash. */
function withTwoDashes(word: string, known: Options): string {
  const name = /^-([a-z][a-z-]+)(?:=|$)/.exec(word)?.[1];
  return name !== undefined && Object.hasOwn(known, name) ? `-${word}` : word;
}

export function parseWords(argv: readonly string[], known: Options, text: Text): ParsedWords {
  const words: string[] = [];
  const options: Record<string, string | true | undefined> = {};
  for (const token of splitWords(argv, known)) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const option = Object.hasOwn(known, name) ? known[name] : undefined;
    if (option === undefined) throw unknownOption(rawName, known, text);
    if (option.placeholder === undefined) {
      if (value !== undefined) throw usage(text('usage.no-value', { option: rawName }), text);
      options[name] = true;
      continue;
    }
    // `--lang --json` forgot the value; `--lang=--json` says that it is one.
    if (value === undefined || (!inlineValue && value.startsWith('-') && value !== '-')) {
      throw usage(text('usage.value', { option: rawName, placeholder: option.placeholder }), text);
    }
    if (!mayBe(option, value)) {
      throw usage(text('usage.choice', { option: rawName, value, choices: showChoices(option) }), text);
    }
    options[name] = value;
  }
  return { words, options };
}

const mayBe = ({ choices, choiceWithPath }: Option, value: string): boolean =>
  choices === undefined ||
  choices.includes(value) ||
  (choiceWithPath !== undefined &&
    value.length > choiceWithPath.length + 1 &&
    value.startsWith(`${choiceWithPath}:`));

/** As help and messages list them. */
export const showChoices = ({ choices = [], choiceWithPath }: Option): string =>
  [...choices, ...(choiceWithPath === undefined ? [] : [`${choiceWithPath}:PATH`])].join(', ');

export const usage = (message: string, text: Text): ActionableError =>
  new ActionableError('usage', message, { hint: text('usage.hint') });

function unknownOption(rawName: string, known: Options, text: Text): ActionableError {
  const names = Object.keys(known).map((name) => `--${name}`);
  const near = rawName.startsWith('--') ? nearest(rawName, names) : undefined;
  return usage(
    near === undefined
      ? text('usage.unknown-option', { option: rawName })
      : text('usage.unknown-option.near', { option: rawName, near }),
    text,
  );
}
