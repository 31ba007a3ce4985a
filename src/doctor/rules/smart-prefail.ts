// Disks with an attribute beyond the limit that their maker set for a failure to come.
import { defineSmartVerdictRule } from '../smart-verdict-rule.ts';

/** smartctl's exit status: an attribute that foretells failure is at its limit now. */
const PREFAIL_NOW = 16;

export const smartPrefail = defineSmartVerdictRule({
  verdict: 'prefail',
  severityOf: ({ exit_status, attributes }) =>
    (exit_status & PREFAIL_NOW) !== 0 || attributes.some(({ when_failed }) => when_failed === 'now')
      ? 'fail'
      : 'warn',
});
