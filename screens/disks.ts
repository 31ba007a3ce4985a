// Screen 2: the tree of disks and partitions with their flags, and all that is known of each.
import { diskActions } from './disks/actions.ts';
import { diskColumns } from './disks/columns.ts';
import { diskFacts, smartTabs } from './disks/detail.ts';
import { listDiskRows, type DiskRow } from './disks/row.ts';
import { signalLines } from './disks/signals.ts';
import { defineList } from './draw/define-list.ts';
import { segment, wrap, type Segment } from './draw/line.ts';
import { freshnessNote, lastFacts, type Model } from './draw/model.ts';

export const disksScreen = defineList<DiskRow>({
  id: 'disks',
  title: 'screen.disks',
  badge: (model) => {
    const devices = lastFacts(model, 'disks')?.devices;
    return devices === undefined
      ? undefined
      : { text: String(devices.filter((device) => device.kind === 'disk').length), tone: 'dim' };
  },
  inputs: (model) => [
    model.observations.disks?.lastOk,
    model.observations.disk_flags?.lastOk,
    model.observations.smart?.lastOk,
    model.glyphs,
  ],
  rows: listDiskRows,
  rowId: (row) => row.device.name,
  columns: diskColumns,
  twoLines: [
    ['name', 'flag', 'size', 'health'],
    ['reason', 'content', 'mounts'],
  ],
  detail: (row, model) => ({
    title: row.device.path,
    tabs: [
      { title: 'tab.facts', lines: (width) => diskFacts(row, model, width) },
      { title: 'tab.signals', lines: (width) => signalLines(row.device, model, width) },
      ...smartTabs(row, model),
    ],
  }),
  copies: ({ device }) => [
    { label: 'field.path', value: device.path },
    ...(device.serial === null ? [] : [{ label: 'field.serial', value: device.serial } as const]),
    ...(device.durable_id === null ? [] : [{ label: 'field.durable-id', value: device.durable_id } as const]),
    ...(device.uuid === null ? [] : [{ label: 'field.uuid', value: device.uuid } as const]),
  ],
  actions: diskActions,
  raw: (row) => ({ ...row.device, smart: row.smart?.report ?? null }),
  empty: (model, width) => wrap(model.text('disks.empty'), width, 'dim'),
  notice: (model) => {
    const note = freshnessNote(model, 'disks') ?? flagNote(model);
    return note === undefined ? undefined : [note];
  },
});

/** An old or failed look at the flags; before the first one every row says that it was not inspected. */
function flagNote(model: Model): Segment | undefined {
  if (model.observations.disk_flags === undefined) return undefined;
  const note = freshnessNote(model, 'disk_flags');
  return note && segment(`${model.text('subject.disk_flags')}: ${note.text}`, note.tone);
}
