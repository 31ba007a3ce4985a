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

/** Change per minute of the straight line through the samples (least squares). */
export function slopePerMinute(
  samples: readonly { readonly atMs: number; readonly value: number }[],
): number {
  const meanX = mean(samples.map((one) => one.atMs));
  const meanY = mean(samples.map((one) => one.value));
  const above = samples.reduce((total, one) => total + (one.atMs - meanX) * (one.value - meanY), 0);
  const below = samples.reduce((total, one) => total + (one.atMs - meanX) ** 2, 0);
  return (above / below) * 60_000;
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
