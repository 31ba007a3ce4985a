// All of one operation: what will happen to which device and why it waits, what is on it, what became
// of it. Whoever confirms it must be able to compare every name with the disk in the hand.
import { formatDigest, tellProgress, tellRequester } from '../../src/base/texts/tell-operation.ts';
import { formatBytes, formatDuration, formatMoment } from '../../src/base/units.ts';
import type { Operation } from '../../src/contracts/facts/operations.ts';
import { isOpen } from '../../src/contracts/operation-states.ts';
import { verdictTone } from '../disks/row.ts';
import { tellReason } from '../../src/base/texts/tell-signal.ts';
import { allSignals } from '../disks/signals.ts';
import { field, folded } from '../draw/field.ts';
import { gauge } from '../draw/glyphs.ts';
import { segment, wrap, type Line } from '../draw/line.ts';
import type { Model } from '../draw/model.ts';
import type { DetailTable, DetailTab } from '../draw/screen.ts';
import { nextStepOf, shareOf, stateTone, tellBytes, tellEnd } from './words.ts';

const GAUGE_WIDTH = 24;

export const operationTabs = (operation: Operation, model: Model): readonly DetailTab[] => [
  { title: 'tab.operation', lines: (width) => operationLines(operation, model, width) },
  {
    title: 'tab.content',
    lines: (width) => wrap(model.text('pending.nothing-on-it'), width, 'dim'),
    ...(operation.disk.content.length === 0 ? {} : { table: contentTable(operation, model) }),
  },
  { title: 'tab.signals', lines: (width) => allSignals(operation.signals, model, width) },
];

export function operationLines(operation: Operation, model: Model, width: number): Line[] {
  const { text } = model;
  const missing = model.glyphs.dash;
  const { disk } = operation;
  const lines: Line[] = [
    field(text('field.state'), segment(text(`op.state.${operation.state}`), stateTone[operation.state])),
    ...progressLines(operation, model),
    field('', segment(text(nextStepOf(operation), { fstype: operation.fstype }), 'strong')),
    field(text('field.device'), `${operation.device} ${model.glyphs.separator} ${text('pending.path-then')}`),
    field(text('field.durable-id'), operation.durable_id),
    field(text('field.model'), disk.model ?? missing),
    field(text('field.serial'), disk.serial ?? missing),
    field(text('field.transport'), disk.transport ?? missing),
    field(text('field.size'), `${formatBytes(disk.size_bytes, text.language)} (${disk.size_bytes} B)`),
    field(
      text(isOpen(operation) ? 'field.flag' : 'field.flag-then'),
      segment(
        `${text(`verdict.${operation.verdict}`)}  ${tellReason(model.text, operation)}`,
        verdictTone[operation.verdict],
      ),
    ),
    field(text('field.new-type'), operation.fstype),
    field(text('field.new-uuid'), operation.fs_uuid),
    ...(isOpen(operation) ? [field(text('field.word'), segment(operation.confirm_word, 'key'))] : []),
    ...historyLines(operation, model),
    field(text('field.host'), operation.host_scope),
    field(text('field.id'), operation.id),
    field(text('field.digest'), segment(operation.facts_sha256, 'dim')),
  ];
  return folded(lines, width);
}

function progressLines(operation: Operation, model: Model): Line[] {
  const { text } = model;
  const { progress, stage, state } = operation;
  return [
    ...(stage === null || state === 'done' ? [] : [field(text('field.stage'), text(`op.stage.${stage}`))]),
    ...(progress === null || state !== 'claimed'
      ? []
      : [
          [
            ...field(
              text('field.progress'),
              segment(
                `${gauge(shareOf(progress), GAUGE_WIDTH, model.glyphs)} `,
                progress.stalled ? 'bad' : 'info',
              ),
            ),
            segment(tellProgress(text, progress)),
          ],
          field('', segment(tellBytes(model, progress), 'dim')),
        ]),
    ...(operation.ended === null
      ? []
      : [field(text('field.result'), segment(tellEnd(model, operation), stateTone[state]))]),
    ...(operation.dirty && state !== 'done' ? [field('', segment(text('pending.dirty'), 'bad'))] : []),
  ];
}

function historyLines(operation: Operation, model: Model): Line[] {
  const { text } = model;
  const moment = (at: number) =>
    `${formatMoment(at)} (${text('age.ago', { age: formatDuration(model.nowMs - at, text.language) })})`;
  const { approved_by: approved, ended, expires } = operation;
  return [
    field(text('field.asked-by'), tellRequester(text, operation.requested_by)),
    field(text('field.asked'), moment(operation.created)),
    ...(approved === null
      ? []
      : [
          field(
            text('field.approved'),
            `${text(`approved.${approved.how}`)} ${tellRequester(text, approved.by)} ${moment(approved.at)}`,
          ),
        ]),
    ...signingLines(operation, model),
    ...(isOpen(operation) && operation.state !== 'claimed'
      ? [
          field(
            text('field.expires'),
            expires > model.nowMs
              ? text('pending.expires-in', {
                  at: formatMoment(expires),
                  left: formatDuration(expires - model.nowMs, text.language),
                })
              : segment(text('pending.expired'), 'warn'),
          ),
        ]
      : []),
    ...(ended === null ? [] : [field(text('field.ended'), moment(ended.at))]),
  ];
}

/** Who signed, and which bytes wait for it. */
function signingLines({ state, bytes, approvals }: Operation, { text }: Model): Line[] {
  const signed = approvals.map(({ principal, key_type, fingerprint, at }) =>
    field(text('field.signed-by'), `${principal}  ${key_type} ${fingerprint}  ${formatMoment(at)}`),
  );
  if (state !== 'pending' && state !== 'approved') return signed;
  if (bytes === null) return [...signed, field(text('field.to-sign'), text('pending.bytes-none'))];
  const words = text('pending.bytes', {
    wipe: text(`sign.wipe.${bytes.wipe}`),
    at: formatMoment(bytes.expires),
    digest: formatDigest(bytes.sha256),
  });
  const offline = bytes.offline ? ` (${text('pending.bytes-offline')})` : '';
  return [...signed, field(text('field.to-sign'), `${words}${offline}`)];
}

function contentTable({ disk }: Operation, { text, glyphs }: Model): DetailTable {
  return {
    columns: [
      { title: text('column.device'), width: 14, align: 'left' },
      { title: text('column.size'), width: 10, align: 'right' },
      { title: text('column.content'), width: 14, align: 'left' },
      { title: text('column.label'), width: 24, align: 'left' },
      { title: 'UUID', width: 36, align: 'left' },
    ],
    rows: disk.content.map(({ device, size_bytes, fs_type, label, uuid }) => [
      device,
      formatBytes(size_bytes, text.language),
      fs_type ?? glyphs.dash,
      label ?? glyphs.dash,
      uuid ?? glyphs.dash,
    ]),
  };
}
