// Operations for people: a table of many, and one with all that a person compares.
import { formatDigest, tellLastMounted, tellProgress, tellRequester } from '../base/texts/tell-operation.ts';
import { tellRefusal } from '../base/texts/tell-refusal.ts';
import { tellWhy } from '../base/texts/tell-signal.ts';
import type { Text } from '../base/texts/text.ts';
import { formatBytes, formatDuration, formatMoment } from '../base/units.ts';
import { isOpen, isSigned, type Operation } from '../contracts/facts/operations.ts';
import { validUntil } from '../contracts/operation-states.ts';
import type { Row } from './print-rows.ts';
import { formatTable } from './table.ts';

export function formatOperations(
  operations: readonly Operation[],
  text: Text,
  now: number,
  columns: number,
): readonly string[] {
  return formatTable(
    [
      { title: text('op.column.id') },
      { title: text('op.column.state') },
      { title: text('column.device'), minWidth: 14 },
      { title: text('op.column.fstype') },
      { title: text('column.flag'), dispensable: 1 },
      { title: text('op.column.age'), align: 'right', dispensable: 3 },
      { title: text('op.column.expires'), align: 'right', dispensable: 2 },
      { title: text('op.column.by'), minWidth: 8, dispensable: 4 },
      { title: text('column.durable-id'), minWidth: 12, dispensable: 5 },
    ],
    operations.map((one) => [
      one.id,
      tellState(one, text),
      one.device,
      one.fstype,
      isOpen(one) ? text(`verdict.${one.verdict}`) : '-',
      formatDuration(now - one.created, text.language),
      isOpen(one) && one.state !== 'claimed' ? formatDuration(validUntil(one) - now, text.language) : '-',
      tellRequester(text, one.requested_by),
      one.durable_id,
    ]),
    columns,
  );
}

export function listOperation(one: Operation, text: Text): readonly Row[] {
  const { disk, progress, ended, approved_by: approval } = one;
  const none = text('word.none');
  return [
    [text('op.field.id'), one.id],
    [text('op.field.state'), tellState(one, text)],
    [text('op.field.what'), text('op.what', { fstype: one.fstype, device: one.device, uuid: one.fs_uuid })],
    [text('field.durable-id'), one.durable_id],
    [text('field.model'), disk.model ?? none],
    [text('field.serial'), disk.serial ?? none],
    [text('field.size'), formatBytes(disk.size_bytes, text.language)],
    ...disk.content.map((part): Row => [
      text('op.field.content'),
      [
        part.device,
        formatBytes(part.size_bytes, text.language),
        part.fs_type,
        part.label,
        part.uuid,
        tellLastMounted(part.last_mounted, part.last_mounted_on, text),
      ]
        .filter((word) => word !== null && word !== '')
        .join('  '),
    ]),
    [
      text(isOpen(one) ? 'field.flag' : 'field.flag-then'),
      `${text(`verdict.${one.verdict}`)}: ${tellWhy(text, one)}`,
    ],
    [text('op.field.by'), tellRequester(text, one.requested_by)],
    [text('field.created'), formatMoment(one.created)],
    [text('op.field.expires'), formatMoment(one.expires)],
    ...(one.bytes === null
      ? []
      : [
          [
            text('op.field.bytes'),
            text(isOpen(one) ? 'op.bytes' : 'op.bytes-then', {
              made: formatMoment(one.bytes.made),
              until: formatMoment(one.bytes.expires),
              digest: formatDigest(one.bytes.sha256),
              wipe: text(`sign.wipe.${one.bytes.wipe}`),
            }),
          ] as const,
        ]),
    ...one.approvals.map((signed): Row => [
      text('op.field.signed'),
      [
        signed.principal,
        signed.key_type,
        signed.fingerprint,
        formatMoment(signed.at),
        tellRequester(text, signed.by),
      ].join('  '),
    ]),
    ...(approval === null
      ? []
      : [
          [
            text('op.field.approved'),
            `${text(`op.approved.${approval.how}`)}, ${tellRequester(text, approval.by)}, ${formatMoment(approval.at)}`,
          ] as const,
        ]),
    ...(one.stage === null || one.state === 'done'
      ? []
      : [[text('op.field.stage'), text(`op.stage.${one.stage}`)] as const]),
    [text('op.field.dirty'), text(one.dirty ? 'op.dirty.yes' : 'op.dirty.no')],
    ...(progress === null ? [] : [[text('op.field.progress'), tellProgress(text, progress)] as const]),
    ...(ended === null
      ? []
      : [[text('op.field.ended'), `${formatMoment(ended.at)}  ${tellEnd(one.state, ended, text)}`] as const]),
    ...((one.state === 'pending' && !one.data_bearing) || (one.state === 'approved' && isSigned(one))
      ? [[text('op.field.confirm-word'), one.confirm_word] as const]
      : []),
  ];
}

const tellState = ({ state }: Operation, text: Text): string => text(`op.state.${state}`);

function tellEnd(
  state: Operation['state'],
  { code, detail }: NonNullable<Operation['ended']>,
  text: Text,
): string {
  const well = state === 'done' ? text('op.ended.well') : '';
  const why = code === null ? well : (tellRefusal(text, code) ?? code);
  if (detail === '') return why;
  return why === '' ? detail : `${why} (${detail})`;
}
