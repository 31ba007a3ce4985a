// Figures for monitoring systems, as the monitoring plugins' guidelines write them:
// 'label'=value[unit];[warn];[crit];[min];[max]
import type { Perfdatum } from '../contracts/outputs.ts';
import { makeHarmless } from '../contracts/harmless.ts';
import { valueOf } from '../contracts/reading.ts';
import { fillLimitsPercent } from '../doctor/fill-limits.ts';
import { listFillable } from '../doctor/fillable.ts';
import type { FactMap } from '../doctor/rule.ts';

/** What is not known is left out: a gap in the graph, not a 0. */
export function listPerfdata(facts: FactMap): readonly Perfdatum[] {
  const load = valueOf(facts.load);
  const cpu = valueOf(facts.cpu)?.use;
  const memory = valueOf(facts.memory);
  const celsius = valueOf(facts.temperatures)?.cpu_temp_c;
  const filesystems = valueOf(facts.filesystems)?.filesystems ?? [];
  return [
    ...(load === undefined
      ? []
      : [
          figure('load1', load.load1, ''),
          figure('load5', load.load5, ''),
          figure('load15', load.load15, ''),
        ]),
    ...(cpu === null || cpu === undefined ? [] : [percent('cpu', cpu.busy)]),
    ...(memory === undefined ? [] : [bytes('memory_used', memory.memory_used, memory.memory_total)]),
    ...(memory === undefined || memory.swap_total === 0
      ? []
      : [bytes('swap_used', memory.swap_used, memory.swap_total)]),
    ...(celsius === null || celsius === undefined ? [] : [{ ...figure('cpu_temp', celsius, ''), min: null }]),
    ...listFillable(filesystems).map(({ filesystem, fill }) => ({
      ...percent(`fs_${filesystem.mount_point}`, fill.used_share),
      warn: fillLimitsPercent.warn,
      crit: fillLimitsPercent.fail,
    })),
  ];
}

/** A label may not hold `=` nor a quote, and a `|` anywhere would end the figures. */
export function formatPerfdatum({ label, value, unit, warn, crit, min, max }: Perfdatum): string {
  const safe = makeHarmless(label).replace(/['=|]/g, '_');
  const limits = [warn, crit, min, max].map((limit) => (limit === null ? '' : String(limit)));
  // Empty fields at the end are left out.
  return [`'${safe}'=${value}${unit}`, ...limits].join(';').replace(/;+$/, '');
}

const figure = (label: string, value: number, unit: Perfdatum['unit']): Perfdatum => ({
  label,
  value: Math.round(value * 100) / 100,
  unit,
  warn: null,
  crit: null,
  min: 0,
  max: null,
});

const percent = (label: string, share: number): Perfdatum => ({
  ...figure(label, share * 100, '%'),
  max: 100,
});
const bytes = (label: string, value: number, max: number): Perfdatum => ({
  ...figure(label, value, 'B'),
  max,
});
