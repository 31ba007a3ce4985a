// The columns of the disks screen.
import { formatBytes, formatCelsius, formatShare } from '../../src/base/units.ts';
import { contentOf, usedAs } from '../../src/contracts/disk-use.ts';
import type { Column } from '../draw/list-columns.ts';
import { segment } from '../draw/line.ts';
import type { Model } from '../draw/model.ts';
import { reasonOf } from './signals.ts';
import { reportOf, smartTone, verdictTone, type DiskRow } from './row.ts';

export const diskColumns: readonly Column<DiskRow>[] = [
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
      segment(model.text(`verdict.${row.device.verdict}`), verdictTone[row.device.verdict]),
    sortBy: (row) => row.device.verdict,
  },
  {
    id: 'reason',
    title: 'column.reason',
    width: 24,
    grows: true,
    rank: 4,
    cell: (row, model) => segment(reasonOf(row.device, model), 'dim'),
    sortBy: (row) => row.device.reason,
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
    rank: 8,
    cell: (row, model) => segment(model.text(`device.${row.device.kind}`), 'dim'),
    sortBy: (row) => row.device.kind,
  },
  {
    id: 'content',
    title: 'column.content',
    width: 12,
    rank: 6,
    cell: (row, model) => words(model, contentOf(row.device)),
    sortBy: (row) => contentOf(row.device),
  },
  {
    id: 'mounts',
    title: 'column.mounts',
    width: 14,
    grows: true,
    rank: 5,
    cell: (row, model) => words(model, usedAs(row.device)),
    sortBy: (row) => row.device.mount_points[0] ?? null,
  },
  {
    id: 'health',
    title: 'column.smart',
    width: 9,
    rank: 7,
    cell: (row, model) => smartCell(row, model),
    sortBy: (row) => reportOf(row)?.verdict ?? null,
  },
  {
    id: 'celsius',
    title: 'column.temperature',
    width: 6,
    align: 'right',
    rank: 9,
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
    rank: 10,
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
    rank: 11,
    cell: (row, model) => words(model, row.device.model),
    sortBy: (row) => row.device.model,
  },
  {
    id: 'id',
    title: 'column.durable-id',
    width: 28,
    grows: true,
    rank: 12,
    cell: (row, model) => words(model, row.device.durable_id),
    sortBy: (row) => row.device.durable_id,
  },
  {
    id: 'wear',
    title: 'column.wear',
    width: 6,
    align: 'right',
    rank: 13,
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
    rank: 14,
    cell: (row, model) => {
      const hours = reportOf(row)?.power_on_hours ?? null;
      return hours === null ? dash(model) : segment(String(hours));
    },
    sortBy: (row) => reportOf(row)?.power_on_hours ?? null,
  },
];

const dash = (model: Model) => segment(model.glyphs.dash, 'dim');
const words = (model: Model, text: string | null) =>
  text === null || text === '' ? dash(model) : segment(text);

function smartCell(row: DiskRow, model: Model) {
  if (row.device.kind !== 'disk' || row.smart === undefined) return dash(model);
  const { report } = row.smart;
  if (report.state !== 'ok') {
    return segment(model.text(report.code === 'asleep' ? 'smart.asleep' : 'smart.unreadable'), 'dim');
  }
  return segment(model.text(`smart.${report.value.verdict}`), smartTone[report.value.verdict]);
}
