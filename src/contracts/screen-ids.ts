// The screens by name, in the order of their keys; known to the command line without loading any.

export const SCREEN_IDS = [
  'overview',
  'disks',
  'containers',
  'health',
  'pending',
  'stacks',
  'guests',
  'ledger',
] as const;
export type ScreenId = (typeof SCREEN_IDS)[number];
