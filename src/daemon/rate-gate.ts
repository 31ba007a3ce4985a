// Token buckets by key: who asks too often is told when to come again.
import type { Clock } from '../base/clock.ts';

export type Rate = { readonly perS: number; readonly burst: number };

export type RateGate = {
  /** Takes one; gives the seconds to wait when there is none, else 0. */
  readonly take: (key: string) => number;
};

type Bucket = { level: number; at: number };

/** More keys than this are addresses of a flood: full buckets are forgotten first, then the oldest. */
const MAX_KEYS = 4096;

export function createRateGate(rate: Rate, clock: Clock): RateGate {
  const buckets = new Map<string, Bucket>();
  const levelOf = (bucket: Bucket, now: number) =>
    Math.min(rate.burst, bucket.level + ((now - bucket.at) / 1000) * rate.perS);

  const makeRoom = (now: number) => {
    for (const [key, bucket] of buckets) if (levelOf(bucket, now) >= rate.burst) buckets.delete(key);
    for (const key of buckets.keys()) {
      if (buckets.size < MAX_KEYS) break;
      buckets.delete(key);
    }
  };

  return {
    take: (key) => {
      const now = clock.monotonic();
      let bucket = buckets.get(key);
      if (bucket === undefined) {
        if (buckets.size >= MAX_KEYS) makeRoom(now);
        bucket = { level: rate.burst, at: now };
        buckets.set(key, bucket);
      }
      bucket.level = levelOf(bucket, now);
      bucket.at = now;
      if (bucket.level < 1) return Math.max(1, Math.ceil((1 - bucket.level) / rate.perS));
      bucket.level -= 1;
      return 0;
    },
  };
}
