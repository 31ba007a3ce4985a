// File systems that the kernel found damaged in the last hour.
import { defineKernelRule } from '../kernel-rule.ts';

export const filesystemErrors = defineKernelRule({ kind: 'filesystem', severity: 'fail' });
