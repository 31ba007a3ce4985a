// Solid-state disks that have nearly used up the writes they were made for.
import { above, below, type Limits } from '../limits.ts';
import { defineRule, say } from '../rule.ts';
import { smartSubject } from '../smart-subject.ts';

const WEAR_PERCENT: Limits = {
  // The last tenth is the time to order a new one.
  warn: 90,
  // The maker's promise ends here; many go on for long, none need to.
  fail: 100,
  slack: 0,
};
const SPARE_PERCENT: Limits = {
  // NVMe's own usual warning threshold is 10.
  warn: 10,
  fail: 3,
  slack: 0,
};

export const diskWear = defineRule({
  id: 'disk-wear',
  title: 'rule.disk-wear.title',
  needs: ['smart'],
  holdMs: 0,
  dependsOn: ['smart-failing', 'smart-prefail'],
  look: (facts) =>
    facts.smart.value.disks.flatMap((disk) => {
      if (disk.report.state !== 'ok') return [];
      const { wear_percent: wear, available_spare_percent: spare, model, serial } = disk.report.value;
      const byWear = wear === null ? undefined : above(wear, WEAR_PERCENT);
      const bySpare = spare === null ? undefined : below(spare, SPARE_PERCENT);
      const severity = byWear === 'fail' || bySpare === 'fail' ? 'fail' : (byWear ?? bySpare);
      if (severity === undefined) return [];
      const subject = smartSubject(disk, facts.smart.value.disks);
      return [
        {
          subject,
          severity,
          what: say('rule.disk-wear.what', { disk: subject }),
          evidence: [
            say('rule.smart.disk', { model: model ?? '?', serial: serial ?? '?' }),
            ...(wear === null ? [] : [say('rule.disk-wear.wear', { wear_percent: wear })]),
            ...(spare === null ? [] : [say('rule.disk-wear.spare', { spare_percent: spare })]),
          ],
          cause: say('rule.disk-wear.cause'),
          cure: say('rule.disk-wear.cure'),
        },
      ];
    }),
});
