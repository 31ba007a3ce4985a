// Screen 3: Docker's containers, the protected ones first, then the rest by stack.
import { tellMissing } from '../src/base/texts/tell-missing.ts';
import { formatDuration, formatMoment } from '../src/base/units.ts';
import type { Container } from '../src/contracts/facts/containers.ts';
import { defineList } from './draw/define-list.ts';
import { field, folded } from './draw/field.ts';
import { segment, wrap, type Line, type Tone } from './draw/line.ts';
import { freshnessNote, lastFacts, type Model } from './draw/model.ts';
import type { DetailTab } from './draw/screen.ts';

const STATE_TONE: Readonly<Record<string, Tone>> = {
  running: 'good',
  paused: 'warn',
  restarting: 'bad',
  dead: 'bad',
  exited: 'dim',
  created: 'dim',
};
const HEALTH_TONE: Readonly<Record<string, Tone>> = { healthy: 'good', unhealthy: 'bad', starting: 'info' };
const SHORT_ID = 12;

/** A protected container that does not run is what matters most on this screen. */
export function containerTone(container: Container): Tone {
  if (container.protected && container.state !== 'running') return 'bad';
  return STATE_TONE[container.state] ?? 'warn';
}

export const containersScreen = defineList<Container>({
  id: 'containers',
  title: 'screen.containers',
  badge: (model) => {
    const containers = lastFacts(model, 'containers')?.containers;
    if (containers === undefined) return undefined;
    const running = containers.filter((container) => container.state === 'running').length;
    return { text: `${running}/${containers.length}`, tone: 'dim' };
  },
  inputs: (model) => [model.observations.containers?.lastOk],
  rows: (model) => inOrder(lastFacts(model, 'containers')?.containers ?? []),
  rowId: (container) => container.id,
  columns: [
    {
      id: 'name',
      title: 'column.container',
      width: 20,
      grows: true,
      rank: 1,
      cell: (container, model) =>
        segment(
          `${container.protected ? `${model.glyphs.lock} ` : ''}${container.name}`,
          container.protected ? 'strong' : 'plain',
        ),
      sortBy: (container) => container.name,
    },
    {
      id: 'state',
      title: 'column.state',
      width: 11,
      rank: 2,
      cell: (container) => segment(container.state, containerTone(container)),
      sortBy: (container) => container.state,
    },
    {
      id: 'health',
      title: 'column.health',
      width: 10,
      rank: 3,
      cell: (container, model) =>
        container.health === null
          ? segment(model.glyphs.dash, 'dim')
          : segment(container.health, HEALTH_TONE[container.health] ?? 'warn'),
      sortBy: (container) => container.health,
    },
    {
      id: 'image',
      title: 'column.image',
      width: 24,
      grows: true,
      rank: 4,
      cell: (container) => segment(container.image, container.pinned === 'no' ? 'warn' : 'plain'),
      sortBy: (container) => container.image,
    },
    {
      id: 'pinned',
      title: 'column.pinned',
      width: 9,
      rank: 7,
      cell: (container, model) =>
        segment(model.text(`pinned.${container.pinned}`), container.pinned === 'no' ? 'warn' : 'dim'),
      sortBy: (container) => container.pinned,
    },
    {
      id: 'status',
      title: 'column.status',
      width: 22,
      rank: 5,
      cell: (container) => segment(container.status, 'dim'),
      sortBy: (container) => container.created_at,
    },
    {
      id: 'group',
      title: 'column.stack',
      width: 14,
      rank: 6,
      cell: (container, model) => segment(container.stack ?? model.glyphs.dash, 'dim'),
      sortBy: (container) => container.stack,
    },
    {
      id: 'ports',
      title: 'column.ports',
      width: 18,
      rank: 8,
      cell: (container, model) => segment(container.ports.join(' ') || model.glyphs.dash, 'dim'),
    },
  ],
  twoLines: [
    ['name', 'state', 'health'],
    ['image', 'status'],
  ],
  tone: (container) => (container.protected && container.state !== 'running' ? 'bad' : 'plain'),
  detail: (container, model) => ({
    title: container.name,
    tabs: [
      { title: 'tab.facts', lines: (width) => facts(container, model, width) },
      ...mountTab(container, model),
      { title: 'tab.logs', lines: (width) => logLines(container, model, width) },
    ],
  }),
  copies: (container) => [
    { label: 'field.name', value: container.name },
    { label: 'field.id', value: container.id },
    { label: 'column.image', value: container.image },
  ],
  raw: (container) => container,
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
    const note = freshnessNote(model, 'containers');
    return note === undefined || lastFacts(model, 'containers') === undefined ? undefined : [note];
  },
});

