// How long what failed is left alone: each time twice as long, up to a limit.

export type BackOff = { readonly firstMs: number; readonly longestMs: number };

/** After so many failures in a row; the first is 1. */
export const backOffMs = (failures: number, { firstMs, longestMs }: BackOff): number =>
  Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30));

/** From half of it to all of it, so that not all who lost the same one come back at once. `random`: 0 to 1. */
export const spread = (ms: number, random: number): number => Math.round(ms * (0.5 + random / 2));
