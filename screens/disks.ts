// Screen 2: the tree of disks and partitions with their flags, and all that is known of each.
import { formatBytes, formatCelsius, formatRate, formatShare } from '../src/base/units.ts';
import type { BlockDevice } from '../src/contracts/facts/disks.ts';
import type { SmartDisk, SmartReport, SmartVerdict } from '../src/contracts/facts/smart.ts';
import { valueOf } from '../src/contracts/reading.ts';
import { defineList, field } from './draw/define-list.ts';
import { segment, wrap, type Line, type Tone } from './draw/line.ts';
import { freshnessNote, lastFacts, reasonText, type Model } from './draw/model.ts';
import type { DetailTab, DetailTable } from './draw/screen.ts';

type Row = {
  readonly device: BlockDevice;
  /** The branch of the tree before the name. */
  readonly branch: string;
  readonly smart: SmartDisk | undefined;
};

const KIND_ORDER = [
  'disk',
  'md',
  'dm',
  'rom',
  'zram',
  'other',
  'loop',
  'partition',
] as const satisfies readonly BlockDevice['kind'][];
const VERDICT_TONE: { readonly [V in BlockDevice['verdict']]: Tone } = {
  blank_proven: 'good',
  in_use: 'info',
  data: 'info',
  unverified: 'warn',
  unknown: 'warn',
};
export const verdictTone = (verdict: BlockDevice['verdict']): Tone => VERDICT_TONE[verdict];
const SMART_TONE: { readonly [V in SmartVerdict]: Tone } = {
  passed: 'good',
  failing: 'bad',
  prefail: 'bad',
  worn: 'warn',
  unknown: 'dim',
};

const dash = (model: Model) => segment(model.glyphs.dash, 'dim');
const words = (model: Model, text: string | null) =>
  text === null || text === '' ? dash(model) : segment(text);
const reportOf = (row: Row): SmartReport | undefined => valueOf(row.smart?.report);

export const disksScreen = defineList<Row>({
  id: 'disks',
  title: 'screen.disks',
  badge: (model) => {
    const devices = lastFacts(model, 'disks')?.devices;
    return devices === undefined
      ? undefined
      : { text: String(devices.filter((device) => device.kind === 'disk').length), tone: 'dim' };
  },
  inputs: (model) => [model.observations.disks?.lastOk, model.observations.smart?.lastOk, model.glyphs],
  rows: (model) => treeOf(model),
  rowId: (row) => row.device.name,
  columns: [
    {
      id: 'name',
      title: 'column.device',
      width: 14,
      rank: 1,
      cell: (row) => segment(row.branch + row.device.name, row.device.kind === 'disk' ? 'strong' : 'plain'),
      sortBy: (row) => row.device.name,
    },
    {
      id: 'flag',
      title: 'column.flag',
      width: 10,
      rank: 2,
      cell: (row, model) =>
        segment(model.text(`verdict.${row.device.verdict}`), VERDICT_TONE[row.device.verdict]),
      sortBy: (row) => row.device.verdict,
    },
    {
      id: 'size',
      title: 'column.size',
      width: 9,
      align: 'right',
      rank: 3,
      cell: (row, model) => segment(formatBytes(row.device.size_bytes, model.text.language)),
      sortBy: (row) => row.device.size_bytes,
    },
    {
      id: 'type',
      title: 'column.kind',
      width: 9,
      rank: 7,
      cell: (row, model) => segment(model.text(`device.${row.device.kind}`), 'dim'),
      sortBy: (row) => row.device.kind,
    },
    {
      id: 'content',
      title: 'column.content',
      width: 12,
      rank: 5,
      cell: (row, model) => words(model, contentOf(row.device)),
      sortBy: (row) => contentOf(row.device),
    },
    {
      id: 'mounts',
      title: 'column.mounts',
      width: 14,
      grows: true,
      rank: 4,
      cell: (row, model) => words(model, usedAs(row.device, model)),
      sortBy: (row) => row.device.mount_points[0] ?? null,
    },
    {
      id: 'health',
      title: 'column.smart',
      width: 9,
      rank: 6,
      cell: (row, model) => smartCell(row, model),
      sortBy: (row) => reportOf(row)?.verdict ?? null,
    },
    {
      id: 'celsius',
      title: 'column.temperature',
      width: 6,
      align: 'right',
      rank: 8,
      cell: (row, model) => {
        const celsius = reportOf(row)?.temperature_c ?? null;
        return celsius === null ? dash(model) : segment(formatCelsius(celsius, model.text.language));
      },
      sortBy: (row) => reportOf(row)?.temperature_c ?? null,
    },
    {
      id: 'busy',
      title: 'column.busy',
      width: 6,
      align: 'right',
      rank: 9,
      cell: (row, model) => {
        const busy = row.device.io?.busy ?? null;
        return busy === null ? dash(model) : segment(formatShare(busy, model.text.language));
      },
      sortBy: (row) => row.device.io?.busy ?? null,
    },
    {
      id: 'model',
      title: 'column.model',
      width: 16,
      grows: true,
      rank: 10,
      cell: (row, model) => words(model, row.device.model),
      sortBy: (row) => row.device.model,
    },
    {
      id: 'id',
      title: 'column.durable-id',
      width: 28,
      grows: true,
      rank: 11,
      cell: (row, model) => words(model, row.device.durable_id),
      sortBy: (row) => row.device.durable_id,
    },
    {
      id: 'wear',
      title: 'column.wear',
      width: 6,
      align: 'right',
      rank: 12,
      cell: (row, model) => {
        const wear = reportOf(row)?.wear_percent ?? null;
        return wear === null ? dash(model) : segment(`${wear} %`);
      },
      sortBy: (row) => reportOf(row)?.wear_percent ?? null,
    },
    {
      id: 'hours',
      title: 'column.hours',
      width: 7,
      align: 'right',
      rank: 13,
      cell: (row, model) => {
        const hours = reportOf(row)?.power_on_hours ?? null;
        return hours === null ? dash(model) : segment(String(hours));
      },
      sortBy: (row) => reportOf(row)?.power_on_hours ?? null,
    },
  ],
  twoLines: [
    ['name', 'flag', 'size', 'health'],
    ['content', 'mounts', 'model'],
  ],
  detail: (row, model) => ({
    title: row.device.path,
    tabs: [{ title: 'tab.facts', lines: (width) => facts(row, model, width) }, ...smartTabs(row, model)],
  }),
  copies: ({ device }) => [
    { label: 'field.path', value: device.path },
    ...(device.serial === null ? [] : [{ label: 'field.serial', value: device.serial } as const]),
    ...(device.durable_id === null ? [] : [{ label: 'field.durable-id', value: device.durable_id } as const]),
    ...(device.uuid === null ? [] : [{ label: 'field.uuid', value: device.uuid } as const]),
  ],
  raw: (row) => ({ ...row.device, smart: row.smart?.report ?? null }),
  empty: (model, width) => wrap(model.text('disks.empty'), width, 'dim'),
  notice: (model) => {
    const note = freshnessNote(model, 'disks');
    return note === undefined ? undefined : [note];
  },
});

