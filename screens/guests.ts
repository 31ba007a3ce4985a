// Screen 7: guests of this host, as Proxmox knows them and as their controllers last reported.
import { formatBytes, formatDuration, formatMoment } from '../src/base/units.ts';
import type { Guest } from '../src/contracts/facts/guests.ts';
import type { ProxmoxGuest } from '../src/contracts/facts/proxmox.ts';
import type { DetailTab } from './draw/screen.ts';
import { agentNote, whyEmpty } from './draw/absent-subject.ts';
import { defineList } from './draw/define-list.ts';
import { field, folded } from './draw/field.ts';
import { HEALTH_TONE } from './draw/health-tone.ts';
import { segment, wrap, type Line, type Segment } from './draw/line.ts';
import type { Model } from './draw/model.ts';
import { guestActions } from './guests/actions.ts';
import { listGuests, type GuestRow as Row } from './guests/row.ts';

/** A controller reports every minute or so: after this long what it said may no longer be so. */
const OLD_REPORT_MS = 5 * 60_000;

export const guestsScreen = defineList<Row>({
  id: 'guests',
  title: 'screen.guests',
  badge: (model) => {
    const rows = listGuests(model);
    if (rows.length === 0) return undefined;
    const ill = rows.filter(({ guest }) => guest?.report?.status === 'fail').length;
    return ill > 0 ? { text: `${ill}!`, tone: 'bad' } : { text: String(rows.length), tone: 'dim' };
  },
  inputs: (model) => [model.observations.guests?.lastOk, model.observations.proxmox?.lastOk],
  rows: listGuests,
  rowId: ({ vmid }) => String(vmid),
  columns: [
    {
      id: 'vmid',
      title: 'column.vmid',
      width: 9,
      rank: 1,
      cell: ({ vmid }) => segment(String(vmid), 'strong'),
      sortBy: ({ vmid }) => vmid,
    },
    {
      id: 'name',
      title: 'column.name',
      width: 16,
      grows: true,
      rank: 4,
      cell: ({ proxmox }, model) => words(model, proxmox?.name ?? null),
      sortBy: ({ proxmox }) => proxmox?.name ?? null,
    },
    {
      id: 'state',
      title: 'column.state',
      width: 10,
      rank: 5,
      cell: ({ proxmox }, model) =>
        proxmox === undefined
          ? words(model, null)
          : segment(proxmox.status, proxmox.status === 'running' ? 'good' : 'dim'),
      sortBy: ({ proxmox }) => proxmox?.status ?? null,
    },
    {
      id: 'reported',
      title: 'column.reported',
      width: 10,
      rank: 2,
      cell: reportedCell,
      sortBy: ({ guest }) => guest?.report?.status ?? null,
    },
    {
      id: 'age',
      title: 'column.age',
      width: 8,
      rank: 3,
      cell: ageCell,
      sortBy: ({ guest }) => guest?.reported ?? null,
    },
    {
      id: 'issues',
      title: 'column.issues',
      width: 14,
      grows: true,
      rank: 6,
      cell: ({ guest }, model) => words(model, guest?.report?.issues.join('; ') ?? null),
    },
    {
      id: 'version',
      title: 'column.version',
      width: 10,
      rank: 7,
      cell: ({ guest }, model) => words(model, guest?.report?.controller_version ?? null),
      sortBy: ({ guest }) => guest?.report?.controller_version ?? null,
    },
    {
      id: 'hostname',
      title: 'column.hostname',
      width: 18,
      rank: 8,
      cell: (row, model) => {
        const { names, differ } = namesOf(row);
        return differ
          ? segment(`${model.glyphs.warn} ${names.reported ?? model.glyphs.dash}`, 'warn')
          : words(model, names.reported);
      },
      sortBy: ({ guest }) => guest?.report?.hostname ?? null,
    },
    {
      id: 'kind',
      title: 'column.kind',
      width: 6,
      rank: 9,
      cell: ({ proxmox }, model) => words(model, proxmox === undefined ? null : kindOf(proxmox)),
      sortBy: ({ proxmox }) => proxmox?.kind ?? null,
    },
    {
      id: 'address',
      title: 'column.address',
      width: 15,
      rank: 10,
      cell: ({ guest }, model) => words(model, guest?.address ?? null),
      sortBy: ({ guest }) => guest?.address ?? null,
    },
  ],
  twoLines: [
    ['vmid', 'name', 'state', 'reported'],
    ['issues', 'age'],
  ],
  detail: (row, model) => ({
    title: String(row.vmid),
    tabs: [
      { title: 'tab.facts', lines: (width) => guestLines(row, model, width) },
      ...serviceTab(row, model),
    ],
  }),
  copies: ({ vmid, guest }) => {
    const hostname = guest?.report?.hostname ?? null;
    const address = guest?.address ?? null;
    return [
      { label: 'field.vmid', value: String(vmid) },
      ...(hostname === null ? [] : [{ label: 'field.hostname', value: hostname } as const]),
      ...(address === null ? [] : [{ label: 'field.address', value: address } as const]),
    ];
  },
  actions: guestActions,
  raw: ({ proxmox, guest }) => ({ proxmox: proxmox ?? null, guest: guest ?? null }),
  empty: (model, width) =>
    whyEmpty(
      model,
      'guests',
      { title: 'screen.guests', why: 'guests.why', how: 'guests.how', none: 'guests.none' },
      width,
    ),
  notice: (model) => agentNote(model, 'guests'),
});

