// What a command is: a value with a name, its options and one function. Dispatch, help and
// completion know nothing else.
import type { Clock } from '../base/clock.ts';
import type { Text, TextKey } from '../base/texts/text.ts';
import type { ControllerClient } from '../clients/controller.ts';
import type { FactsSource } from '../contracts/source.ts';
import type { InputStream } from './read-input.ts';
import type { Output } from './print.ts';

export type Option = {
  readonly summary: TextKey;
  readonly short?: string;
  /** The word that stands for its value in help; an option without one takes no value. */
  readonly placeholder?: string;
  /** The only values that it takes. */
  readonly choices?: readonly string[];
  /** One of its choices that may go on with a colon and a path: `agent:/path`. */
  readonly choiceWithPath?: string;
};
/** By long name, without the dashes. */
export type Options = Readonly<Record<string, Option>>;

export type Operand = {
  readonly placeholder: string;
  readonly required: boolean;
  /** For completion; the command itself judges other words. */
  readonly choices?: readonly string[];
};

export const SOURCE_NAMES = ['auto', 'embedded', 'agent'] as const;
/** `agent:PATH`: the agent at this socket, or of this bootstrap file. */
export type SourceName = (typeof SOURCE_NAMES)[number] | `agent:${string}`;

export const isSourceName = (word: unknown): word is SourceName =>
  SOURCE_NAMES.some((name) => name === word) || (typeof word === 'string' && /^agent:./.test(word));

export type CommandContext = {
  /** The words after the command's name. */
  readonly operands: readonly string[];
  /** Values of the command's own options, by long name; `true` for one without a value. */
  readonly options: Readonly<Record<string, string | true | undefined>>;
  readonly json: boolean;
  readonly readOnly: boolean;
  readonly source: SourceName;
  /** Opens the source that `--source` names; throws an ActionableError when it does not answer. */
  readonly openSource: () => Promise<FactsSource>;
  /** As `openSource`, for what only an agent can do: where --source names none, one must be found. */
  readonly openAgent: () => Promise<FactsSource>;
  /** The controller of this guest; throws an ActionableError where there is no sign of one. */
  readonly openController: () => Promise<ControllerClient>;
  readonly text: Text;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether colour is wanted: not with --no-color, NO_COLOR or TERM=dumb; the terminal aside. */
  readonly colour: boolean;
  /** Standard input, opened only by whoever reads it. */
  readonly stdin: () => InputStream;
  /** Results. */
  readonly out: Output;
  /** Messages for people. */
  readonly err: Output;
};

export type Command = {
  /** One word, or two for a group (`disks list`). */
  readonly name: string;
  readonly summary: TextKey;
  readonly options: Options;
  /** What may follow the name; more words than these are refused. */
  readonly operands: readonly Operand[];
  /** The exit code of bad usage and of everything that is thrown, where it is not the usual one. */
  readonly exitOnError?: number;
  /** Gives the exit code. */
  readonly run: (context: CommandContext) => Promise<number>;
};
