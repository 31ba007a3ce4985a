// All that is known of one device, and what SMART says of it, for the disks screen's detail.
import { tellMissing } from '../../src/base/texts/tell-missing.ts';
import { formatBytes, formatCelsius, formatRate } from '../../src/base/units.ts';
import { contentOf, usedAs } from '../../src/contracts/disk-use.ts';
import type { SmartReport } from '../../src/contracts/facts/smart.ts';
import { field, folded } from '../draw/field.ts';
import { segment, type Line } from '../draw/line.ts';
import { freshnessNote, type Model } from '../draw/model.ts';
import type { DetailTab, DetailTable } from '../draw/screen.ts';
import { reasonOf } from './signals.ts';
import { reportOf, smartTone, verdictTone, type DiskRow } from './row.ts';

export function diskFacts({ device, smart }: DiskRow, model: Model, width: number): Line[] {
  const { text } = model;
  const yesNo = (value: boolean | null) =>
    value === null ? model.glyphs.dash : text(value ? 'word.yes' : 'word.no');
  const missing = model.glyphs.dash;
  const lines: Line[] = [
    field(text('field.flag'), segment(text(`verdict.${device.verdict}`), verdictTone[device.verdict])),
    field('', reasonOf(device, model)),
    ...(device.data_bearing ? [field('', segment(text('disks.unverified'), 'dim'))] : []),
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
    field(text('field.mounts'), usedAs(device) ?? missing),
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
    lines.push(field(text('field.smart'), segment(tellMissing(text, smart.report), 'warn')));
  }
  if (device.kind === 'disk' && smart === undefined) {
    const note = freshnessNote(model, 'smart') ?? segment(text('disks.no-smart'), 'dim');
    lines.push(field(text('field.smart'), note));
  }
  return folded(lines, width);
}

export function smartTabs(row: DiskRow, model: Model): DetailTab[] {
  const report = reportOf(row);
  if (report === undefined) return [];
  const { text } = model;
  const missing = model.glyphs.dash;
  const number = (value: number | null, unit = '') => (value === null ? missing : `${value}${unit}`);
  const summary: Line[] = [
    field(text('field.smart'), segment(text(`smart.${report.verdict}`), smartTone[report.verdict])),
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
