// Percentiles of samples.

/** Interpolated between neighbours; NaN for no samples, which no gate passes. */
export function percentile(samples: readonly number[], percent: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const place = ((sorted.length - 1) * percent) / 100;
  const low = sorted[Math.floor(place)];
  const high = sorted[Math.ceil(place)];
  if (low === undefined || high === undefined) return Number.NaN;
  return low + (high - low) * (place - Math.floor(place));
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 50);
}

type Sample = { readonly atMs: number; readonly value: number };

/**
 * Change per minute of the lowest value, from the first half to the second: a heap swings by megabytes
 * between collections, and only its floor tells whether something is kept.
 */
export function floorGrowthPerMinute(samples: readonly Sample[]): number {
  const middle = Math.floor(samples.length / 2);
  const floor = (half: readonly Sample[]) => Math.min(...half.map((one) => one.value));
  const halfSpanMs = ((samples.at(-1)?.atMs ?? 0) - (samples[0]?.atMs ?? 0)) / 2;
  return ((floor(samples.slice(middle)) - floor(samples.slice(0, middle))) / halfSpanMs) * 60_000;
}
