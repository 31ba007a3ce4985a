// Which steps of a guest's controller take something away that runs; the others make or start what is not there.

export const INTERRUPTS = {
  'create-network': false,
  'remove-network': true,
  'connect-self': false,
  canary: false,
  create: false,
  start: false,
  unpause: false,
  stop: true,
  recreate: true,
  replace: true,
  adopt: false,
  connect: false,
  'update-limits': false,
  'restore-files': true,
  'remove-leftover': false,
} as const;

const quiet = new Set(Object.entries(INTERRUPTS).flatMap(([kind, interrupts]) => (interrupts ? [] : [kind])));

/** One that only a newer controller knows may interrupt as well. */
export const interrupts = (kind: string): boolean => !quiet.has(kind);
