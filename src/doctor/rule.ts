// What a rule of the doctor is: data and one function from facts to findings.
import type { TextKey, TextParams } from '../base/texts/text.ts';
import type { Facts, Subject } from '../contracts/all-facts.ts';
import type { Finding, Message, Severity } from '../contracts/finding.ts';
import type { Ok, Reading } from '../contracts/reading.ts';

export type FactMap = { readonly [S in Subject]?: Reading<Facts[S]> };

export type DoctorInput = {
  readonly facts: FactMap;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What this rule said of a subject the last time, for limits that let go later than they bite. */
  readonly before?: (subject: string) => Severity | undefined;
};

/** A finding before the doctor adds which rule it is of, and since when when the facts do not tell. */
export type Found = Readonly<Pick<Finding, 'subject' | 'severity' | 'what' | 'cause' | 'cure'>> & {
  readonly evidence: readonly Message[];
  /** Since when, where the facts tell; else when it was first seen. */
  readonly since?: number;
};

export type Outcome =
  | { readonly state: 'ok' }
  | { readonly state: 'found'; readonly found: readonly Found[] }
  | { readonly state: 'unknown'; readonly because: Message };

export type Rule = {
  readonly id: string;
  /** One line: what it looks for. */
  readonly title: TextKey;
  readonly needs: readonly Subject[];
  /** How long it must have been true before the live console shows it; a single look ignores it. */
  readonly holdMs: number;
  /** Rules whose finding explains this one's away, when both are about the same subject or one about the whole machine. */
  readonly dependsOn: readonly string[];
  readonly examine: (input: DoctorInput) => Outcome;
};

/** The facts of a rule: those it needs are there, others may be missing. */
type Known<N extends Subject> = FactMap & { readonly [S in N]: Ok<Facts[S]> };
type Before = (subject: string) => Severity | undefined;

/**
 * Makes a rule whose function sees its facts only when all it `needs` are there: absent ones
 * mean that it does not apply here, failed or awaited ones that nobody can tell.
 */
export function defineRule<const N extends Subject>(
  definition: Omit<Rule, 'needs' | 'examine' | 'dependsOn'> & {
    readonly needs: readonly N[];
    readonly dependsOn?: readonly string[];
    readonly look: (facts: Known<N>, now: number, before: Before) => readonly Found[];
  },
): Rule {
  const { look, ...data } = definition;
  return {
    dependsOn: [],
    ...data,
    examine: ({ facts, now, before = () => undefined }) => {
      if (!hasAll(facts, data.needs)) return withoutFacts(facts, data.needs);
      const found = look(facts, now, before);
      return found.length === 0 ? { state: 'ok' } : { state: 'found', found };
    },
  };
}

/** A message whose key the compiler knows. */
export const say = (text: TextKey, params: TextParams = {}): Message => ({ text, params: { ...params } });

function hasAll<N extends Subject>(facts: FactMap, needs: readonly N[]): facts is Known<N> {
  return needs.every((subject) => facts[subject]?.state === 'ok');
}

/** What a rule answers when facts are missing: it does not apply, or nobody can tell. */
export function withoutFacts(facts: FactMap, needs: readonly Subject[]): Outcome {
  const readings = needs.map((subject) => ({ subject, reading: facts[subject] }));
  if (readings.some(({ reading }) => reading?.state === 'absent')) return { state: 'ok' };
  for (const { subject, reading } of readings) {
    if (reading === undefined)
      return { state: 'unknown', because: say('doctor.waiting', { facts: subject }) };
    if (reading.state === 'failed') {
      const { code, detail } = reading;
      return { state: 'unknown', because: say('doctor.unread', { facts: subject, code, detail }) };
    }
  }
  return { state: 'ok' };
}
