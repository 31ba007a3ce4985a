// From the words of a command line to its exit code: finds the command, reads its options, runs it
// and tells what went wrong. Knows no process, so that tests can run it.
import type { Clock } from '../base/clock.ts';
import { EXIT, exitCodeOf } from '../base/errors.ts';
import { createText, LANGUAGES, languageOf, type Language, type Text } from '../base/texts/text.ts';
import type { FactsSource } from '../contracts/source.ts';
import { DEFAULT_COMMAND, type CommandEntry } from './all-commands.ts';
import { isSourceName, type Command, type CommandContext, type SourceName } from './command.ts';
import { findCommand } from './find-command.ts';
import { globalOptions } from './global-options.ts';
import { openController, openSource, type OpenOptions } from './open-source.ts';
import { parseWords, splitWords, usage, type ParsedWords } from './parse-words.ts';
import { createOutput, type Output, type Stream } from './print.ts';
import { emptyInput, type InputStream } from './read-input.ts';
import { tellError } from './tell-error.ts';
import { VERSION } from './version.ts';

export type CommandLine = {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** Without it there is nothing to read. */
  readonly stdin?: () => InputStream;
  readonly clock: Clock;
  readonly openSource?: (name: SourceName, options: OpenOptions) => Promise<FactsSource>;
};

type Outputs = { readonly out: Output; readonly err: Output; readonly colour: boolean };

export async function runCommandLine(line: CommandLine): Promise<number> {
  const { argv, env } = line;
  const text = createText(languageFor(argv, env));
  const colour = !argv.includes('--no-color') && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  const out = createOutput(line.stdout, colour);
  const err = createOutput(line.stderr, colour);
  let command: Command | undefined;
  try {
    command = await (await findEntry(argv, text)).load();
    const parsed = parseWords(argv, { ...globalOptions, ...command.options }, text);
    return await run(command, parsed, line, text, { out, err, colour });
  } catch (error) {
    const wantsJson = argv.includes('--json');
    tellError(error, { ...line, out, err, text, wantsJson });
    return command?.exitOnError ?? exitCodeOf(error);
  }
}

async function run(
  command: Command,
  parsed: ParsedWords,
  line: CommandLine,
  text: Text,
  outputs: Outputs,
): Promise<number> {
  const { options } = parsed;
  if (options['version'] === true) {
    outputs.out.line(`felhom ${VERSION}`);
    return EXIT.ok;
  }
  if (options['help'] === true) {
    const { printHelp } = await import('./print-help.ts');
    await printHelp(parsed.words.length === 0 ? undefined : command, outputs.out, text);
    return EXIT.ok;
  }
  const source = isSourceName(options['source']) ? options['source'] : 'auto';
  const { controller } = options;
  const opening: OpenOptions = {
    text,
    clock: line.clock,
    env: line.env,
    ...(typeof controller === 'string' ? { controller } : {}),
  };
  const open = async (name: SourceName) => (line.openSource ?? openSource)(name, opening);
  const context: CommandContext = {
    operands: operandsOf(command, parsed.words, text),
    options,
    json: options['json'] === true,
    readOnly: options['read-only'] === true,
    source,
    openSource: async () => open(source),
    openAgent: async () => open(source === 'auto' ? 'agent' : source),
    openController: async () => openController(opening),
    text,
    clock: line.clock,
    env: line.env,
    stdin: line.stdin ?? emptyInput,
    ...outputs,
  };
  return command.run(context);
}

/** The command's name has to be found before its options are known. */
async function findEntry(argv: readonly string[], text: Text): Promise<CommandEntry> {
  const tokens = splitWords(argv, globalOptions);
  const words = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []));
  const firstWordAt = tokens.find((token) => token.kind === 'positional')?.index ?? argv.length;
  const isForDefault = tokens.some(
    (token) =>
      token.kind === 'option' && token.index < firstWordAt && !Object.hasOwn(globalOptions, token.name),
  );
  if (!isForDefault) return findCommand(words, text);
  // An option that is not global stands first: it can only be one of the default command's, and
  // what looked like a command may be its value.
  const entry = findCommand([], text);
  const { options } = await entry.load();
  const again = splitWords(argv, { ...globalOptions, ...options });
  return findCommand(
    again.flatMap((token) => (token.kind === 'positional' ? [token.value] : [])),
    text,
  );
}

function operandsOf(command: Command, words: readonly string[], text: Text): readonly string[] {
  const isImplied = words.length === 0 && command.name === DEFAULT_COMMAND;
  const operands = isImplied ? [] : words.slice(command.name.split(' ').length);
  const extra = operands[command.operands.length];
  if (extra !== undefined) {
    throw usage(text('usage.extra', { command: command.name, word: extra }), text);
  }
  const missing = command.operands[operands.length];
  if (missing?.required === true) {
    throw usage(text('usage.missing', { command: command.name, placeholder: missing.placeholder }), text);
  }
  return operands;
}

/** Known before the options are read, because what is wrong with them is told in it. */
function languageFor(argv: readonly string[], env: CommandLine['env']): Language {
  const at = argv.findLastIndex((word) => word === '--lang' || word.startsWith('--lang='));
  const word = argv[at] ?? '';
  const wanted = word.includes('=') ? word.slice('--lang='.length) : argv[at + 1];
  return LANGUAGES.find((language) => at >= 0 && language === wanted) ?? languageOf(env);
}
