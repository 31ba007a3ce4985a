// Disks that could not read or keep what was written to them, whatever their verdict says.
import type { SmartReport } from '../../contracts/facts/smart.ts';
import { defineRule, say } from '../rule.ts';
import { smartSubject } from '../smart-subject.ts';
import { smartEvidence } from '../smart-verdict-rule.ts';

/** One of each is data that cannot be read back; reallocated sectors are normal in small numbers. */
const LIMITS = [
  { field: 'pending_sectors', from: 1 },
  { field: 'uncorrectable_errors', from: 1 },
  { field: 'media_errors', from: 1 },
  { field: 'reallocated_sectors', from: 10 },
] as const;

export const diskErrors = defineRule({
  id: 'disk-errors',
  title: 'rule.disk-errors.title',
  needs: ['smart'],
  holdMs: 0,
  dependsOn: ['smart-failing', 'smart-prefail', 'smart-worn'],
  look: (facts) =>
    facts.smart.value.disks.flatMap((disk) => {
      if (disk.report.state !== 'ok' || !hasErrors(disk.report.value)) return [];
      const subject = smartSubject(disk, facts.smart.value.disks);
      return [
        {
          subject,
          severity: 'warn' as const,
          what: say('rule.disk-errors.what', { disk: subject }),
          evidence: smartEvidence(disk.report.value),
          cause: say('rule.disk-errors.cause'),
          cure: say('rule.disk-errors.cure', { disk: disk.device }),
        },
      ];
    }),
});

const hasErrors = (report: SmartReport): boolean =>
  report.self_test_failed === true || LIMITS.some(({ field, from }) => (report[field] ?? 0) >= from);
