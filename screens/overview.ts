// Screen 1: the machine at a glance. Panels; Tab moves between them, Enter opens the screen behind one.
import {
  formatBytes,
  formatCelsius,
  formatDuration,
  formatNumber,
  formatRate,
  formatShare,
} from '../src/base/units.ts';
import type { TextKey } from '../src/base/texts/text.ts';
import { valueOf } from '../src/contracts/reading.ts';
import type { ListPlace } from '../state/view.ts';
import type { ScreenId } from '../src/contracts/screen-ids.ts';
import { containerTone } from './containers.ts';
import { gauge, sparkline } from './draw/glyphs.ts';
import { beside, blank, cells, cutLine, fit, segment, type Line, type Segment } from './draw/line.ts';
import {
  factLine,
  freshness,
  freshnessNote,
  lastFacts,
  reasonText,
  toneOfShare,
  type Model,
} from './draw/model.ts';
import type { Screen } from './draw/screen.ts';
import { say, severityOf } from './health.ts';

const TWO_COLUMNS_FROM = 100;
const LABEL_WIDTH = 13;
const SPARK_WIDTH = 24;
const VALUE_WIDTH = 26;
const FILESYSTEMS_SHOWN = 8;
const FINDINGS_SHOWN = 5;
const BUSIEST_SHOWN = 5;

type Panel = {
  readonly title: (model: Model) => string;
  readonly opens: ScreenId;
  readonly lines: (model: Model, width: number) => readonly Line[];
  readonly side: 'left' | 'right';
};

