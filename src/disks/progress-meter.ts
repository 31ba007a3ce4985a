// How far a long reading or writing of a device is, and how fast: told once a second, also when nothing
// moves any more.
import type { Clock } from '../base/clock.ts';

export type Progress = {
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Bytes per second of late; null until known. */
  readonly rate: number | null;
  readonly leftS: number | null;
  /** Nothing came for two minutes. */
  readonly stalled: boolean;
};

const STALLED_MS = 120_000;
const TELL_MS = 1000;
/** The rate is that of the last seconds: a disk is slower inside than outside. */
const RATE_SAMPLES = 10;

/** Tells once a second until it is stopped, and then once more. */
export function createMeter(options: {
  readonly bytesTotal: number;
  readonly clock: Clock;
  readonly onProgress: (progress: Progress) => void;
}) {
  const { bytesTotal, clock, onProgress } = options;
  let bytesDone = 0;
  let movedAt = clock.monotonic();
  const samples = [{ at: movedAt, bytes: 0 }];
  const rateNow = (now: number): number | null => {
    const oldest = samples[0];
    if (oldest === undefined || now <= oldest.at) return null;
    return ((bytesDone - oldest.bytes) * 1000) / (now - oldest.at);
  };
  const tell = () => {
    const now = clock.monotonic();
    const rate = rateNow(now);
    samples.push({ at: now, bytes: bytesDone });
    if (samples.length > RATE_SAMPLES) samples.shift();
    const leftS = rate === null || rate <= 0 ? null : Math.round((bytesTotal - bytesDone) / rate);
    onProgress({ bytesDone, bytesTotal, rate, leftS, stalled: now - movedAt >= STALLED_MS });
  };
  const timer = setInterval(tell, TELL_MS);
  return {
    add: (bytes: number) => {
      bytesDone += bytes;
      movedAt = clock.monotonic();
    },
    stop: () => {
      clearInterval(timer);
      tell();
    },
  };
}
