// All facts that the agent has: those that it reads of this machine, and those that it keeps itself. Each is
// read once in its interval, however many ask.
import type { Clock } from '../base/clock.ts';
import { createListeners } from '../base/listeners.ts';
import { isSubject, type Facts, type Subject } from '../contracts/all-facts.ts';
import { absent, type Ok, type Reading } from '../contracts/reading.ts';
import type { FactsSource } from '../contracts/source.ts';
import { createSubjectReader } from '../clients/subject-reader.ts';
import { createCell, type Cell } from './cell.ts';

/** Facts that the agent keeps itself: operations, guests, the ledger. */
export type OwnSubject<S extends Subject> = {
  readonly everyMs: number;
  readonly read: (signal: AbortSignal) => Promise<Reading<Facts[S]>>;
  /** Tells whenever they have changed; gives back how to stop. */
  readonly onChange?: (listener: () => void) => () => void;
  /** What of them a guest may see; without it a guest sees nothing. */
  readonly forGuest?: (value: Facts[S], vmid: number) => Facts[S];
};
export type OwnSubjects = { readonly [S in Subject]?: OwnSubject<S> };

export type Sampler = {
  /** Milliseconds, of every subject that there is. */
  readonly intervals: { readonly [S in Subject]?: number };
  readonly read: <S extends Subject>(subject: S, waitMs?: number) => Promise<Reading<Facts[S]>>;
  /** Without reading anything. */
  readonly last: <S extends Subject>(subject: S) => Reading<Facts[S]> | undefined;
  /** Whoever asks next gets a new reading. */
  readonly forget: (subject: Subject) => void;
  /** And whoever follows gets one now. */
  readonly changed: (subject: Subject) => void;
  /** Hears of subjects that changed by themselves; gives back how to stop. */
  readonly onChange: (listener: (subject: Subject) => void) => () => void;
  readonly close: () => void;
};

type Cells = { [S in Subject]?: Cell<Facts[S]> };
const OWN_DEADLINE_MS = 15_000;

export function createSampler(source: FactsSource, own: OwnSubjects, clock: Clock): Sampler {
  const cells: Cells = {};
  const intervals: { [S in Subject]?: number } = {};
  const listeners = createListeners<[Subject]>();
  const closers: (() => void)[] = [];
  const never = new AbortController().signal;

  const keep = <S extends Subject>(subject: S, everyMs: number, read: () => Promise<Reading<Facts[S]>>) => {
    intervals[subject] = everyMs;
    const cell = createCell<Facts[S]>({ name: subject, everyMs, clock, read });
    // Assigned so because TypeScript cannot write by a generic key what it can read by one.
    Object.assign(cells, { [subject]: cell } satisfies Record<string, Cell<Facts[S]>>);
  };
  const changed = (subject: Subject) => {
    cells[subject]?.forget();
    listeners.tell(subject);
  };
  const addOwn = <S extends Subject>(subject: S, of: OwnSubject<S>) => {
    const reader = createSubjectReader<Facts[S]>({
      subject,
      clock,
      deadlineMs: OWN_DEADLINE_MS,
      read: async (_previous: Ok<Facts[S]> | undefined, signal) => of.read(signal),
    });
    keep(subject, of.everyMs, async () => reader.read(never));
    closers.push(reader.close);
    const stop = of.onChange?.(() => changed(subject));
    if (stop !== undefined) closers.push(stop);
  };
  for (const subject of subjectsOf(source.intervals)) {
    const everyMs = source.intervals[subject];
    if (everyMs !== undefined) keep(subject, everyMs, async () => source.read(subject, { signal: never }));
  }
  // The agent's own before what an embedded source would say of the same.
  // The parameter ties the reader to the subject's facts, which a union would not.
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  const addOne = <S extends Subject>(subject: S) => {
    const one: OwnSubject<S> | undefined = own[subject];
    if (one !== undefined) addOwn(subject, one);
  };
  for (const subject of subjectsOf(own)) addOne(subject);

  return {
    intervals,
    read: async (subject, waitMs) =>
      cells[subject]?.read(waitMs) ?? absent('not-here', subject, clock.now(), 'this agent does not have it'),
    last: (subject) => cells[subject]?.last(),
    forget: (subject) => cells[subject]?.forget(),
    changed,
    onChange: listeners.add,
    close: () => {
      for (const close of closers) close();
    },
  };
}

const subjectsOf = (of: object): readonly Subject[] => Object.keys(of).filter(isSubject);
