// What may stand where on a command line, for the completions of all shells: the first words, and
// for each beginning of a command what may follow it.
import type { Text } from '../base/texts/text.ts';
import { shownCommands } from './all-commands.ts';
import type { Option } from './command.ts';
import { globalOptions } from './global-options.ts';

export type CompletionOption = Option & { readonly name: string; readonly about: string };

export type CompletionPlace = {
  /** The words so far: '', `disks`, `disks list`. */
  readonly after: string;
  readonly words: readonly { readonly word: string; readonly about: string }[];
  readonly options: readonly CompletionOption[];
};

export async function listCompletionPlaces(text: Text): Promise<readonly CompletionPlace[]> {
  const commands = await Promise.all(shownCommands.map(async ({ load }) => load()));
  const describe = (options: Readonly<Record<string, Option>>) =>
    Object.entries(options).map(([name, option]) => ({ ...option, name, about: text(option.summary) }));
  const always = describe(globalOptions);
  const groups = [
    ...new Set(commands.flatMap(({ name }) => (name.includes(' ') ? (name.split(' ')[0] ?? []) : []))),
  ];
  const follow = (beginning: string) =>
    commands
      .filter(({ name }) => name.startsWith(beginning))
      .map(({ name, summary }) => ({ word: name.slice(beginning.length), about: text(summary) }));
  return [
    {
      after: '',
      words: [
        ...follow('').filter(({ word }) => !word.includes(' ') && !groups.includes(word)),
        ...groups.map((word) => ({ word, about: text('help.group') })),
      ],
      options: always,
    },
    // One that is a command by itself as well (`guests`) has its options there.
    ...groups.map((group) => ({
      after: group,
      words: follow(`${group} `),
      options: [...always, ...describe(commands.find(({ name }) => name === group)?.options ?? {})],
    })),
    ...commands
      .filter(({ name }) => !groups.includes(name))
      .map(({ name, operands, options }) => ({
        after: name,
        words: (operands[0]?.choices ?? []).map((word) => ({ word, about: '' })),
        options: [...always, ...describe(options)],
      })),
  ];
}

/** Every option that takes a value, once. */
export function listValueOptions(places: readonly CompletionPlace[]): readonly CompletionOption[] {
  const byName = new Map<string, CompletionOption>();
  for (const { options } of places) {
    for (const option of options) if (option.placeholder !== undefined) byName.set(option.name, option);
  }
  return [...byName.values()];
}