const words = (model: Model, text: string | null): Segment =>
  text === null || text === '' ? segment(model.glyphs.dash, 'dim') : segment(text);

/** What Proxmox, the guest's own system and its controller each call it, as far as they are known. */
function namesOf({ proxmox, guest }: Row) {
  const names = {
    proxmox: proxmox?.name ?? null,
    guest: guest?.report?.guest_hostname ?? null,
    reported: guest?.report?.hostname ?? null,
  };
  const known = [names.proxmox, names.guest, names.reported].filter((name) => name !== null);
  return { names, differ: new Set(known.map((name) => name.toLowerCase())).size > 1 };
}

function nameLines(row: Row, model: Model): Line[] {
  const { text, glyphs } = model;
  const { names, differ } = namesOf(row);
  const { guest, reported } = names;
  return [
    field(text('field.own-name'), guest ?? glyphs.dash),
    field(text('field.hostname'), segment(reported ?? glyphs.dash, differ ? 'warn' : 'plain')),
    ...(differ ? [field('', segment(`${glyphs.warn} ${text('guests.names-differ')}`, 'warn'))] : []),
  ];
}

/** Its protected containers, as they were when it reported. */
function serviceTab({ guest }: Row, model: Model): DetailTab[] {
  const services = guest?.report?.services ?? [];
  if (services.length === 0) return [];
  const { text } = model;
  return [
    {
      title: 'tab.services',
      lines: () => [],
      table: {
        columns: [
          { title: text('column.container'), width: 20, align: 'left' },
          { title: text('column.state'), width: 16, align: 'left' },
          { title: text('column.reason'), width: 60, align: 'left' },
        ],
        rows: services.map(({ name, state, cause }) => [name, state, cause ?? model.glyphs.dash]),
      },
    },
  ];
}

const kindOf = ({ kind }: ProxmoxGuest): string => (kind === 'lxc' ? 'LXC' : 'VM');

const isOld = (guest: Guest, model: Model): boolean =>
  guest.reported === null || model.nowMs - guest.reported > OLD_REPORT_MS;

/** An old report is no report of how it is now. */
function reportedCell({ guest }: Row, model: Model): Segment {
  if (guest === undefined) return segment(model.glyphs.dash, 'dim');
  if (guest.report === null) return segment(model.text('guests.never'), 'dim');
  const { status } = guest.report;
  return segment(model.text(`guest-status.${status}`), isOld(guest, model) ? 'dim' : HEALTH_TONE[status]);
}

function ageCell({ guest }: Row, model: Model): Segment {
  if (guest === undefined || guest.reported === null) return segment(model.glyphs.dash, 'dim');
  const age = formatDuration(model.nowMs - guest.reported, model.text.language);
  return segment(age, isOld(guest, model) ? 'warn' : 'dim');
}

function guestLines(row: Row, model: Model, width: number): Line[] {
  const { text } = model;
  const { proxmox, guest, vmid } = row;
  const report = guest?.report ?? null;
  const issues = report?.issues ?? [];
  return [
    ...folded(
      [
        field(text('field.vmid'), segment(String(vmid), 'strong')),
        ...(proxmox === undefined
          ? [field(text('field.proxmox'), text('guests.not-in-proxmox'))]
          : proxmoxLines(proxmox, model)),
        ...(guest === undefined
          ? [field(text('field.report'), segment(text('guests.no-agent'), 'dim'))]
          : reportLines(row, guest, model)),
      ],
      width,
    ),
    ...(issues.length === 0 ? [] : [[segment(text('guests.issues'), 'title')]]),
    ...issues.flatMap((issue) => wrap(issue, width, 'warn')),
  ];
}

function proxmoxLines(proxmox: ProxmoxGuest, model: Model): Line[] {
  const { text } = model;
  const { memory_used, memory_total, uptime_s } = proxmox;
  const bytes = (value: number | null) =>
    value === null ? model.glyphs.dash : formatBytes(value, text.language);
  return [
    field(text('field.name'), proxmox.name ?? model.glyphs.dash),
    field(text('field.proxmox'), `${kindOf(proxmox)} ${model.glyphs.separator} ${proxmox.status}`),
    field(text('field.memory'), `${bytes(memory_used)} / ${bytes(memory_total)}`),
    field(
      text('field.uptime'),
      uptime_s === null ? model.glyphs.dash : formatDuration(uptime_s * 1000, text.language),
    ),
  ];
}

function reportLines(row: Row, guest: Guest, model: Model): Line[] {
  const { text } = model;
  const { report, reported, address, tokens } = guest;
  const missing = model.glyphs.dash;
  const when = (at: number) =>
    `${formatMoment(at)} (${text('age.ago', { age: formatDuration(model.nowMs - at, text.language) })})`;
  return [
    field(text('field.report'), reportedCell(row, model)),
    ...(reported === null
      ? []
      : [field(text('field.reported'), segment(when(reported), isOld(guest, model) ? 'warn' : 'plain'))]),
    ...(report === null
      ? []
      : [
          field(text('field.version'), report.controller_version ?? missing),
          ...nameLines(row, model),
          field(text('field.address'), address ?? missing),
          field(text('field.customer'), report.customer_id ?? missing),
        ]),
    field(text('field.tokens'), tokens === 0 ? segment(text('guests.no-token'), 'warn') : String(tokens)),
  ];
}
