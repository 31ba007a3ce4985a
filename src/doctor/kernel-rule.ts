// The rules about what the kernel complained of differ in the kind of complaint and in their
// words only.
import type { KernelError } from '../contracts/facts/kernel-errors.ts';
import type { Severity } from '../contracts/finding.ts';
import { defineRule, say, type Rule } from './rule.ts';

const ID = {
  oom: 'out-of-memory',
  io: 'io-errors',
  filesystem: 'filesystem-errors',
  'machine-check': 'machine-check',
  'hung-task': 'hung-task',
} as const satisfies { readonly [K in Exclude<KernelError['kind'], 'other'>]: string };

export const defineKernelRule = (definition: {
  readonly kind: keyof typeof ID;
  readonly severity: Severity;
  readonly dependsOn?: readonly string[];
  /** How the finding calls what the message names. */
  readonly subjectOf?: (subject: string) => string;
}): Rule => {
  const { kind, severity, dependsOn = [], subjectOf = (subject: string) => subject } = definition;
  const id = ID[kind];
  return defineRule({
    id,
    title: `rule.${id}.title`,
    needs: ['kernel_errors'],
    holdMs: 0,
    dependsOn,
    look: (facts) =>
      merge(facts.kernel_errors.value.errors.filter((error) => error.kind === kind)).map((error) => {
        const subject = error.subject === null ? '' : subjectOf(error.subject);
        return {
          subject,
          severity,
          since: error.first_at,
          what: say(`rule.${id}.what`, { subject: subject === '' ? '?' : subject }),
          evidence: [
            say('rule.kernel.message', { message: error.message }),
            say('rule.kernel.count', { count: error.count, last_at: error.last_at }),
          ],
          cause: say(`rule.${id}.cause`),
          cure: say(`rule.${id}.cure`, { subject: subject === '' ? '?' : subject }),
        };
      }),
  });
};

/** One complaint a subject: findings are told apart by their subject. */
function merge(errors: readonly KernelError[]): readonly KernelError[] {
  const bySubject = new Map<string | null, KernelError>();
  for (const error of errors) {
    const other = bySubject.get(error.subject);
    const newest = other === undefined || error.last_at >= other.last_at ? error : other;
    bySubject.set(error.subject, {
      ...newest,
      first_at: Math.min(error.first_at, other?.first_at ?? error.first_at),
      count: error.count + (other?.count ?? 0),
    });
  }
  return [...bySubject.values()];
}
