// Disks that passed their own test and yet count errors that only dying disks count.
import { defineSmartVerdictRule } from '../smart-verdict-rule.ts';

export const smartWorn = defineSmartVerdictRule({
  verdict: 'worn',
  severityOf: () => 'warn',
  // A disk that used up its writes is called worn for that too.
  dependsOn: ['disk-wear'],
});
