// Examines facts by all rules: once for a command, or again and again for the live console,
// which remembers since when and shows only what lasts.
import type { Clock } from '../base/clock.ts';
import type { Examination, Finding, RuleAnswer, Severity } from '../contracts/finding.ts';
import { allRules } from './all-rules.ts';
import { say, type DoctorInput, type Found, type Outcome, type Rule } from './rule.ts';

export type Doctor = { readonly examine: (facts: DoctorInput['facts']) => Examination };

/** What the doctor remembers of one finding. */
type Memory = { readonly since: number; readonly sinceMonotonic: number; readonly severity: Severity };
type Candidate = { readonly rule: Rule; readonly outcome: Outcome; readonly findings: readonly Finding[] };

/** One look; what the facts do not date counts from now. */
export function examine(
  input: Pick<DoctorInput, 'facts' | 'now'>,
  rules: readonly Rule[] = allRules,
): Examination {
  const candidates = rules.map((rule) => {
    const outcome = rule.examine(input);
    return { rule, outcome, findings: foundOf(outcome).map((found) => complete(rule, found, input.now)) };
  });
  return conclude(candidates, input.now);
}

/** The doctor of the console. One who is not patient holds no finding back until it lasts. */
export function createDoctor(options: { clock: Clock; rules?: readonly Rule[]; patient?: boolean }): Doctor {
  const { clock, rules = allRules, patient = true } = options;
  const memories = new Map<string, Map<string, Memory>>();
  return {
    examine: (facts) => {
      const now = clock.now();
      const monotonic = clock.monotonic();
      const candidates = rules.map((rule): Candidate => {
        const previous = memories.get(rule.id) ?? new Map<string, Memory>();
        const outcome = rule.examine({ facts, now, before: (subject) => previous.get(subject)?.severity });
        // While nobody can tell, what was known is neither shown nor forgotten.
        if (outcome.state === 'unknown') return { rule, outcome, findings: [] };
        const next = new Map<string, Memory>();
        const findings: Finding[] = [];
        for (const found of foundOf(outcome)) {
          const memory = previous.get(found.subject);
          const since = memory?.since ?? now;
          const sinceMonotonic = memory?.sinceMonotonic ?? monotonic;
          next.set(found.subject, { since, sinceMonotonic, severity: found.severity });
          if (!patient || monotonic - sinceMonotonic >= rule.holdMs)
            findings.push(complete(rule, found, since));
        }
        memories.set(rule.id, next);
        return { rule, outcome, findings };
      });
      return conclude(candidates, now);
    },
  };
}

const foundOf = (outcome: Outcome): readonly Found[] => (outcome.state === 'found' ? outcome.found : []);

const complete = (rule: Rule, found: Found, firstSeen: number): Finding => ({
  rule: rule.id,
  id: found.subject === '' ? rule.id : `${rule.id}:${found.subject}`,
  severity: found.severity,
  subject: found.subject,
  since: found.since ?? firstSeen,
  what: found.what,
  evidence: [...found.evidence],
  cause: found.cause,
  cure: found.cure,
});

function conclude(candidates: readonly Candidate[], at: number): Examination {
  const shown = candidates.flatMap(({ findings }) => findings);
  const findings: Finding[] = [];
  const rules = candidates.map(({ rule, outcome, findings: own }): RuleAnswer => {
    const left = own.filter((finding) => explainerOf(rule, finding, shown) === undefined);
    findings.push(...left);
    if (outcome.state === 'unknown') return { rule: rule.id, state: 'unknown', because: outcome.because };
    if (left.length > 0) return { rule: rule.id, state: 'found', because: null };
    const first = own[0];
    const explainer = first === undefined ? undefined : explainerOf(rule, first, shown);
    return explainer === undefined
      ? { rule: rule.id, state: 'ok', because: null }
      : { rule: rule.id, state: 'explained', because: say('doctor.explained', { rule: explainer.rule }) };
  });
  return { at, findings: findings.toSorted(worstFirst), rules };
}

const explainerOf = (rule: Rule, finding: Finding, shown: readonly Finding[]): Finding | undefined =>
  shown.find(
    (other) =>
      rule.dependsOn.includes(other.rule) &&
      (other.subject === finding.subject || other.subject === '' || finding.subject === ''),
  );

// Equal ones stay in the order of the rules, which is the order of how much they matter.
const worstFirst = (one: Finding, other: Finding): number => RANK[one.severity] - RANK[other.severity];
const RANK = { fail: 0, warn: 1 } as const satisfies Record<Severity, number>;
