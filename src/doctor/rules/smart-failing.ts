// Disks that say of themselves that they are failing.
import { defineSmartVerdictRule } from '../smart-verdict-rule.ts';

export const smartFailing = defineSmartVerdictRule({ verdict: 'failing', severityOf: () => 'fail' });
