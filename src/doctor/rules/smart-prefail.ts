// Disks with an attribute beyond the limit that their maker set for a failure to come.
import { defineSmartVerdictRule } from '../smart-verdict-rule.ts';

export const smartPrefail = defineSmartVerdictRule({ verdict: 'prefail', severity: 'fail' });