const host: Panel = {
  title: (model) => model.text('overview.host'),
  opens: 'health',
  side: 'left',
  lines: (model, width) => [
    row(
      model,
      'overview.cpu',
      factLine(model, 'cpu', (cpu) => {
        if (cpu.use === null) return [segment(model.text('freshness.waiting'), 'dim')];
        const { use } = cpu;
        const share = (value: number) => formatShare(value, model.text.language);
        return [
          ...value(
            `${share(use.busy)} ${model.text('overview.threads', { threads: cpu.threads })}`,
            toneOfShare(use.busy, 0.8, 0.95),
          ),
          ...spark(model, 'cpu', 1, width),
        ];
      }),
    ),
    row(
      model,
      undefined,
      factLine(model, 'cpu', (cpu) => {
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
      factLine(model, 'load', (load) => {
        const threads = lastFacts(model, 'cpu')?.threads ?? 1;
        const two = (number: number) => formatNumber(number, 2, model.text.language);
        return [
          ...value(
            `${two(load.load1)} ${two(load.load5)} ${two(load.load15)}`,
            toneOfShare(load.load1 / threads, 1.5, 3),
          ),
          ...spark(model, 'load', Math.max(threads, ...model.history.load.map((each) => each ?? 0)), width),
        ];
      }),
    ),
    row(
      model,
      'overview.memory',
      factLine(model, 'memory', (memory) => {
        const share = memory.memory_used / memory.memory_total;
        const { language } = model.text;
        return [
          ...value(
            `${formatBytes(memory.memory_used, language)} / ${formatBytes(memory.memory_total, language)}`,
            toneOfShare(share, 0.9, 0.96),
          ),
          ...spark(model, 'memory', 1, width),
        ];
      }),
    ),
    row(
      model,
      'overview.available',
      factLine(model, 'memory', (memory) => {
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
      factLine(model, 'temperatures', (temperatures) => {
        if (temperatures.cpu_temp_c === null) return [segment(model.text('overview.no-sensor'), 'dim')];
        return [
          ...value(
            formatCelsius(temperatures.cpu_temp_c, model.text.language),
            toneOfShare(temperatures.cpu_temp_c, 85, 95),
          ),
          ...spark(model, 'cpu_temp', 100, width),
        ];
      }),
    ),
    row(
      model,
      'overview.pressure',
      factLine(model, 'pressure', (pressure) => {
        const part = (name: string, resource: typeof pressure.cpu) =>
          resource === null ? '' : `${name} ${formatNumber(resource.some.avg10, 1, model.text.language)} `;
        return [
          ...value(
            `${part('cpu', pressure.cpu)}${part('mem', pressure.memory)}${part('io', pressure.io)}`.trim(),
            toneOfShare(pressure.io?.some.avg10 ?? 0, 30, 60),
          ),
          ...spark(model, 'pressure_io', 100, width),
        ];
      }),
    ),
    row(model, 'overview.network', rates(model, 'network', width)),
    row(model, 'overview.disks', rates(model, 'disks', width)),
    row(
      model,
      'overview.uptime',
      factLine(model, 'uptime', (uptime) => {
        const clock = valueOf(model.observations.time_sync?.reading);
        const sync =
          clock === undefined
            ? ''
            : model.text(clock.synchronised ? 'overview.clock-ok' : 'overview.clock-off');
        return [
          segment(fit(formatDuration(uptime.uptime_s * 1000, model.text.language), VALUE_WIDTH)),
          segment(sync, clock?.synchronised === false ? 'warn' : 'dim'),
        ];
      }),
    ),
  ],
};

const busiest: Panel = {
  title: (model) => model.text('overview.busiest'),
  opens: 'containers',
  side: 'left',
  lines: (model, width) => {
    const note = freshnessNote(model, 'processes');
    const facts = lastFacts(model, 'processes');
    if (facts === undefined) return note === undefined ? [] : [[note]];
    const nameWidth = Math.max(12, width - 40);
    const lines: Line[] = facts.top_cpu
      .slice(0, BUSIEST_SHOWN)
      .map((process) => [
        segment(fit(segment(process.name).text, nameWidth)),
        segment(
          fit(
            process.cpu === null ? model.glyphs.dash : formatShare(process.cpu, model.text.language),
            8,
            'right',
          ),
        ),
        segment(fit(formatBytes(process.rss_bytes, model.text.language), 11, 'right')),
        segment(`  ${process.owner ?? ''}`, 'dim'),
      ]);
    const groups = facts.cgroups.filter(
      (group) => group.kind === 'lxc' || group.kind === 'qemu' || group.kind === 'docker',
    );
    for (const group of groups.slice(0, BUSIEST_SHOWN)) {
      lines.push([
        segment(fit(segment(group.name).text, nameWidth), 'info'),
        segment(
          fit(
            group.cpu === null ? model.glyphs.dash : formatShare(group.cpu, model.text.language),
            8,
            'right',
          ),
        ),
        segment(
          fit(
            group.memory_bytes === null
              ? model.glyphs.dash
              : formatBytes(group.memory_bytes, model.text.language),
            11,
            'right',
          ),
        ),
      ]);
    }
    const summary = model.text('overview.processes', {
      total: facts.total,
      blocked: facts.blocked,
      zombies: facts.zombies,
    });
    return [
      ...lines,
      [
        segment(summary, facts.blocked > 0 ? 'warn' : 'dim'),
        ...(note === undefined ? [] : [segment('  '), note]),
      ],
    ];
  },
};

const findings: Panel = {
  title: (model) => model.text('overview.findings'),
  opens: 'health',
  side: 'right',
  lines: (model, width) => {
    if (model.examination === undefined) return [[segment(model.text('freshness.waiting'), 'dim')]];
    const { findings: all, rules } = model.examination;
    const unknown = rules.filter((rule) => rule.state === 'unknown').length;
    const tail: Line[] =
      unknown === 0 ? [] : [[segment(model.text('overview.unknown-rules', { count: unknown }), 'dim')]];
    if (all.length === 0) {
      return [
        [
          segment(
            `${model.glyphs.good} ${model.text('health.fine', { rules: rules.length - unknown })}`,
            'good',
          ),
        ],
        ...tail,
      ];
    }
    const shown = all.slice(0, FINDINGS_SHOWN).map((finding) => {
      const age = formatDuration(model.nowMs - finding.since, model.text.language);
      const head = severityOf(model, finding.severity);
      const room = width - cells(head.text) - cells(age) - 2;
      return [
        head,
        segment(' '),
        segment(fit(segment(say(model, finding.what)).text, Math.max(1, room))),
        segment(` ${age}`, 'dim'),
      ];
    });
    const more: Line[] =
      all.length > FINDINGS_SHOWN
        ? [[segment(model.text('overview.more', { count: all.length - FINDINGS_SHOWN }), 'dim')]]
        : [];
    return [...shown, ...more, ...tail];
  },
};

const storage: Panel = {
  title: (model) => model.text('overview.storage'),
  opens: 'disks',
  side: 'right',
  lines: (model, width) => {
    const note = freshnessNote(model, 'filesystems');
    const facts = lastFacts(model, 'filesystems');
    if (facts === undefined) return note === undefined ? [] : [[note]];
    const nameWidth = Math.max(8, width - 42);
    const lines = facts.filesystems.slice(0, FILESYSTEMS_SHOWN).map((filesystem): Line => {
      const name = segment(fit(segment(filesystem.mount_point).text, nameWidth));
      const { fill } = filesystem;
      if (fill.state !== 'ok') return [name, segment(` ${reasonText(model.text, fill)}`, 'bad')];
      const { value: of } = fill;
      const tone = toneOfShare(of.used_share, 0.85, 0.95);
      return [
        name,
        segment(` ${gauge(of.used_share, 10, model.glyphs)}`, tone === 'plain' ? 'info' : tone),
        segment(fit(formatShare(of.used_share, model.text.language), 7, 'right'), tone),
        segment(
          ` ${model.text('overview.free', { free: formatBytes(of.available_bytes, model.text.language) })}`,
          'dim',
        ),
      ];
    });
    const hidden = facts.filesystems.length - FILESYSTEMS_SHOWN;
    return [
      ...lines,
      ...(hidden > 0 ? [[segment(model.text('overview.more', { count: hidden }), 'dim')]] : []),
      ...heat(model),
      ...(note === undefined ? [] : [[note]]),
    ];
  },
};

const containers: Panel = {
  title: (model) => model.text('overview.containers'),
  opens: 'containers',
  side: 'right',
  lines: (model) => {
    const facts = lastFacts(model, 'containers');
    const note = freshnessNote(model, 'containers');
    if (facts === undefined) return note === undefined ? [] : [[note]];
    const protectedOnes = facts.containers.filter((container) => container.protected);
    const running = facts.containers.filter((container) => container.state === 'running').length;
    return [
      ...protectedOnes.map((container): Line => [
        segment(`${model.glyphs.lock} ${fit(segment(container.name).text, 16)}`),
        segment(fit(container.state, 12), containerTone(container)),
        segment(container.status, 'dim'),
      ]),
      [
        segment(model.text('overview.running', { running, total: facts.containers.length }), 'dim'),
        ...(note === undefined ? [] : [segment('  '), note]),
      ],
    ];
  },
};

const pending: Panel = {
  title: (model) => model.text('overview.pending'),
  opens: 'pending',
  side: 'right',
  lines: (model) => [[segment(model.text('overview.no-agent'), 'dim')]],
};

const PANELS: readonly Panel[] = [host, busiest, findings, storage, containers, pending];

export const overviewScreen: Screen = {
  id: 'overview',
  title: 'screen.overview',
  place: 'panels',
  badge: () => undefined,
  ids: () => [],
  sortable: [],
  detail: () => undefined,
  copies: () => [],
  raw: () => undefined,
  panels: PANELS.map((panel) => panel.opens),
  body: (model, place, box, focus) => scrolled(composed(model, box.width, focus), place, box.height),
};

function composed(model: Model, width: number, focus: number): readonly Line[] {
  const draw = (side: Panel['side'] | undefined, columnWidth: number): Line[] =>
    PANELS.flatMap((panel, index) =>
      side !== undefined && panel.side !== side
        ? []
        : [
            titleLine(model, panel.title(model), columnWidth, index === focus),
            ...panel.lines(model, columnWidth).map((each) => cutLine(each, columnWidth)),
            blank,
          ],
    );
  if (width < TWO_COLUMNS_FROM) return draw(undefined, width);
  const left = Math.floor((width - 2) / 2);
  const right = width - 2 - left;
  return beside(draw('left', left), draw('right', right), left, right);
}

function titleLine(model: Model, title: string, width: number, focused: boolean): Line {
  const sign = focused ? `${model.glyphs.cursor} ` : '';
  const text = `${sign}${title} `;
  return [segment(text, 'title'), segment(model.glyphs.rule.repeat(Math.max(0, width - cells(text))), 'dim')];
}

/** The overview scrolls by lines; its list place holds the first visible one. */
function scrolled(lines: readonly Line[], place: ListPlace, height: number): readonly Line[] {
  const from = Math.min(place.cursorIndex, Math.max(0, lines.length - height));
  return lines.slice(from, from + height);
}

/** How many lines the overview would take, so that scrolling knows its end. */
export const overviewHeight = (model: Model, width: number): number => composed(model, width, 0).length;

const row = (model: Model, label: TextKey | undefined, rest: Line): Line => [
  segment(fit(label === undefined ? '' : model.text(label), LABEL_WIDTH), 'dim'),
  ...rest,
];

const value = (text: string, tone: Segment['tone']): Line => [segment(`${fit(text, VALUE_WIDTH)} `, tone)];

function spark(model: Model, series: keyof Model['history'], max: number, width: number): Line {
  const room = Math.min(SPARK_WIDTH, width - LABEL_WIDTH - VALUE_WIDTH - 1);
  return room < 4 ? [] : [segment(sparkline(model.history[series], room, max, model.glyphs), 'info')];
}

/** Bytes per second in and out, with the sparkline of their sum. */
function rates(model: Model, subject: 'network' | 'disks', width: number): Line {
  const [first, second] =
    subject === 'network' ? (['network_rx', 'network_tx'] as const) : (['disk_read', 'disk_write'] as const);
  const note = freshnessNote(model, subject);
  const inNow = model.history[first].at(-1);
  const outNow = model.history[second].at(-1);
  if (freshness(model, subject) !== 'live' && note !== undefined) return [note];
  if (inNow === undefined || inNow === null || outNow === undefined || outNow === null) {
    return [
      segment(
        model.text(
          lastFacts(model, subject) === undefined || model.history[first].length < 3
            ? 'freshness.waiting'
            : 'word.none',
        ),
        'dim',
      ),
    ];
  }
  const sums = model.history[first].map((each, index) => {
    const other = model.history[second][index];
    return each === null || other === null || other === undefined ? null : each + other;
  });
  const text = model.text(subject === 'network' ? 'overview.rx-tx' : 'overview.read-write', {
    in: formatRate(inNow, model.text.language),
    out: formatRate(outNow, model.text.language),
  });
  const room = Math.min(SPARK_WIDTH, width - LABEL_WIDTH - VALUE_WIDTH - 1);
  const drawn =
    room < 4 ? '' : sparkline(sums, room, Math.max(1, ...sums.map((each) => each ?? 0)), model.glyphs);
  return [...value(text, 'plain'), segment(drawn, 'info')];
}

/** Disk temperatures, as SMART or the disks' own sensors tell. */
function heat(model: Model): Line[] {
  const disks = (lastFacts(model, 'smart')?.disks ?? []).flatMap((disk) => {
    const celsius = valueOf(disk.report)?.temperature_c ?? null;
    return celsius === null
      ? []
      : [`${disk.device.replace('/dev/', '')} ${formatCelsius(celsius, model.text.language)}`];
  });
  return disks.length === 0 ? [] : [[segment(`SMART: ${disks.join('  ')}`, 'dim')]];
}
