// Facts that should be there and could not be read. What is not read cannot be found ill. What only
// root may read is no illness of the machine: the rules that need it say `unknown` and why.
import { SUBJECTS } from '../subjects.ts';
import type { Subject } from '../../contracts/all-facts.ts';
import type { Missing, ReasonCode } from '../../contracts/reading.ts';
import { valueOf } from '../../contracts/reading.ts';
import { say, type DoctorInput, type Found, type Rule } from '../rule.ts';
import { isSilence } from './agent-silent.ts';
import { smartSubject } from '../smart-subject.ts';

/** Which of the few cures fits a reason; the rest are the machine's own errors. */
const CURES = {
  timeout: 'rule.reader-failed.cure.hung',
  hung: 'rule.reader-failed.cure.hung',
  'no-tool': 'rule.reader-failed.cure.tool',
  'tool-failed': 'rule.reader-failed.cure.run',
  'no-answer': 'rule.reader-failed.cure.answer',
} as const satisfies { readonly [C in ReasonCode]?: string };

const CAUSES = {
  timeout: 'rule.reader-failed.cause.timeout',
  hung: 'rule.reader-failed.cause.hung',
} as const satisfies { readonly [C in ReasonCode]?: string };

export const readerFailed: Rule = {
  id: 'reader-failed',
  title: 'rule.reader-failed.title',
  needs: SUBJECTS,
  // One slow answer on a busy machine is no failure.
  holdMs: 15_000,
  dependsOn: ['filesystem-hung'],
  examine: (input) => {
    const found = [...failedSubjects(input), ...failedParts(input)];
    return found.length === 0 ? { state: 'ok' } : { state: 'found', found };
  },
};

/** What only an agent or a controller knows: that it does not answer is a finding of its own. */
const TOLD: ReadonlySet<Subject> = new Set<Subject>(['operations', 'guests', 'ledger', 'base_stack']);

const failedSubjects = ({ facts }: DoctorInput): readonly Found[] =>
  SUBJECTS.flatMap((subject) => {
    const reading = facts[subject];
    if (reading?.state !== 'failed' || reading.code === 'no-permission') return [];
    return TOLD.has(subject) && isSilence(reading.code) ? [] : [describe(subject, reading)];
  });

/** Disks and file systems of which one alone could not be read. */
function failedParts({ facts }: DoctorInput): readonly Found[] {
  const disks = valueOf(facts.smart)?.disks ?? [];
  const filesystems = valueOf(facts.filesystems)?.filesystems ?? [];
  return [
    ...disks.flatMap((disk) =>
      disk.report.state === 'failed' && disk.report.code !== 'no-permission'
        ? [describe('smart', disk.report, smartSubject(disk, disks))]
        : [],
    ),
    ...filesystems.flatMap(({ mount_point, fill }) =>
      // A hung one has a rule of its own; a user's private FUSE mount refuses even root.
      fill.state === 'failed' && !['timeout', 'hung', 'no-permission'].includes(fill.code)
        ? [describe('filesystems', fill, mount_point)]
        : [],
    ),
  ];
}

function describe(facts: string, { code, detail, source }: Missing, part = ''): Found {
  const subject = part === '' ? facts : part;
  return {
    subject,
    severity: 'warn',
    what:
      part === ''
        ? say('rule.reader-failed.what', { facts })
        : say('rule.reader-failed.what.part', { facts, part }),
    evidence: [
      say('rule.reader-failed.reason', { code, source }),
      ...(detail === '' ? [] : [say('rule.reader-failed.detail', { detail })]),
    ],
    cause: say(isKeyOf(CAUSES, code) ? CAUSES[code] : 'rule.reader-failed.cause'),
    cure: say(isKeyOf(CURES, code) ? CURES[code] : 'rule.reader-failed.cure', { source }),
  };
}

const isKeyOf = <T extends object>(table: T, key: PropertyKey): key is keyof T => Object.hasOwn(table, key);