/** Disks in the kernel's order, loops last, each followed by what lies on it. */
function treeOf(model: Model): Row[] {
  const devices = lastFacts(model, 'disks')?.devices ?? [];
  const reports = lastFacts(model, 'smart')?.disks ?? [];
  const names = new Set(devices.map((device) => device.name));
  const childrenOf = new Map<string, BlockDevice[]>();
  for (const device of devices) {
    for (const parent of device.parents) childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), device]);
  }
  const rows: Row[] = [];
  const shown = new Set<string>();
  const add = (device: BlockDevice, indent: string, sign: string) => {
    // A device with two parents (a mirror) is shown once, below the first.
    if (shown.has(device.name)) return;
    shown.add(device.name);
    rows.push({
      device,
      branch: indent + sign,
      smart: reports.find((report) => report.device === device.path),
    });
    const children = childrenOf.get(device.name) ?? [];
    children.forEach((child, index) => {
      const last = index === children.length - 1;
      add(child, sign === '' ? indent : `${indent}  `, last ? model.glyphs.lastBranch : model.glyphs.branch);
    });
  };
  const roots = devices.filter((device) => !device.parents.some((parent) => names.has(parent)));
  for (const kind of KIND_ORDER) {
    for (const device of roots) if (device.kind === kind) add(device, '', '');
  }
  return rows;
}

const contentOf = (device: BlockDevice): string | null =>
  device.fs_type === null
    ? null
    : device.label === null
      ? device.fs_type
      : `${device.fs_type} ${device.label}`;

function usedAs(device: BlockDevice, model: Model): string | null {
  if (device.mount_points.length > 0) return device.mount_points.join(' ');
  if (device.swap) return model.text('disks.swap');
  return device.backing_file;
}

function smartCell(row: Row, model: Model) {
  if (row.device.kind !== 'disk' || row.smart === undefined) return dash(model);
  const { report } = row.smart;
  if (report.state !== 'ok') {
    return segment(model.text(report.code === 'asleep' ? 'smart.asleep' : 'smart.unreadable'), 'dim');
  }
  return segment(model.text(`smart.${report.value.verdict}`), SMART_TONE[report.value.verdict]);
}

