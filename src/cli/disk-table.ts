// Block devices as a table for people, cut to the terminal's width.
import type { Text } from '../base/texts/text.ts';
import { formatBytes, formatCelsius } from '../base/units.ts';
import { listDiskTree } from '../contracts/disk-tree.ts';
import { contentOf, usedAs } from '../contracts/disk-use.ts';
import type { DisksListOutput } from '../contracts/outputs.ts';
import { formatTable, type Column } from './table.ts';

type Device = DisksListOutput['devices'][number];
type Cell = {
  readonly column: (text: Text) => Column;
  readonly show: (device: Device, depth: number, text: Text) => string;
};

const CELLS: readonly Cell[] = [
  {
    column: (text) => ({ title: text('column.device'), minWidth: 14 }),
    show: ({ name }, depth) => '  '.repeat(depth) + name,
  },
  {
    column: (text) => ({ title: text('column.size'), align: 'right' }),
    show: ({ size_bytes }, _depth, text) => formatBytes(size_bytes, text.language),
  },
  {
    column: (text) => ({ title: text('column.flag'), minWidth: 10 }),
    show: ({ verdict }, _depth, text) => text(`verdict.${verdict}`),
  },
  {
    column: (text) => ({ title: text('column.model'), minWidth: 6, dispensable: 2 }),
    show: ({ model }) => model ?? '-',
  },
  {
    column: (text) => ({ title: text('disks.serial'), minWidth: 8, dispensable: 3 }),
    show: ({ serial }) => serial ?? '-',
  },
  {
    column: (text) => ({ title: text('column.content'), minWidth: 5, dispensable: 1 }),
    show: (device) => contentOf(device) ?? '-',
  },
  {
    column: (text) => ({ title: text('column.mounts'), minWidth: 5 }),
    show: (device) => usedAs(device) ?? '-',
  },
  {
    column: (text) => ({ title: text('column.smart'), dispensable: 4 }),
    show: ({ smart_verdict }, _depth, text) =>
      smart_verdict === null ? '-' : text(`smart.${smart_verdict}`),
  },
  {
    column: (text) => ({ title: text('column.temperature'), align: 'right', dispensable: 5 }),
    show: ({ temperature_c }, _depth, text) =>
      temperature_c === null ? '-' : formatCelsius(temperature_c, text.language),
  },
  {
    column: (text) => ({ title: text('column.durable-id'), minWidth: 12, dispensable: 6 }),
    show: ({ durable_id }) => durable_id ?? '-',
  },
];

export function formatDisks(devices: readonly Device[], text: Text, columns: number): readonly string[] {
  const rows = listDiskTree(devices).map(({ device, depth }) =>
    CELLS.map(({ show }) => show(device, depth, text)),
  );
  return formatTable(
    CELLS.map(({ column }) => column(text)),
    rows,
    columns,
  );
}