/** Protected first, then by stack, then by name. */
function inOrder(containers: readonly Container[]): readonly Container[] {
  const key = (container: Container) =>
    `${container.protected ? 0 : 1}\u0000${container.stack ?? '\uffff'}\u0000${container.name}`;
  return containers
    .map((container) => ({ container, key: key(container) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ container }) => container);
}

function facts(container: Container, model: Model, width: number): Line[] {
  const { text } = model;
  const missing = model.glyphs.dash;
  const detail = model.containerDetail?.id === container.id ? model.containerDetail.reading : undefined;
  const lines: Line[] = [
    field(
      text('field.state'),
      segment(`${container.state} ${container.health ?? ''}`.trim(), containerTone(container)),
    ),
    field(text('field.status'), container.status),
    field(text('field.image'), container.image),
    field(text('field.pinned'), text(`pinned.${container.pinned}`)),
    field(text('field.id'), container.id.slice(0, SHORT_ID)),
    field(text('field.stack'), container.stack ?? missing),
    field(text('field.protected'), text(container.protected ? 'containers.protected' : 'word.no')),
    field(
      text('field.created'),
      container.created_at === null ? missing : formatMoment(container.created_at),
    ),
    field(text('field.networks'), container.networks.join(' ') || missing),
    field(text('field.ports'), container.ports.join(' ') || missing),
  ];
  if (detail?.state === 'ok') {
    const inspected = detail.value;
    if (inspected.started_at !== null) {
      lines.push(
        field(
          text('field.started'),
          text('age.ago', { age: formatDuration(model.nowMs - inspected.started_at, text.language) }),
        ),
      );
    }
    lines.push(field(text('field.restarts'), String(inspected.restart_count)));
    lines.push(field(text('field.restart-policy'), inspected.restart_policy || missing));
    if (container.state !== 'running' && inspected.exit_code !== null) {
      lines.push(
        field(
          text('field.exit-code'),
          segment(String(inspected.exit_code), inspected.exit_code === 0 ? 'plain' : 'bad'),
        ),
      );
    }
    if (inspected.oom_killed) lines.push(field('', segment(text('containers.oom'), 'bad')));
    lines.push(field(text('field.command'), inspected.command.join(' ') || missing));
  } else if (detail !== undefined)
    lines.push(field(text('tab.facts'), segment(tellMissing(text, detail), 'warn')));
  return folded(lines, width);
}

function mountTab(container: Container, model: Model): DetailTab[] {
  if (container.mounts.length === 0) return [];
  const { text } = model;
  return [
    {
      title: 'tab.mounts',
      lines: () => [],
      table: {
        columns: [
          { title: text('column.source'), width: 34, align: 'left' },
          { title: text('column.target'), width: 30, align: 'left' },
          { title: text('column.mode'), width: 6, align: 'left' },
        ],
        rows: container.mounts.map((mount) => [mount.source, mount.target, mount.read_only ? 'ro' : 'rw']),
      },
    },
  ];
}

function logLines(container: Container, model: Model, width: number): Line[] {
  const detail = model.containerDetail?.id === container.id ? model.containerDetail.reading : undefined;
  if (detail === undefined) return [[segment(model.text('freshness.waiting'), 'dim')]];
  if (detail.state !== 'ok') return [[segment(tellMissing(model.text, detail), 'warn')]];
  const { log_tail: log } = detail.value;
  if (log.state !== 'ok') return [[segment(tellMissing(model.text, log), 'warn')]];
  if (log.value.length === 0) return [[segment(model.text('containers.no-logs'), 'dim')]];
  return log.value.flatMap((each) => wrap(each, width));
}
