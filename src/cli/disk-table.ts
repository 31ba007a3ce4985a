// Block devices as a table for people, cut to the terminal's width.
import type { Text } from '../base/texts/text.ts';
import { formatBytes, formatCelsius } from '../base/units.ts';
import type { DisksListOutput } from '../contracts/outputs.ts';
import { listDiskTree } from './disk-tree.ts';
import { formatTable, type Column } from './table.ts';

type Device = DisksListOutput['devices'][number];
type Cell = {
  readonly column: (text: Text) => Column;
  readonly show: (device: Device, depth: number, text: Text) => string;
};

const CELLS: readonly Cell[] = [
  {
    column: (text) => ({ title: text('disks.name'), minWidth: 8 }),
    show: ({ name }, depth) => '  '.repeat(depth) + name,
  },
  {
    column: (text) => ({ title: text('disks.size'), align: 'right' }),
    show: ({ size_bytes }, _depth, text) => formatBytes(size_bytes, text.language),
  },
  {
    column: (text) => ({ title: text('disks.verdict'), minWidth: 10 }),
    show: ({ verdict }) => verdict,
  },
  {
    column: (text) => ({ title: text('disks.model'), minWidth: 6, dispensable: 2 }),
    show: ({ model }) => model ?? '-',
  },
  {
    column: (text) => ({ title: text('disks.serial'), minWidth: 8, dispensable: 3 }),
    show: ({ serial }) => serial ?? '-',
  },
  {
    column: (text) => ({ title: text('disks.content'), minWidth: 5, dispensable: 1 }),
    show: (device) => contentOf(device),
  },
  {
    column: (text) => ({ title: text('disks.mounted'), minWidth: 5 }),
    show: ({ mount_points }) => mount_points[0] ?? '-',
  },
  {
    column: (text) => ({ title: text('disks.smart'), dispensable: 4 }),
    show: ({ smart_verdict }, _depth, text) =>
      smart_verdict === null ? '-' : text(`smart.${smart_verdict}`),
  },
  {
    column: (text) => ({ title: text('disks.temperature'), align: 'right', dispensable: 5 }),
    show: ({ temperature_c }, _depth, text) =>
      temperature_c === null ? '-' : formatCelsius(temperature_c, text.language),
  },
  {
    column: (text) => ({ title: text('disks.durable-id'), minWidth: 12, dispensable: 6 }),
    show: ({ durable_id }) => durable_id ?? '-',
  },
];

export function formatDisks(devices: readonly Device[], text: Text, columns: number): readonly string[] {
  const byName = new Map(devices.map((device) => [device.name, device]));
  const rows = listDiskTree(devices).flatMap(({ device: { name }, depth }) => {
    const device = byName.get(name);
    return device === undefined ? [] : [CELLS.map(({ show }) => show(device, depth, text))];
  });
  return formatTable(
    CELLS.map(({ column }) => column(text)),
    rows,
    columns,
  );
}

function contentOf({ fs_type, label, swap, backing_file }: Device): string {
  const words = [fs_type ?? (swap ? 'swap' : null), label, backing_file];
  return words.filter((word) => word !== null && word !== '').join(' ') || '-';
}
