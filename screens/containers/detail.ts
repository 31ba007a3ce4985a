// All that is known of one container: as Docker tells it, and what the controller makes of it.
import { tellMissing } from '../../src/base/texts/tell-missing.ts';
import { formatDuration, formatMoment } from '../../src/base/units.ts';
import { BASE_NETWORK, isServiceName } from '../../src/contracts/base-stack.ts';
import type { BaseServiceTold } from '../../src/contracts/facts/base-stack.ts';
import type { Container, ContainerDetail } from '../../src/contracts/facts/containers.ts';
import type { Reading } from '../../src/contracts/reading.ts';
import { field, folded } from '../draw/field.ts';
import { blank, segment, wrap, type Line } from '../draw/line.ts';
import { lastFacts, type Model } from '../draw/model.ts';
import type { DetailTab } from '../draw/screen.ts';
import { containerTone, isRead, type ContainerRow } from './row.ts';
import { careCell } from './service-words.ts';
import { statusOf } from './status-words.ts';

const SHORT_ID = 12;
const INDENT = 2;

export const containerTabs = (row: ContainerRow, model: Model): readonly DetailTab[] => [
  { title: 'tab.facts', lines: (width) => factLines(row, model, width) },
  ...(row.service === undefined
    ? []
    : [{ title: 'tab.plan', lines: (width: number) => planLines(row, model, width) } as const]),
  ...mountTab(row, model),
  ...(row.container === undefined
    ? []
    : ([
        { title: 'tab.network', lines: (width: number) => networkLines(row, model, width) },
        { title: 'tab.logs', lines: (width: number) => logLines(row, model, width) },
      ] as const)),
];

const inspectedOf = ({ id }: ContainerRow, model: Model): Reading<ContainerDetail> | undefined =>
  model.containerDetail?.id === id ? model.containerDetail.reading : undefined;

const agoOf = (at: number, { text, nowMs }: Model): string =>
  text('age.ago', { age: formatDuration(nowMs - at, text.language) });

function factLines(row: ContainerRow, model: Model, width: number): Line[] {
  const { text, glyphs } = model;
  const { container, service, isProtected } = row;
  return folded(
    [
      field(
        text('field.state'),
        segment(
          container === undefined
            ? text(isRead(model) ? 'containers.not-there' : 'word.unknown')
            : `${container.state} ${container.health ?? ''}`.trim(),
          containerTone(row),
        ),
      ),
      ...(service === undefined ? [] : serviceLines(row, service, model)),
      ...(isProtected
        ? [field(text('field.protected'), `${glyphs.lock} ${text(protectedWhy(row.name))}`)]
        : [field(text('field.protected'), text('word.no'))]),
      ...(container === undefined ? [] : containerLines(container, inspectedOf(row, model), model)),
    ],
    width,
  );
}

const protectedWhy = (name: string) =>
  isServiceName(name) ? (`protected-why.${name}` as const) : 'protected-why.controller';

function serviceLines(row: ContainerRow, service: BaseServiceTold, model: Model): Line[] {
  const { text } = model;
  const { cause, pause, rolled_back: back, probe, missing_keys, image } = service;
  return [
    field(text('field.care'), careCell(row, model)),
    ...(cause === null ? [] : [field(text('field.why'), cause)]),
    ...(missing_keys.length === 0
      ? []
      : [
          field(
            text('field.keys'),
            segment(missing_keys.join(' '), service.state === 'not-configured' ? 'warn' : 'plain'),
          ),
        ]),
    ...(pause === null
      ? []
      : [
          field(text('field.pause'), pause.reason),
          field(
            '',
            text('base.pause-until', {
              from: formatMoment(pause.from),
              until: formatMoment(pause.until),
              by: pause.by ?? text('word.unknown'),
            }),
          ),
        ]),
    ...(back === null
      ? []
      : [
          field(text('field.rolled-back'), segment(`${back.image} (${agoOf(back.at, model)})`, 'bad')),
          field('', segment(back.why, 'bad')),
        ]),
    ...(probe === null
      ? []
      : [
          field(
            text('field.probe'),
            segment(
              `${text(`probe.${probe.state}`)} ${probe.detail} (${agoOf(probe.at, model)})`,
              probe.state === 'ok' ? 'good' : probe.state === 'failed' ? 'bad' : 'warn',
            ),
          ),
        ]),
    field(text('field.wanted-image'), image),
  ];
}

