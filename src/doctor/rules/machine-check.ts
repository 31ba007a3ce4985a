// Errors that processor or memory reported of themselves in the last hour. Most were corrected,
// and still announce the ones that will not be.
import { defineKernelRule } from '../kernel-rule.ts';

export const machineCheck = defineKernelRule({ kind: 'machine-check', severity: 'warn' });
