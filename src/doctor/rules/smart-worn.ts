// Disks that passed their own test and yet count errors that only dying disks count.
import { defineSmartVerdictRule } from '../smart-verdict-rule.ts';

export const smartWorn = defineSmartVerdictRule({ verdict: 'worn', severity: 'warn' });
