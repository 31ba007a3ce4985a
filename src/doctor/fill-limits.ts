// How full a file system may be, for its space and for its inodes.
import type { Limits } from './limits.ts';

export const fillLimitsPercent = {
  // Enough time to act in working hours.
  warn: 85,
  // Above this ext4's reserve and databases' working space are gone, and writes begin to fail.
  fail: 95,
  slack: 1,
} as const satisfies Limits;
