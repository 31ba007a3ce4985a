// File systems that the kernel found damaged in the last hour.
import { devicePath } from '../device-path.ts';
import { defineKernelRule } from '../kernel-rule.ts';

export const filesystemErrors = defineKernelRule({
  kind: 'filesystem',
  severity: 'fail',
  subjectOf: devicePath,
});
