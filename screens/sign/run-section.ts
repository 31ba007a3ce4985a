// What follows a signature: who approved, the word that lets it run, how far it is, and what came of it.
import { formatDigest, tellProgress, tellRequester } from '../../src/base/texts/tell-operation.ts';
import { formatMoment } from '../../src/base/units.ts';
import type { Operation } from '../../src/contracts/facts/operations.ts';
import type { LedgerRecord } from '../../src/contracts/facts/ledger.ts';
import { FORMAT_STAGES } from '../../src/contracts/operation-states.ts';
import { phaseOf, type SignView } from '../../state/sign-view.ts';
import { gauge } from '../draw/glyphs.ts';
import { segment, wrap, type Line } from '../draw/line.ts';
import { freshnessNote, lastFacts, type Model } from '../draw/model.ts';
import { nextStepOf, shareOf, stateTone, tellBytes, tellEnd } from '../pending/words.ts';
import type { Section } from './draw.ts';

const GAUGE_WIDTH = 24;

export function runSection(view: SignView, model: Model, width: number): Section {
  const { text } = model;
  const { operation } = view;
  const approved = approvalLines(operation, model, width);
  if (phaseOf(view) === 'run') {
    const { confirm_word: word } = operation;
    return {
      title: text('sign.approved'),
      lines: [...approved, ...wrap(text('sign.run-what'), width)],
      foot:
        view.doing === null
          ? [
              ...wrap(text('sign.type-word-run', { word }), width, 'strong'),
              [segment('> ', 'key'), segment(view.typed), segment(' ', 'selected')],
            ]
          : [[segment(text(`sign.doing.${view.doing.what}`), 'info')]],
    };
  }
  if (phaseOf(view) === 'running') {
    return {
      title: text('sign.running', {
        stage: operation.stage === null ? '' : text(`op.stage.${operation.stage}`),
      }),
      lines: [...stageLines(operation, model), ...wrap(text('sign.leave-it'), width, 'dim')],
      foot: progressLines(operation, model, width),
    };
  }
  return {
    title: text('sign.ended'),
    lines: approved,
    foot: [
      // The next line says it of one that is done.
      ...(operation.state === 'done'
        ? []
        : wrap(tellEnd(model, operation), width, stateTone[operation.state])),
      ...wrap(text(nextStepOf(operation), { fstype: operation.fstype }), width),
      ...endLines(operation, model, width),
    ],
  };
}

/** Everybody whose signature counts, and where the ledger says so. */
function approvalLines(operation: Operation, model: Model, width: number): Line[] {
  const { text } = model;
  const record = recordOf(operation, model, ({ what }) => what === 'op.approved');
  return operation.approvals.flatMap(({ principal, fingerprint, key_type, at, by }) =>
    wrap(
      [
        text('sign.signed-by', {
          principal,
          key: `${key_type} ${fingerprint}`,
          at: formatMoment(at),
          by: tellRequester(text, by),
        }),
        ...(record === undefined
          ? []
          : [text('sign.record', { n: record.n, hash: formatDigest(record.hash) })]),
      ].join(' '),
      width,
      'good',
    ),
  );
}

function stageLines({ stage, progress }: Operation, model: Model): Line[] {
  const { text, glyphs } = model;
  const present = FORMAT_STAGES.findIndex((each) => each === stage);
  return FORMAT_STAGES.map((each, index): Line => {
    const isPresent = index === present;
    const sign = isPresent ? glyphs.cursor : index < present ? glyphs.good : ' ';
    return [
      segment(` ${sign} `, isPresent ? 'key' : 'good'),
      segment(text(`op.stage.${each}`), isPresent ? (progress?.stalled === true ? 'bad' : 'strong') : 'dim'),
    ];
  });
}

/** Never an old number without its age. */
function progressLines({ progress }: Operation, model: Model, width: number): Line[] {
  const note = freshnessNote(model, 'operations');
  const age: Line[] = note === undefined ? [] : [[note]];
  if (progress === null) return age;
  return [
    [
      segment(
        `${gauge(shareOf(progress), Math.min(GAUGE_WIDTH, Math.floor(width / 4)), model.glyphs)} `,
        progress.stalled ? 'bad' : 'info',
      ),
      segment(tellProgress(model.text, progress)),
    ],
    [segment(tellBytes(model, progress), 'dim')],
    ...age,
  ];
}

/** The ledger's record of the end, as soon as the facts have it. */
function endLines(operation: Operation, model: Model, width: number): Line[] {
  const { text } = model;
  const record = recordOf(operation, model, ({ what }) => what !== 'op.requested');
  if (record === undefined) return [[segment(text('sign.no-record'), 'dim')]];
  return wrap(
    `${text('sign.record-at', { n: record.n, what: record.what, at: formatMoment(record.at) })} ${record.hash}`,
    width,
    'dim',
  );
}

/** The newest record about it that is wanted. */
const recordOf = (
  { id }: Operation,
  model: Model,
  isWanted: (record: LedgerRecord) => boolean,
): LedgerRecord | undefined =>
  lastFacts(model, 'ledger')?.records.find((record) => record.subject === id && isWanted(record));
