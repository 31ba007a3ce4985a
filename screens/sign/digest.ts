// A digest as people compare it.

/** The first 16 digits in groups of four. */
export const inGroups = (digest: string): string => (digest.slice(0, 16).match(/.{4}/g) ?? []).join(' ');
