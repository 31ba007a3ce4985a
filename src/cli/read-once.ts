// Asks a source for all its facts once, for commands: every subject at the same time, all of them
// within one deadline.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../base/clock.ts';
import { ActionableError } from '../base/errors.ts';
import type { Facts, Subject } from '../contracts/all-facts.ts';
import { absent, type Reading } from '../contracts/reading.ts';
import type { FactsSource } from '../contracts/source.ts';
import type { FactMap } from '../doctor/rule.ts';
import type { CommandContext, Options } from './command.ts';
import { usage } from './parse-words.ts';

const DEFAULT_TIMEOUT_S = 8;
const MAX_TIMEOUT_S = 600;
/** Rates need two samples; closer ones say little. */
const BETWEEN_SAMPLES_MS = 250;
/** An agent samples at its own intervals; its first sample, too, is one without rates. */
const AFTER_AGENTS_SAMPLE_MS = 150;
/** Subjects with rates, and whether they are there already. */
const RATES: { readonly [S in Subject]?: (facts: Facts[S]) => boolean } = {
  cpu: ({ use }) => use !== null,
  network: ({ links }) => links.every(({ rx_rate }) => rx_rate !== null),
  disks: ({ devices }) => devices.every(({ io }) => io === null || io.read_rate !== null),
  processes: ({ top_cpu }) => top_cpu.every(({ cpu }) => cpu !== null),
};

/** The option of every command that reads once. */
export const timeoutOption = {
  timeout: { summary: 'option.timeout', placeholder: 'SECONDS' },
} as const satisfies Options;

export type ReadOnce = { readonly facts: FactMap; readonly source: FactsSource['kind'] };

/** Every subject asked for has a reading; throws when not one could be read. */
export async function readOnce(context: CommandContext, subjects: readonly Subject[]): Promise<ReadOnce> {
  const read = await readEach(context, subjects);
  if (Object.values(read.facts).some(({ state }) => state === 'ok')) return read;
  throw new ActionableError('unreachable', context.text('source.nothing', { source: read.source }));
}

/** For who can say better than that nothing could be read. */
export async function readEach(context: CommandContext, subjects: readonly Subject[]): Promise<ReadOnce> {
  const signal = AbortSignal.timeout(timeoutMs(context));
  const source = await context.openSource();
  try {
    const facts: { [S in Subject]?: Reading<Facts[S]> } = {};
    const readings = await Promise.all(
      subjects.map(async (subject) => readTwice(source, subject, context.clock, signal)),
    );
    for (const reading of readings) Object.assign(facts, reading);
    return { facts, source: source.kind };
  } finally {
    source.close();
  }
}

async function readTwice<S extends Subject>(
  source: FactsSource,
  subject: S,
  clock: Clock,
  signal: AbortSignal,
): Promise<Record<string, Reading<Facts[S]>>> {
  const everyMs = source.intervals[subject];
  if (everyMs === undefined) {
    return { [subject]: absent('not-here', source.kind, clock.now()) };
  }
  const first = await source.read(subject, { signal });
  if (first.state !== 'ok' || RATES[subject]?.(first.value) !== false) return { [subject]: first };
  await sleep(source.kind === 'agent' ? everyMs + AFTER_AGENTS_SAMPLE_MS : BETWEEN_SAMPLES_MS);
  const second = await source.read(subject, { signal });
  return { [subject]: second.state === 'ok' ? second : first };
}

function timeoutMs({ options, text }: CommandContext): number {
  const given = options['timeout'];
  if (typeof given !== 'string') return DEFAULT_TIMEOUT_S * 1000;
  const seconds = /^\d+(?:\.\d+)?$/.test(given) ? Number(given) : Number.NaN;
  if (seconds > 0 && seconds <= MAX_TIMEOUT_S) return Math.ceil(seconds * 1000);
  throw usage(text('usage.timeout', { value: given, max: MAX_TIMEOUT_S }), text);
}
