// The rules about what the kernel complained of differ in the kind of complaint and in their
// words only.
import type { TextKey } from '../base/texts/text.ts';
import type { KernelError } from '../contracts/facts/kernel-errors.ts';
import type { Severity } from '../contracts/finding.ts';
import { defineRule, say, type Rule } from './rule.ts';

const ID = {
  oom: 'out-of-memory',
  io: 'io-errors',
  filesystem: 'filesystem-errors',
  'machine-check': 'machine-check',
  'hung-task': 'hung-task',
  other: 'kernel-fault',
} as const satisfies Record<KernelError['kind'], string>;

/** Where a subject needs other words, and is bad in another degree. */
type Variant = { readonly severity: Severity; readonly cause: TextKey; readonly cure: TextKey };

export const defineKernelRule = (definition: {
  readonly kind: keyof typeof ID;
  readonly severity: Severity;
  readonly dependsOn?: readonly string[];
  /** How the finding calls what the message names. */
  readonly subjectOf?: (subject: string) => string;
  readonly variantOf?: (subject: string) => Variant | undefined;
}): Rule => {
  const { kind, dependsOn = [], subjectOf = (subject: string) => subject } = definition;
  const id = ID[kind];
  const usual: Variant = {
    severity: definition.severity,
    cause: `rule.${id}.cause`,
    cure: `rule.${id}.cure`,
  };
  return defineRule({
    id,
    title: `rule.${id}.title`,
    needs: ['kernel_errors'],
    holdMs: 0,
    dependsOn,
    look: (facts) =>
      merge(facts.kernel_errors.value.errors.filter((error) => error.kind === kind)).map((error) => {
        const subject = error.subject === null ? '' : subjectOf(error.subject);
        const { severity, cause, cure } = definition.variantOf?.(subject) ?? usual;
        return {
          subject,
          severity,
          since: error.first_at,
          what: say(`rule.${id}.what`, { subject: subject === '' ? '?' : subject }),
          evidence: [
            say('rule.kernel.message', { message: error.message }),
            say('rule.kernel.count', { count: error.count, last_at: error.last_at }),
          ],
          cause: say(cause),
          cure: say(cure, { subject: subject === '' ? '?' : subject }),
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
