// The rules about a disk's own verdict differ in the verdict and in their words only.
import type { SmartReport, SmartVerdict } from '../contracts/facts/smart.ts';
import type { Message, Severity } from '../contracts/finding.ts';
import { defineRule, say, type Rule } from './rule.ts';
import { smartSubject } from './smart-subject.ts';

export const defineSmartVerdictRule = (definition: {
  readonly verdict: Extract<SmartVerdict, 'failing' | 'prefail' | 'worn'>;
  readonly severityOf: (report: SmartReport) => Severity;
  readonly dependsOn?: readonly string[];
}): Rule => {
  const { verdict, severityOf, dependsOn = [] } = definition;
  const id = `smart-${verdict}` as const;
  return defineRule({
    id,
    title: `rule.${id}.title`,
    needs: ['smart'],
    holdMs: 0,
    dependsOn,
    look: (facts) =>
      facts.smart.value.disks.flatMap((disk) => {
        if (disk.report.state !== 'ok' || disk.report.value.verdict !== verdict) return [];
        const subject = smartSubject(disk, facts.smart.value.disks);
        return [
          {
            subject,
            severity: severityOf(disk.report.value),
            what: say(`rule.${id}.what`, { disk: subject }),
            evidence: smartEvidence(disk.report.value),
            cause: say(`rule.${id}.cause`),
            cure: say(`rule.${id}.cure`, { disk: subject }),
          },
        ];
      }),
  });
};

/** Which disk it is, and the counters that speak against it. */
export function smartEvidence(report: SmartReport): readonly Message[] {
  const { model, serial, power_on_hours: hours, available_spare_percent: spare } = report;
  const counters = COUNTERS.flatMap(({ field, text }) => {
    const count = report[field];
    return count === null || count === 0 ? [] : [say(text, { count })];
  });
  const attributes = report.attributes
    .filter(({ when_failed }) => when_failed !== '')
    .map(({ name, value, threshold, when_failed }) =>
      say(when_failed === 'now' ? 'rule.smart.attribute' : 'rule.smart.attribute.past', {
        name,
        value: value ?? '?',
        threshold: threshold ?? '?',
      }),
    );
  return [
    ...(model === null && serial === null
      ? []
      : [say('rule.smart.disk', { model: model ?? '?', serial: serial ?? '?' })]),
    ...(report.passed === false ? [say('rule.smart.assessment')] : []),
    ...counters,
    ...(spare === null || spare >= LOW_SPARE_PERCENT
      ? []
      : [say('rule.disk-wear.spare', { spare_percent: spare })]),
    ...attributes,
    ...(report.self_test_failed === true ? [say('rule.smart.self-test')] : []),
    ...(hours === null ? [] : [say('rule.smart.age', { on_hours: hours })]),
  ];
}

/** Less is worth saying; how bad it is, the disk's own threshold decides. */
const LOW_SPARE_PERCENT = 20;

const COUNTERS = [
  { field: 'reallocated_sectors', text: 'rule.smart.reallocated' },
  { field: 'pending_sectors', text: 'rule.smart.pending' },
  { field: 'uncorrectable_errors', text: 'rule.smart.uncorrectable' },
  { field: 'media_errors', text: 'rule.smart.media' },
] as const;
