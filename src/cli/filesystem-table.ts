// Mounted file systems as a table for people: those with space of their own, and those that could not be read.
import type { Text } from '../base/texts/text.ts';
import { formatBytes, formatShare } from '../base/units.ts';
import type { Filesystem } from '../contracts/facts/filesystems.ts';
import { formatTable } from './table.ts';

export function formatFilesystems(
  filesystems: readonly Filesystem[],
  text: Text,
  columns: number,
): readonly string[] {
  const rows = filesystems
    .filter(({ fill }) => fill.state !== 'ok' || fill.value.size_bytes > 0)
    .map(({ mount_point, device, fs_type, fill }) => [
      mount_point,
      ...(fill.state === 'ok'
        ? [
            formatBytes(fill.value.size_bytes, text.language),
            formatBytes(fill.value.available_bytes, text.language),
            formatShare(fill.value.used_share, text.language),
          ]
        : [text(`reason.${fill.code}`), '-', '-']),
      fs_type,
      device,
    ]);
  return formatTable(
    [
      { title: text('status.mount'), minWidth: 8 },
      { title: text('status.size'), align: 'right', minWidth: 8 },
      { title: text('status.available'), align: 'right', dispensable: 1 },
      { title: text('status.used'), align: 'right' },
      { title: text('status.type'), dispensable: 2 },
      { title: text('status.device'), minWidth: 6, dispensable: 3 },
    ],
    rows,
    columns,
  );
}
