// Processes that were stuck in the kernel for minutes, nearly always for a disk or a mount.
import { defineKernelRule } from '../kernel-rule.ts';

export const hungTask = defineKernelRule({
  kind: 'hung-task',
  severity: 'warn',
  dependsOn: ['filesystem-hung', 'io-errors'],
});
