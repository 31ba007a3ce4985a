// Runs a command line: in this process with facts of the test's choice, or as a child as people do.
import { execFile } from 'node:child_process';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { absent, type Reading } from '../../src/contracts/reading.ts';
import type { Facts, Subject } from '../../src/contracts/all-facts.ts';
import type { FactsSource } from '../../src/contracts/source.ts';
import { runCommandLine } from '../../src/cli/run-command-line.ts';
import type { FactMap } from '../../src/doctor/rule.ts';
import { SUBJECTS } from '../../src/doctor/subjects.ts';
import { NOW } from '../doctor/facts.ts';

export type Ran = { readonly code: number; readonly out: string; readonly err: string };
type Env = Readonly<Record<string, string>>;

export const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export async function runHere(
  argv: readonly string[],
  options: {
    facts?: FactMap;
    env?: Env;
    columns?: number;
    isTTY?: boolean;
    source?: FactsSource;
    /** What stands on its standard input; with `isTTY`, typed by somebody. */
    stdin?: string;
  } = {},
): Promise<Ran> {
  const written = { out: '', err: '' };
  const stream = (name: 'out' | 'err') => ({
    isTTY: options.isTTY ?? false,
    ...(options.columns === undefined ? {} : { columns: options.columns }),
    write: (text: string) => {
      written[name] += text;
      return true;
    },
  });
  const { facts, source } = options;
  const given = source ?? (facts === undefined ? undefined : createRecordedSource(facts));
  const code = await runCommandLine({
    argv,
    env: options.env ?? {},
    stdout: stream('out'),
    stderr: stream('err'),
    stdin: () =>
      Object.assign(Readable.from([Buffer.from(options.stdin ?? '')]), { isTTY: options.isTTY ?? false }),
    clock: { now: () => NOW, monotonic: () => 0 },
    ...(given === undefined ? {} : { openSource: async () => Promise.resolve(given) }),
  });
  return { code, ...written };
}

/** As a child, from the sources. */
export async function runChild(argv: readonly string[], env: Env = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [MAIN, ...argv],
      { env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', ...env }, maxBuffer: 64 * 1024 * 1024 },
      (_error, out, err) => resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

/** A source that answers with these facts and has no others. */
const createRecordedSource = (facts: FactMap): FactsSource => ({
  kind: 'embedded',
  intervals: Object.fromEntries(SUBJECTS.map((subject) => [subject, 1000])),
  read: async <S extends Subject>(subject: S): Promise<Reading<Facts[S]>> =>
    Promise.resolve(facts[subject] ?? absent('not-here', 'test', NOW)),
  readContainer: async () => Promise.resolve(absent('not-here', 'test', NOW)),
  close: () => undefined,
});
