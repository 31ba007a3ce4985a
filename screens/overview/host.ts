// The machine itself: processor, load, memory, temperature, pressure, network, disks, uptime.
import {
  formatBytes,
  formatCelsius,
  formatDuration,
  formatNumber,
  formatRate,
  formatShare,
} from '../../src/base/units.ts';
import { valueOf } from '../../src/contracts/reading.ts';
import { segment, type Line } from '../draw/line.ts';
import {
  besideNote,
  factLine,
  freshness,
  freshnessNote,
  lastFacts,
  toneOfRules,
  type Model,
} from '../draw/model.ts';
import { besideLabel, row, spark, value, type Panel } from './panel.ts';

export const hostPanel: Panel = {
  title: 'overview.host',
  opens: 'health',
  side: 'left',
  lines: (model, width) => [
    row(
      model,
      'overview.cpu',
      factLine(model, 'cpu', besideLabel(width), (cpu) => {
        if (cpu.use === null) return [segment(model.text('freshness.waiting'), 'dim')];
        const { use } = cpu;
        const share = (value: number) => formatShare(value, model.text.language);
        return [
          value(
            `${share(use.busy)} ${model.text('overview.threads', { threads: cpu.threads })}`,
            toneOfRules(model, ['pressure'], (resource) => resource === 'cpu'),
          ),
          spark(model, model.history.cpu, 1, width),
        ];
      }),
    ),
    row(
      model,
      undefined,
      factLine(model, 'cpu', besideLabel(width), (cpu) => {
        if (cpu.use === null) return [segment(model.text('freshness.waiting'), 'dim')];
        const share = (value: number) => formatShare(value, model.text.language);
        const { user, system, iowait, steal } = cpu.use;
        return [
          segment(
            model.text('overview.split', {
              user: share(user),
              system: share(system),
              iowait: share(iowait),
              steal: share(steal),
            }),
            'dim',
          ),
        ];
      }),
    ),
    row(
      model,
      'overview.load',
      factLine(model, 'load', besideLabel(width), (load) => {
        const threads = lastFacts(model, 'cpu')?.threads ?? 1;
        const two = (number: number) => formatNumber(number, 2, model.text.language);
        return [
          value(`${two(load.load1)} ${two(load.load5)} ${two(load.load15)}`, toneOfRules(model, ['load'])),
          spark(
            model,
            model.history.load,
            Math.max(threads, ...model.history.load.map((each) => each ?? 0)),
            width,
          ),
        ];
      }),
    ),
    row(
      model,
      'overview.memory',
      factLine(model, 'memory', besideLabel(width), (memory) => {
        const { language } = model.text;
        return [
          value(
            `${formatBytes(memory.memory_used, language)} / ${formatBytes(memory.memory_total, language)}`,
            toneOfRules(model, ['memory', 'swap']),
          ),
          spark(model, model.history.memory, 1, width),
        ];
      }),
    ),
    row(
      model,
      'overview.available',
      factLine(model, 'memory', besideLabel(width), (memory) => {
        const { language } = model.text;
        const swap =
          memory.swap_total === 0
            ? model.text('overview.no-swap')
            : model.text('overview.swap', {
                used: formatBytes(memory.swap_used, language),
                total: formatBytes(memory.swap_total, language),
              });
        const arc = memory.arc_size === null ? '' : ` ARC ${formatBytes(memory.arc_size, language)}`;
        return [segment(`${formatBytes(memory.memory_available, language)}  ${swap}${arc}`, 'dim')];
      }),
    ),
    row(
      model,
      'overview.temperature',
      factLine(model, 'temperatures', besideLabel(width), (temperatures) => {
        if (temperatures.cpu_temp_c === null) return [segment(model.text('overview.no-sensor'), 'dim')];
        return [
          value(
            formatCelsius(temperatures.cpu_temp_c, model.text.language),
            toneOfRules(model, ['cpu-temperature']),
          ),
          spark(model, model.history.cpu_temp, 100, width),
        ];
      }),
    ),
    row(
      model,
      'overview.pressure',
      factLine(model, 'pressure', besideLabel(width), (pressure) => {
        const part = (name: string, resource: typeof pressure.cpu) =>
          resource === null ? '' : `${name} ${formatNumber(resource.some.avg10, 1, model.text.language)} `;
        return [
          value(
            `${part('cpu', pressure.cpu)}${part('mem', pressure.memory)}${part('io', pressure.io)}`.trim(),
            toneOfRules(model, ['pressure']),
          ),
          spark(model, model.history.pressure_io, 100, width),
        ];
      }),
    ),
    row(model, 'overview.network', rates(model, 'network', width)),
    row(model, 'overview.disks', rates(model, 'disks', width)),
    row(
      model,
      'overview.uptime',
      factLine(model, 'uptime', besideLabel(width), (uptime) => {
        const clock = valueOf(model.observations.time_sync?.reading);
        const sync =
          clock === undefined
            ? ''
            : model.text(clock.synchronised ? 'overview.clock-ok' : 'overview.clock-off');
        return [
          value(formatDuration(uptime.uptime_s * 1000, model.text.language)),
          segment(sync, clock?.synchronised === false ? 'warn' : 'dim'),
        ];
      }),
    ),
  ],
};

/** Bytes per second in and out, with the sparkline of their sum. */
function rates(model: Model, subject: 'network' | 'disks', width: number): Line {
  const { history, text } = model;
  const [inward, outward] =
    subject === 'network'
      ? [history.network_rx, history.network_tx]
      : [history.disk_read, history.disk_write];
  const note = freshnessNote(model, subject);
  const inNow = inward.at(-1) ?? null;
  const outNow = outward.at(-1) ?? null;
  if (inNow === null || outNow === null) {
    if (freshness(model, subject) !== 'live' && note !== undefined) return [note];
    const early = lastFacts(model, subject) === undefined || inward.length < SAMPLES_OF_A_RATE;
    return [segment(text(early ? 'freshness.waiting' : 'word.none'), 'dim')];
  }
  const sums = inward.map((each, index) => {
    const other = outward[index] ?? null;
    return each === null || other === null ? null : each + other;
  });
  const words = text(subject === 'network' ? 'overview.rx-tx' : 'overview.read-write', {
    in: formatRate(inNow, text.language),
    out: formatRate(outNow, text.language),
  });
  const most = Math.max(1, ...sums.map((each) => each ?? 0));
  return besideNote([value(words), spark(model, sums, most, width)], note, besideLabel(width));
}

/** A rate needs two samples; before the third nothing is said to be missing. */
const SAMPLES_OF_A_RATE = 3;
