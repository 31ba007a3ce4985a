// The limits of a temperature: the sensor's own where it has believable ones, else ours.
import type { TemperatureSensor } from '../contracts/facts/temperatures.ts';
import type { Limits } from './limits.ts';

/** Sensors without a limit say 0, -273 or 65261 (NVMe's -1 in kelvin). */
const believable = (celsius: number | null): celsius is number =>
  celsius !== null && celsius > 30 && celsius < 150;

/** Below a critical limit without a lower warning, this many degrees are early enough. */
const WARN_BEFORE_CRITICAL = 10;
const SLACK = 3;

export function temperatureLimits(
  sensor: Pick<TemperatureSensor, 'high_celsius' | 'critical_celsius'>,
  defaults: { readonly warn: number; readonly fail: number },
  /** How far below the critical limit it is already called critical. */
  failBeforeCritical: number,
): Limits {
  const { high_celsius: high, critical_celsius: critical } = sensor;
  if (believable(critical)) {
    const fail = critical - failBeforeCritical;
    // Intel's high limit often equals the critical one and so warns of nothing.
    return {
      warn: believable(high) && high < fail ? high : critical - WARN_BEFORE_CRITICAL,
      fail,
      slack: SLACK,
    };
  }
  return believable(high)
    ? { warn: high, fail: Math.max(defaults.fail, high + WARN_BEFORE_CRITICAL), slack: SLACK }
    : { ...defaults, slack: SLACK };
}
