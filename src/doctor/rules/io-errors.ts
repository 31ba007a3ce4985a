// Devices that answered the kernel with an error in the last hour.
import { devicePath } from '../device-path.ts';
import { defineKernelRule } from '../kernel-rule.ts';

/** An image cut short, a server gone, a scratched disc: no disk of this machine is dying. */
const NO_DISK = /^\/dev\/(?:loop|nbd|sr|fd)\d/;

export const ioErrors = defineKernelRule({
  kind: 'io',
  severity: 'fail',
  dependsOn: ['smart-failing'],
  // The kernel says sda where SMART says /dev/sda.
  subjectOf: devicePath,
  variantOf: (subject) =>
    NO_DISK.test(subject)
      ? { severity: 'warn', cause: 'rule.io-errors.cause.no-disk', cure: 'rule.io-errors.cure.no-disk' }
      : undefined,
});