function containerLines(
  container: Container,
  detail: Reading<ContainerDetail> | undefined,
  model: Model,
): Line[] {
  const { text } = model;
  const missing = model.glyphs.dash;
  const lines: Line[] = [
    field(text('field.status'), statusOf(container, model)),
    field(text('field.image'), container.image),
    field(text('field.pinned'), text(`pinned.${container.pinned}`)),
    field(text('field.id'), container.id.slice(0, SHORT_ID)),
    field(text('field.stack'), container.stack ?? missing),
    field(text('field.ours'), text(`ours.${container.ours}`)),
    field(
      text('field.created'),
      container.created_at === null ? missing : formatMoment(container.created_at),
    ),
  ];
  if (detail?.state === 'ok') return [...lines, ...inspectedLines(container, detail.value, model)];
  if (detail === undefined) return lines;
  return [...lines, field(text('tab.facts'), segment(tellMissing(text, detail), 'warn'))];
}

function inspectedLines({ state }: Container, inspected: ContainerDetail, model: Model): Line[] {
  const { text } = model;
  const missing = model.glyphs.dash;
  const { started_at, exit_code, restart_count, restart_policy, oom_killed, command } = inspected;
  return [
    ...(started_at === null ? [] : [field(text('field.started'), agoOf(started_at, model))]),
    field(text('field.restarts'), restart_count === null ? missing : String(restart_count)),
    field(text('field.restart-policy'), restart_policy || missing),
    ...(state === 'running' || exit_code === null
      ? []
      : [field(text('field.exit-code'), segment(String(exit_code), exit_code === 0 ? 'plain' : 'bad'))]),
    ...(oom_killed === true ? [field('', segment(text('containers.oom'), 'bad'))] : []),
    field(text('field.command'), command.join(' ') || missing),
  ];
}

/** How it differs from what it should be, and what is done about it, with its causes. */
function planLines({ service, name }: ContainerRow, model: Model, width: number): Line[] {
  const { text } = model;
  const steps = lastFacts(model, 'base_stack')?.steps ?? [];
  const isAbout = (subject: string) => subject === name || subject === BASE_NETWORK;
  const drift = service?.drift ?? [];
  const isThere = service === undefined || service.container !== null;
  const indented = (line: string) =>
    wrap(line, width - INDENT).map((part): Line => [segment(' '.repeat(INDENT)), ...part]);
  const section = (title: string, lines: readonly string[], none: string): Line[] => [
    [segment(title, 'title')],
    ...(lines.length === 0 ? [[segment(`  ${none}`, 'dim')]] : lines.flatMap(indented)),
  ];
  const told = (mine: boolean) =>
    steps
      .filter(({ subject }) => isAbout(subject) === mine)
      .map(({ kind, subject, cause }) => `${kind} ${subject} – ${cause}`);
  const others = told(false);
  return [
    ...section(text('plan.drift'), drift, text(isThere ? 'plan.no-drift' : 'containers.not-there')),
    blank,
    ...section(text('plan.steps'), told(true), text('plan.no-steps')),
    ...(others.length === 0 ? [] : [blank, ...section(text('plan.others'), others, '')]),
  ];
}

function mountTab({ container }: ContainerRow, { text }: Model): DetailTab[] {
  if (container === undefined || container.mounts.length === 0) return [];
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

function networkLines({ container }: ContainerRow, { text, glyphs }: Model, width: number): Line[] {
  const listed = (label: string, values: readonly string[]): Line[] =>
    values.length === 0
      ? [field(label, glyphs.dash)]
      : values.map((value, index) => field(index === 0 ? label : '', value));
  return folded(
    [
      ...listed(text('field.networks'), container?.networks ?? []),
      ...listed(text('field.ports'), container?.ports ?? []),
    ],
    width,
  );
}

function logLines(row: ContainerRow, model: Model, width: number): Line[] {
  const detail = inspectedOf(row, model);
  if (detail === undefined) return [[segment(model.text('freshness.waiting'), 'dim')]];
  if (detail.state !== 'ok') return [[segment(tellMissing(model.text, detail), 'warn')]];
  const { log_tail: log } = detail.value;
  if (log.state !== 'ok') return [[segment(tellMissing(model.text, log), 'warn')]];
  if (log.value.length === 0) return [[segment(model.text('containers.no-logs'), 'dim')]];
  return log.value.flatMap((each) => wrap(each, width));
}
