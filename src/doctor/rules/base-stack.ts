// What the controller of this guest itself finds wrong, and what somebody holds down: one finding for each
// service or link, with all that is said of it.
import { formatMoment } from '../../base/units.ts';
import type { BaseServiceTold, BaseStackFacts, HealthIssue } from '../../contracts/facts/base-stack.ts';
import { defineRule, say, type Found } from '../rule.ts';

/** The subject of what is about the guest as a whole: an empty one would explain everything away. */
const GUEST = 'guest';

export const baseStack = defineRule({
  id: 'base-stack',
  title: 'rule.base-stack.title',
  needs: ['base_stack'],
  // The controller waits by itself before it calls something an issue.
  holdMs: 0,
  look: (facts) => {
    const base = facts.base_stack.value;
    const subjects = new Set([
      ...base.issues.map(({ subject }) => subject),
      ...base.services.flatMap(({ name, pause }) => (pause === null ? [] : [name])),
    ]);
    return [...subjects].map((subject) => describe(base, subject));
  },
});

function describe(base: BaseStackFacts, subject: string): Found {
  const issues = base.issues.filter((issue) => issue.subject === subject).toSorted(worstFirst);
  const service = base.services.find(({ name }) => name === subject);
  const pause = service?.pause ?? null;
  const [worst] = issues;
  const since = Math.min(...issues.map((issue) => issue.since), ...(pause === null ? [] : [pause.from]));
  const isHeldOnly = pause !== null && issues.every(({ level }) => level !== 'fail');
  return {
    subject: subject === '' ? GUEST : subject,
    severity: issues.some(({ level }) => level === 'fail') ? 'fail' : 'warn',
    since,
    what:
      pause !== null && (worst === undefined || isHeldOnly)
        ? say('rule.base-stack.what.paused', { name: subject, moment: formatMoment(pause.until) })
        : say('rule.base-stack.what', { text: worst?.text ?? '' }),
    evidence: [
      ...issues.map(({ code, text, count }) =>
        count > 1
          ? say('rule.base-stack.issue.again', { code, text, count })
          : say('rule.base-stack.issue', { code, text }),
      ),
      ...(pause === null
        ? []
        : [
            say('rule.base-stack.pause', {
              moment: formatMoment(pause.until),
              who: pause.by ?? '-',
              reason: pause.reason,
            }),
          ]),
      ...serviceEvidence(service),
      ...(base.blocked === null ? [] : [say('rule.base-stack.blocked', { why: base.blocked })]),
    ],
    cause: isHeldOnly
      ? say('rule.base-stack.cause.paused')
      : say(`rule.base-stack.cause.${worst?.heals_itself === true ? 'heals' : 'stays'}`),
    cure: isHeldOnly
      ? say('rule.base-stack.cure.paused', { name: subject })
      : worst === undefined || worst.hint === null
        ? say('rule.base-stack.cure')
        : say(`rule.base-stack.cure.${worst.heals_itself ? 'heals' : 'hint'}`, {
            hint: worst.hint.replace(/\.$/, ''),
          }),
  };
}

const serviceEvidence = (service: BaseServiceTold | undefined) =>
  service === undefined || service.cause === null
    ? []
    : [
        say('rule.base-stack.service', {
          name: service.name,
          state: service.state,
          cause: service.cause,
        }),
      ];

const RANK = { fail: 0, unknown: 1, warn: 2 } as const satisfies Record<HealthIssue['level'], number>;
const worstFirst = (one: HealthIssue, other: HealthIssue): number => RANK[one.level] - RANK[other.level];
