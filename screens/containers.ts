// Screen 3: Docker's containers and the services of the base stack, the protected ones first, then the
// rest by stack; and what the controller does about each.
import { tellMissing } from '../src/base/texts/tell-missing.ts';
import type { Container } from '../src/contracts/facts/containers.ts';
import { containerActions } from './containers/actions.ts';
import { controllerLine } from './containers/controller-line.ts';
import { containerTabs } from './containers/detail.ts';
import { containerTone, isRead, listContainerRows, type ContainerRow } from './containers/row.ts';
import { careCell, driftCell } from './containers/service-words.ts';
import { statusOf } from './containers/status-words.ts';
import { defineList } from './draw/define-list.ts';
import { segment, wrap, type Segment, type Tone } from './draw/line.ts';
import { freshnessNote, lastFacts, type Model } from './draw/model.ts';

const HEALTH_TONE: Readonly<Record<string, Tone>> = { healthy: 'good', unhealthy: 'bad', starting: 'info' };

const ofContainer = (
  { container }: ContainerRow,
  model: Model,
  cell: (container: Container) => Segment,
): Segment => (container === undefined ? segment(model.glyphs.dash, 'dim') : cell(container));

/** Beside services that the controller still told of. */
function noDocker(model: Model): Segment | undefined {
  const reading = model.observations.containers?.reading;
  if (reading === undefined || reading.state === 'ok') return undefined;
  return segment(model.text('containers.no-docker', { reason: tellMissing(model.text, reading) }), 'bad');
}

export const containersScreen = defineList<ContainerRow>({
  id: 'containers',
  title: 'screen.containers',
  badge: (model) => {
    const containers = lastFacts(model, 'containers')?.containers;
    if (containers === undefined) return undefined;
    const running = containers.filter((container) => container.state === 'running').length;
    return { text: `${running}/${containers.length}`, tone: 'dim' };
  },
  inputs: (model) => [model.observations.containers?.lastOk, model.observations.base_stack?.lastOk],
  rows: listContainerRows,
  rowId: ({ id }) => id,
  columns: [
    {
      id: 'name',
      title: 'column.container',
      width: 20,
      grows: true,
      rank: 1,
      cell: ({ name, isProtected }, model) =>
        segment(`${isProtected ? `${model.glyphs.lock} ` : ''}${name}`, isProtected ? 'strong' : 'plain'),
      sortBy: ({ name }) => name,
    },
    {
      id: 'state',
      title: 'column.state',
      width: 11,
      rank: 2,
      cell: (row, model) =>
        segment(
          row.container?.state ?? model.text(isRead(model) ? 'containers.missing' : 'word.unknown'),
          containerTone(row),
        ),
      sortBy: ({ container }) => container?.state ?? null,
    },
    {
      id: 'care',
      title: 'column.care',
      width: 26,
      rank: 3,
      cell: careCell,
      sortBy: ({ service, container }) => service?.state ?? container?.ours ?? null,
    },
    {
      id: 'health',
      title: 'column.health',
      width: 10,
      rank: 4,
      cell: (row, model) =>
        ofContainer(row, model, ({ health }) =>
          health === null
            ? segment(model.glyphs.dash, 'dim')
            : segment(health, HEALTH_TONE[health] ?? 'warn'),
        ),
      sortBy: ({ container }) => container?.health ?? null,
    },
    {
      id: 'drift',
      title: 'column.drift',
      width: 24,
      grows: true,
      rank: 7,
      cell: driftCell,
      sortBy: ({ service }) => (service === undefined ? null : service.drift.length),
    },
    {
      id: 'restarts',
      title: 'column.restarts',
      width: 8,
      align: 'right',
      rank: 8,
      cell: ({ service }, model) => {
        const restarts = service?.restarts ?? null;
        if (restarts === null) return segment(model.glyphs.dash, 'dim');
        return segment(String(restarts), restarts > 0 ? 'warn' : 'dim');
      },
      sortBy: ({ service }) => service?.restarts ?? null,
    },
    {
      id: 'image',
      title: 'column.image',
      width: 32,
      rank: 5,
      cell: (row, model) =>
        row.container === undefined
          ? segment(row.service?.image ?? model.glyphs.dash, 'dim')
          : segment(row.container.image, row.container.pinned === 'no' ? 'warn' : 'plain'),
      sortBy: ({ container, service }) => container?.image ?? service?.image ?? null,
    },
    {
      id: 'pinned',
      title: 'column.pinned',
      width: 9,
      rank: 10,
      cell: (row, model) =>
        ofContainer(row, model, ({ pinned }) =>
          segment(model.text(`pinned.${pinned}`), pinned === 'no' ? 'warn' : 'dim'),
        ),
      sortBy: ({ container }) => container?.pinned ?? null,
    },
    {
      id: 'status',
      title: 'column.status',
      width: 18,
      rank: 6,
      cell: (row, model) =>
        ofContainer(row, model, (container) => segment(statusOf(container, model), 'dim')),
      sortBy: ({ container }) => container?.created_at ?? null,
    },
    {
      id: 'group',
      title: 'column.stack',
      width: 14,
      rank: 9,
      cell: (row, model) =>
        ofContainer(row, model, ({ stack }) => segment(stack ?? model.glyphs.dash, 'dim')),
      sortBy: ({ container }) => container?.stack ?? null,
    },
    {
      id: 'ports',
      title: 'column.ports',
      width: 18,
      rank: 11,
      cell: (row, model) =>
        ofContainer(row, model, ({ ports }) => segment(ports.join(' ') || model.glyphs.dash, 'dim')),
    },
  ],
  twoLines: [
    ['name', 'state', 'health'],
    ['care', 'status'],
  ],
  tone: (row) => (containerTone(row) === 'bad' && row.isProtected ? 'bad' : 'plain'),
  detail: (row, model) => ({ title: row.name, tabs: containerTabs(row, model) }),
  copies: ({ name, container, service }) => [
    { label: 'field.name', value: name },
    ...(container === undefined ? [] : [{ label: 'field.id', value: container.id } as const]),
    { label: 'column.image', value: container?.image ?? service?.image ?? '' },
  ],
  raw: ({ container, service }) =>
    service === undefined ? container : { container: container ?? null, service },
  actions: containerActions,
  empty: (model, width) => {
    const reading = model.observations.containers?.reading;
    if (reading === undefined) return [[segment(model.text('freshness.waiting'), 'dim')]];
    if (reading.state === 'ok') return wrap(model.text('containers.none'), width, 'dim');
    return [
      ...wrap(model.text('containers.no-docker', { reason: tellMissing(model.text, reading) }), width, 'dim'),
      ...wrap(model.text('containers.how'), width, 'dim'),
    ];
  },
  notice: (model) => {
    const note = isRead(model) ? freshnessNote(model, 'containers') : noDocker(model);
    const controller = controllerLine(model);
    if (note === undefined) return controller;
    return controller === undefined ? [note] : [note, segment('  '), ...controller];
  },
});
