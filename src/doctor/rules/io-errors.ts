// Devices that answered the kernel with an error in the last hour.
import { defineKernelRule } from '../kernel-rule.ts';

export const ioErrors = defineKernelRule({
  kind: 'io',
  severity: 'fail',
  dependsOn: ['smart-failing'],
  // The kernel says sda where SMART says /dev/sda.
  subjectOf: (subject) => (subject.includes('/') ? subject : `/dev/${subject}`),
});
