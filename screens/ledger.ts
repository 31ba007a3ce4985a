// Screen 8: the ledger. Who did what, by which door, and what came of it; and whether the chain holds.
import { tellRequester } from '../src/base/texts/tell-operation.ts';
import { formatMoment } from '../src/base/units.ts';
import type { LedgerRecord } from '../src/contracts/facts/ledger.ts';
import { agentNote, whyEmpty } from './draw/absent-subject.ts';
import { defineList } from './draw/define-list.ts';
import { field, folded } from './draw/field.ts';
import { segment, type Line } from './draw/line.ts';
import { lastFacts, type Model } from './draw/model.ts';

export const ledgerScreen = defineList<LedgerRecord>({
  id: 'ledger',
  title: 'screen.ledger',
  badge: (model) => {
    const facts = lastFacts(model, 'ledger');
    return facts === undefined || facts.intact
      ? undefined
      : { text: model.text('ledger.badge'), tone: 'bad' };
  },
  inputs: (model) => [model.observations.ledger?.lastOk],
  rows: (model) => (lastFacts(model, 'ledger')?.records ?? []).toSorted((a, b) => b.n - a.n),
  rowId: ({ n }) => String(n),
  columns: [
    {
      id: 'number',
      title: 'column.number',
      width: 7,
      align: 'right',
      rank: 4,
      cell: ({ n }) => segment(String(n), 'dim'),
      sortBy: ({ n }) => n,
    },
    {
      id: 'time',
      title: 'column.when',
      width: 16,
      rank: 1,
      cell: ({ at }) => segment(formatMoment(at), 'dim'),
      sortBy: ({ at }) => at,
    },
    {
      id: 'what',
      title: 'column.what',
      width: 20,
      rank: 2,
      cell: ({ what }) => segment(what, 'strong'),
      sortBy: ({ what }) => what,
    },
    {
      id: 'by',
      title: 'column.by',
      width: 20,
      grows: true,
      rank: 3,
      cell: (record, model) => segment(who(record, model), record.by === null ? 'dim' : 'plain'),
      sortBy: ({ by }) => by?.door ?? null,
    },
    {
      id: 'subject',
      title: 'column.subject',
      width: 28,
      rank: 5,
      cell: ({ subject }, model) => segment(subject || model.glyphs.dash),
      sortBy: ({ subject }) => subject || null,
    },
    {
      id: 'detail',
      title: 'column.detail',
      width: 24,
      grows: true,
      rank: 6,
      cell: (record) => segment(detailOf(record), 'dim'),
    },
  ],
  twoLines: [
    ['time', 'what', 'number'],
    ['by', 'subject'],
  ],
  detail: (record, model) => ({
    title: `${record.n} ${record.what}`,
    tabs: [{ title: 'tab.record', lines: (width) => recordLines(record, model, width) }],
  }),
  copies: (record) => [
    { label: 'field.subject', value: record.subject },
    { label: 'field.hash', value: record.hash },
  ],
  raw: (record) => record,
  empty: (model, width) =>
    whyEmpty(
      model,
      'ledger',
      { title: 'screen.ledger', why: 'ledger.why', how: 'ledger.how', none: 'ledger.none' },
      width,
    ),
  notice: (model) => {
    const chain = chainOf(model);
    const note = agentNote(model, 'ledger');
    return chain.length === 0 && note === undefined ? undefined : [...chain, ...(note ?? [])];
  },
});

/** Whether the chain holds, as the agent found it; a broken one says where. */
function chainOf(model: Model): Line {
  const facts = lastFacts(model, 'ledger');
  if (facts === undefined) return [];
  const { intact, broken, count } = facts;
  return intact
    ? [segment(`${model.glyphs.good} ${model.text('ledger.intact', { count })}  `, 'good')]
    : [segment(`${model.glyphs.bad} ${model.text('ledger.broken', { where: broken ?? '?' })}  `, 'bad')];
}

const who = ({ by }: LedgerRecord, model: Model): string =>
  by === null ? model.text('ledger.itself') : tellRequester(model.text, by);

const detailOf = ({ detail }: LedgerRecord): string =>
  Object.entries(detail)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');

function recordLines(record: LedgerRecord, model: Model, width: number): Line[] {
  const { text } = model;
  return folded(
    [
      field(text('field.number-of'), String(record.n)),
      field(text('field.when'), formatMoment(record.at)),
      field(text('field.what'), segment(record.what, 'strong')),
      field(text('field.by'), who(record, model)),
      field(text('field.subject'), record.subject || model.glyphs.dash),
      ...Object.entries(record.detail).map(([name, value]) =>
        field(`  ${segment(name).text}`, String(value)),
      ),
      field(text('field.hash'), segment(record.hash, 'dim')),
      field(text('field.previous'), segment(record.previous, 'dim')),
    ],
    width,
  );
}