function facts({ device, smart }: Row, model: Model, width: number): Line[] {
  const { text } = model;
  const yesNo = (value: boolean | null) =>
    value === null ? model.glyphs.dash : text(value ? 'word.yes' : 'word.no');
  const missing = model.glyphs.dash;
  const lines: Line[] = [
    field(text('field.flag'), segment(text(`verdict.${device.verdict}`), VERDICT_TONE[device.verdict])),
    field('', segment(text('disks.unverified'), 'dim')),
    field(text('field.durable-id'), device.durable_id ?? `${missing} ${device.durable_id_reason ?? ''}`),
    field(text('field.size'), `${formatBytes(device.size_bytes, text.language)} (${device.size_bytes} B)`),
    field(text('field.model'), device.model ?? missing),
    field(text('field.serial'), device.serial ?? missing),
    field(text('field.transport'), device.transport ?? missing),
    field(text('field.rotational'), yesNo(device.rotational)),
    field(text('field.removable'), yesNo(device.removable)),
    field(text('field.read-only'), yesNo(device.read_only)),
    field(text('field.content'), contentOf(device) ?? missing),
    field(text('field.uuid'), device.uuid ?? missing),
    field(text('field.mounts'), usedAs(device, model) ?? missing),
    field(text('field.lies-on'), device.parents.join(' ') || missing),
    field(text('field.number'), device.device_number),
  ];
  if (device.io !== null && device.io.read_rate !== null && device.io.write_rate !== null) {
    const { read_rate: read, write_rate: write } = device.io;
    lines.push(
      field(
        text('field.io'),
        text('disks.io', { read: formatRate(read, text.language), write: formatRate(write, text.language) }),
      ),
    );
  }
  if (smart !== undefined && smart.report.state !== 'ok') {
    lines.push(field(text('field.smart'), segment(reasonText(text, smart.report), 'warn')));
  }
  if (device.kind === 'disk' && smart === undefined) {
    const note = freshnessNote(model, 'smart') ?? segment(text('disks.no-smart'), 'dim');
    lines.push(field(text('field.smart'), note));
  }
  return lines.flatMap((each) => (width < 40 ? wrap(each.map((part) => part.text).join(''), width) : [each]));
}

function smartTabs(row: Row, model: Model): DetailTab[] {
  const report = reportOf(row);
  if (report === undefined) return [];
  const { text } = model;
  const missing = model.glyphs.dash;
  const number = (value: number | null, unit = '') => (value === null ? missing : `${value}${unit}`);
  const summary: Line[] = [
    field(text('field.smart'), segment(text(`smart.${report.verdict}`), SMART_TONE[report.verdict])),
    field(
      text('field.temperature'),
      report.temperature_c === null ? missing : formatCelsius(report.temperature_c, text.language),
    ),
    field(text('field.wear'), number(report.wear_percent, ' %')),
    field(text('field.hours'), number(report.power_on_hours)),
    field(text('field.reallocated'), number(report.reallocated_sectors)),
    field(text('field.pending-sectors'), number(report.pending_sectors)),
    field(text('field.uncorrectable'), number(report.uncorrectable_errors)),
    field(text('field.media-errors'), number(report.media_errors)),
    field(text('field.firmware'), report.firmware ?? missing),
  ];
  const tab: DetailTab = { title: 'tab.smart', lines: () => summary };
  return report.attributes.length === 0
    ? [tab]
    : [tab, { title: 'tab.attributes', lines: () => [], table: attributeTable(report, model) }];
}

function attributeTable(report: SmartReport, model: Model): DetailTable {
  const { text } = model;
  return {
    columns: [
      { title: 'ID', width: 4, align: 'right' },
      { title: text('column.attribute'), width: 26, align: 'left' },
      { title: text('column.value'), width: 6, align: 'right' },
      { title: text('column.worst'), width: 6, align: 'right' },
      { title: text('column.limit'), width: 6, align: 'right' },
      { title: text('column.raw'), width: 18, align: 'right' },
    ],
    rows: report.attributes.map((attribute) => [
      String(attribute.id ?? ''),
      attribute.name,
      String(attribute.value ?? ''),
      String(attribute.worst ?? ''),
      String(attribute.threshold ?? ''),
      attribute.when_failed === ''
        ? attribute.raw
        : `${attribute.raw} ${text(`smart.failed-${attribute.when_failed}`)}`,
    ]),
  };
}
