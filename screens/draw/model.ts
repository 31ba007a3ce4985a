// Everything a screen is drawn from: facts with their freshness, findings, words and signs.
// Screens are functions of it.
import { cells } from '../../src/base/cells.ts';
import { tellMissing } from '../../src/base/texts/tell-missing.ts';
import type { Text, TextKey } from '../../src/base/texts/text.ts';
import { formatDuration } from '../../src/base/units.ts';
import type { Facts, Subject } from '../../src/contracts/all-facts.ts';
import type { Examination } from '../../src/contracts/finding.ts';
import { freshnessOf, type Freshness, type Observation } from '../../src/contracts/freshness.ts';
import type { ContainerDetail } from '../../src/contracts/facts/containers.ts';
import type { Reading } from '../../src/contracts/reading.ts';
import type { Connection } from '../../src/contracts/source.ts';
import type { BasePlan } from '../../state/base-plan.ts';
import type { Observations } from '../../state/facts.ts';
import type { History } from '../../state/history.ts';
import type { Glyphs } from './glyphs.ts';
import { cutLine, lineWidth, segment, type Line, type Segment, type Tone } from './line.ts';

export type Model = {
  readonly text: Text;
  readonly glyphs: Glyphs;
  readonly nowMs: number;
  readonly observations: Observations;
  readonly history: History;
  readonly examination: Examination | undefined;
  /** What was read of the container whose detail is open. */
  readonly containerDetail: { readonly id: string; readonly reading: Reading<ContainerDetail> } | undefined;
  readonly source: { readonly kind: string; readonly readOnly: boolean };
  /** Whether the agent answers; nothing where this process reads the machine itself. */
  readonly connection: Connection | undefined;
  /** What the controller would do, as it was looked at for a person who wants to let it. */
  readonly plan: BasePlan | null;
};

const observationOf = <S extends Subject>(model: Model, subject: S): Observation<Facts[S]> | undefined =>
  model.observations[subject];

/** The last good value, whatever its age: only for what is shown together with its age. */
export const lastFacts = <S extends Subject>(model: Model, subject: S): Facts[S] | undefined =>
  observationOf(model, subject)?.lastOk?.value;

export const freshness = (model: Model, subject: Subject): Freshness =>
  freshnessOf(model.observations[subject], model.nowMs);

const FRESHNESS_TONE: { readonly [F in Freshness]: Tone } = {
  waiting: 'dim',
  live: 'plain',
  ageing: 'warn',
  stale: 'bad',
  failed: 'bad',
  absent: 'dim',
};

/** What to say of a value that is old or missing; nothing while it is live. */
export function freshnessNote(model: Model, subject: Subject): Segment | undefined {
  const observation = model.observations[subject];
  const state = freshnessOf(observation, model.nowMs);
  if (state === 'live' || observation === undefined) {
    return state === 'waiting' ? segment(model.text('freshness.waiting'), 'dim') : undefined;
  }
  const word: TextKey = `freshness.${state}`;
  const since = observation.lastOk?.at;
  const age = since === undefined ? '' : ` ${formatDuration(model.nowMs - since, model.text.language)}`;
  const why =
    observation.reading !== undefined && observation.reading.state !== 'ok'
      ? `: ${state === 'absent' ? model.text(`reason.${observation.reading.code}`) : tellMissing(model.text, observation.reading)}`
      : '';
  return segment(`${model.text(word)}${age}${why}`, FRESHNESS_TONE[state]);
}

/**
 * The line of one subject: what `show` makes of its last good value, with its age when it is
 * old, or why there is none. Never an old value without its age.
 */
export function factLine<S extends Subject>(
  model: Model,
  subject: S,
  width: number,
  show: (facts: Facts[S]) => Line,
): Line {
  const facts = lastFacts(model, subject);
  const note = freshnessNote(model, subject);
  if (facts === undefined) return note === undefined ? [] : [note];
  return besideNote(show(facts), note, width);
}

/** A line with its age: where both do not fit, a sparkline goes first, as it says nothing of how old it is. */
export function besideNote(line: Line, note: Segment | undefined, width: number): Line {
  if (note === undefined) return line;
  const room = Math.max(0, width - lineWidth([note]) - NOTE_GAP);
  if (lineWidth(line) <= room) return [...line, segment(' '.repeat(NOTE_GAP)), note];
  const words = line.filter(({ tone }) => tone !== 'info');
  const last = words.findLastIndex(({ text }) => text.trim() !== '');
  const trimmed = words
    .slice(0, last + 1)
    .map((each, index) => (index === last ? { ...each, text: each.text.trimEnd() } : each));
  return [...cutLine(trimmed, room), segment(' '.repeat(NOTE_GAP)), note];
}

const NOTE_GAP = 2;

type RuleOf<K> = K extends `rule.${infer Id}.title` ? Id : never;

/** How bad the doctor finds what these rules look at: a screen has no limits of its own. */
export function toneOfRules(
  model: Model,
  rules: readonly RuleOf<TextKey>[],
  isAbout: (subject: string) => boolean = () => true,
): Tone {
  const severities = (model.examination?.findings ?? [])
    .filter(({ rule, subject }) => rules.some((each) => each === rule) && isAbout(subject))
    .map(({ severity }) => severity);
  if (severities.includes('fail')) return 'bad';
  return severities.includes('warn') ? 'warn' : 'plain';
}

/** A title with a rule behind it to the end of the line. */
export function ruled(model: Model, title: string, width: number): Line {
  const head = segment(`${title} `, 'title');
  return [head, segment(model.glyphs.rule.repeat(Math.max(0, width - cells(head.text))), 'dim')];
}
