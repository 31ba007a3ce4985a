// Faults of the kernel itself in the last hour, and whatever else it calls critical.
import { defineKernelRule } from '../kernel-rule.ts';

export const kernelFault = defineKernelRule({ kind: 'other', severity: 'warn' });
