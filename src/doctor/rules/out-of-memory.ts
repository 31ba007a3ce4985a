// Processes that the kernel killed for want of memory in the last hour.
import { defineKernelRule } from '../kernel-rule.ts';

export const outOfMemory = defineKernelRule({ kind: 'oom', severity: 'warn' });
