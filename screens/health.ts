// Screen 4: what the doctor found, worst first, then what could not be told, then how many rules are fine.
import { formatDuration, formatMoment } from '../src/base/units.ts';
import type { Finding, Message, RuleAnswer } from '../src/contracts/finding.ts';
import { tell } from '../src/base/texts/tell.ts';
import type { TextKey } from '../src/base/texts/text.ts';
import { defineList } from './draw/define-list.ts';
import { field, folded } from './draw/field.ts';
import { segment, wrap, type Line, type Segment, type Tone } from './draw/line.ts';
import type { Model } from './draw/model.ts';

type Row =
  | { readonly kind: 'finding'; readonly finding: Finding }
  | { readonly kind: 'unknown'; readonly answer: RuleAnswer };

const SEVERITY_TONE = { fail: 'bad', warn: 'warn' } as const satisfies Record<Finding['severity'], Tone>;

/** The sign and word of a severity: never colour alone. */
export const severityOf = (model: Model, severity: Finding['severity']): Segment =>
  segment(
    `${model.glyphs[severity === 'fail' ? 'bad' : 'warn']} ${model.text(`severity.${severity}`)}`,
    SEVERITY_TONE[severity],
  );

/** A message of the doctor in the person's language. */
export const say = (model: Model, message: Message): string => tell(model.text, message);

export const healthScreen = defineList<Row>({
  id: 'health',
  title: 'screen.health',
  badge: (model) => {
    const findings = model.examination?.findings;
    if (findings === undefined) return undefined;
    const fails = findings.filter((finding) => finding.severity === 'fail').length;
    if (findings.length === 0) return { text: model.text('word.ok'), tone: 'good' };
    return { text: `${findings.length}${fails > 0 ? '!' : ''}`, tone: fails > 0 ? 'bad' : 'warn' };
  },
  inputs: (model) => [model.examination, model.glyphs],
  rows: (model) => [
    ...(model.examination?.findings ?? []).map((finding) => ({ kind: 'finding', finding }) as const),
    ...(model.examination?.rules ?? [])
      .filter((answer) => answer.state === 'unknown')
      .map((answer) => ({ kind: 'unknown', answer }) as const),
  ],
  rowId: (row) => (row.kind === 'finding' ? row.finding.id : `unknown:${row.answer.rule}`),
  columns: [
    {
      id: 'severity',
      title: 'column.severity',
      width: 10,
      rank: 1,
      cell: (row, model) =>
        row.kind === 'finding'
          ? severityOf(model, row.finding.severity)
          : segment(`${model.glyphs.unknown} ${model.text('word.unknown')}`, 'dim'),
      sortBy: (row) => (row.kind === 'unknown' ? 2 : row.finding.severity === 'fail' ? 0 : 1),
    },
    {
      id: 'what',
      title: 'column.what',
      width: 26,
      grows: true,
      rank: 2,
      cell: (row, model) =>
        row.kind === 'finding'
          ? segment(say(model, row.finding.what))
          : segment(
              `${row.answer.rule}: ${row.answer.because === null ? '' : say(model, row.answer.because)}`,
              'dim',
            ),
      sortBy: (row) => (row.kind === 'finding' ? row.finding.subject : row.answer.rule),
    },
    {
      id: 'time',
      title: 'column.since',
      width: 10,
      rank: 3,
      cell: (row, model) =>
        row.kind === 'finding'
          ? segment(formatDuration(model.nowMs - row.finding.since, model.text.language), 'dim')
          : segment('', 'dim'),
      sortBy: (row) => (row.kind === 'finding' ? row.finding.since : null),
    },
    {
      id: 'rule',
      title: 'column.rule',
      width: 18,
      rank: 4,
      cell: (row) => segment(row.kind === 'finding' ? row.finding.rule : row.answer.rule, 'dim'),
      sortBy: (row) => (row.kind === 'finding' ? row.finding.rule : row.answer.rule),
    },
  ],
  twoLines: [['severity', 'time', 'rule'], ['what']],
  detail: (row, model) => ({
    title: row.kind === 'finding' ? row.finding.rule : row.answer.rule,
    tabs: [
      {
        title: 'tab.finding',
        lines: (width) =>
          row.kind === 'finding'
            ? findingLines(row.finding, model, width)
            : unknownLines(row.answer, model, width),
      },
    ],
  }),
  copies: (row) =>
    row.kind === 'finding'
      ? [
          { label: 'column.rule', value: row.finding.rule },
          { label: 'field.subject', value: row.finding.subject },
        ]
      : [{ label: 'column.rule', value: row.answer.rule }],
  raw: (row) => (row.kind === 'finding' ? row.finding : row.answer),
  empty: (model) =>
    model.examination === undefined
      ? [[segment(model.text('freshness.waiting'), 'dim')]]
      : [
          [
            segment(
              `${model.glyphs.good} ${model.text('health.fine', { rules: model.examination.rules.length })}`,
              'good',
            ),
          ],
        ],
  notice: () => undefined,
});

/** What, since when, evidence, cause and cure of one finding. */
export function findingLines(finding: Finding, model: Model, width: number): Line[] {
  const { text } = model;
  const section = (title: TextKey, texts: readonly string[], tone: Tone = 'plain'): Line[] => [
    [segment(text(title), 'title')],
    ...texts.flatMap((each) => wrap(each, width - 2, tone).map((part): Line => [segment('  '), ...part])),
  ];
  const lines = [
    [severityOf(model, finding.severity), segment('  '), segment(say(model, finding.what), 'strong')],
    field(
      text('field.since'),
      `${formatMoment(finding.since)} (${formatDuration(model.nowMs - finding.since, text.language)})`,
    ),
    ...section(
      'health.evidence',
      finding.evidence.map((each) => say(model, each)),
    ),
    ...section('health.cause', [say(model, finding.cause)]),
    ...section('health.cure', [say(model, finding.cure)], 'strong'),
  ];
  return folded(lines, width);
}

const unknownLines = (answer: RuleAnswer, model: Model, width: number): Line[] =>
  wrap(
    model.text('health.unknown', { reason: answer.because === null ? '' : say(model, answer.because) }),
    width,
  );
