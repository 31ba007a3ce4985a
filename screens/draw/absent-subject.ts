// A list whose facts only an agent has: why it is empty, and how to get something there.
import type { TextKey } from '../../src/base/texts/text.ts';
import type { Subject } from '../../src/contracts/all-facts.ts';
import { blank, segment, wrap, type Line } from './line.ts';
import { freshnessNote, lastFacts, type Model } from './model.ts';

const WIDEST = 76;

export function whyEmpty(
  model: Model,
  subject: Subject,
  words: { readonly title: TextKey; readonly why: TextKey; readonly how: TextKey; readonly none: TextKey },
  width: number,
): readonly Line[] {
  if (lastFacts(model, subject) !== undefined) return wrap(model.text(words.none), width, 'dim');
  // With an agent, the notice above says what is awaited, or what went wrong.
  if (isAwaited(model, subject)) return [];
  return [
    [segment(model.text(words.title), 'title')],
    blank,
    ...wrap(model.text(words.why), Math.min(width, WIDEST)),
    blank,
    ...wrap(model.text(words.how), Math.min(width, WIDEST), 'dim'),
  ];
}

/** How old or why missing the subject is; nothing where this source never has it. */
export function agentNote(model: Model, subject: Subject): Line | undefined {
  if (!isAwaited(model, subject)) return undefined;
  const note = freshnessNote(model, subject);
  return note === undefined ? undefined : [note];
}

/** Whether an agent is there to tell it, or was: a machine on which none was ever found has none. */
function isAwaited(model: Model, subject: Subject): boolean {
  if (model.source.kind === 'agent') return true;
  const observation = model.observations[subject];
  if (observation === undefined) return false;
  return observation.reading?.state !== 'absent' || observation.lastOk !== undefined;
}
