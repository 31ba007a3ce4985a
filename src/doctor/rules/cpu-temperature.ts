// A processor near the heat at which it slows itself down, then turns itself off.
import type { TemperatureSensor } from '../../contracts/facts/temperatures.ts';
import { above } from '../limits.ts';
import { defineRule, say } from '../rule.ts';
import { temperatureLimits } from '../temperature-limits.ts';

/** Usual limits of desktop and server processors are 95 to 105. */
const DEFAULTS = { warn: 85, fail: 95 };
/** A processor throttles itself just below its limit and so is never seen above it. */
const FAIL_BEFORE_CRITICAL = 3;
const CPU_CHIPS = /^(?:coretemp|k8temp|k10temp|zenpower|fam15h_power|via_cputemp|x86_pkg_temp|cpu)/;

export const cpuTemperature = defineRule({
  id: 'cpu-temperature',
  title: 'rule.cpu-temperature.title',
  needs: ['temperatures'],
  holdMs: 30_000,
  look: (facts, _now, before) => {
    const hottest = hottestOf(
      facts.temperatures.value.sensors.filter((sensor) => CPU_CHIPS.test(sensor.chip)),
      facts.temperatures.value.cpu_temp_c,
    );
    if (hottest === undefined) return [];
    const limits = temperatureLimits(hottest, DEFAULTS, FAIL_BEFORE_CRITICAL);
    const severity = above(hottest.celsius, limits, before(''));
    if (severity === undefined) return [];
    return [
      {
        subject: '',
        severity,
        what: say('rule.cpu-temperature.what', { now_celsius: hottest.celsius }),
        evidence: [
          say('rule.temperature.limits', {
            sensor: `${hottest.chip} ${hottest.label}`.trim(),
            now_celsius: hottest.celsius,
            warn_celsius: limits.warn,
            fail_celsius: limits.fail ?? limits.warn,
          }),
        ],
        cause: say('rule.cpu-temperature.cause'),
        cure: say('rule.cpu-temperature.cure'),
      },
    ];
  },
});

type Heat = Pick<TemperatureSensor, 'chip' | 'label' | 'celsius' | 'high_celsius' | 'critical_celsius'>;

function hottestOf(sensors: readonly Heat[], packageCelsius: number | null): Heat | undefined {
  const hottest = sensors.toSorted((one, other) => other.celsius - one.celsius)[0];
  if (hottest !== undefined || packageCelsius === null) return hottest;
  return { chip: 'cpu', label: '', celsius: packageCelsius, high_celsius: null, critical_celsius: null };
}
