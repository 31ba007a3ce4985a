// Everything that the signed bytes say, a field a line. Foreign text in it stands at the end of its own
// line, where it can push nothing aside.
import { tellRequester } from '../../src/base/texts/tell-operation.ts';
import { formatBytes, formatDuration, formatMoment } from '../../src/base/units.ts';
import type { ApprovalPayload } from '../../src/contracts/approval-payload.ts';
import { fromPrintable } from '../../src/contracts/approval-text.ts';
import type { TheBytes } from '../../state/sign-view.ts';
import { field, folded } from '../draw/field.ts';
import { segment, type Line, type Segment } from '../draw/line.ts';
import type { Model } from '../draw/model.ts';
import { inGroups } from './digest.ts';

export function messageLines(bytes: TheBytes, model: Model, width: number): readonly Line[] {
  const { text } = model;
  const { payload, sha256 } = bytes;
  const { args, device, fstype, requested_by: by } = payload;
  const foreign = (value: string | undefined): Segment =>
    value === undefined ? segment(model.glyphs.dash, 'dim') : segment(fromPrintable(value), 'strong');
  const transport = device.transport === undefined ? '' : `  ${fromPrintable(device.transport)}`;
  // What tells this disk from another one first, and what changes the effect; then who and where.
  const lines: Line[] = [
    field(text('field.model'), foreign(device.model)),
    field(text('field.serial'), foreign(device.serial)),
    field(text('field.size'), `${formatBytes(device.bytes, text.language)} (${device.bytes} B)${transport}`),
    field(text('field.durable-id'), foreign(payload.durable_id)),
    ...contentLines(payload, model),
    field(
      text('field.wipe'),
      segment(text(`sign.wipe.${args.wipe}`), args.wipe === 'full' ? 'plain' : 'warn'),
    ),
    field(text('field.valid'), validity(bytes, model)),
    field(text('field.new-fs'), `${fstype}  ${args.fs_uuid}`),
    field(text('field.asked-by'), tellRequester(text, { door: by.door, vmid: by.vmid ?? null, name: null })),
    field(text('field.host'), foreign(payload.host_scope)),
    field(text('field.to-compare'), segment(inGroups(sha256), 'key')),
    field(text('field.id'), payload.op_id),
    field(text('field.made'), formatMoment(Date.parse(payload.created))),
    field(text('field.signatures'), String(payload.threshold)),
    field(text('field.sha256'), segment(sha256, 'dim')),
    field(text('field.digest'), segment(payload.facts_sha256, 'dim')),
    field(text('field.install'), segment(payload.install, 'dim')),
    field(text('field.nonce'), segment(payload.nonce, 'dim')),
  ];
  return folded(lines, width);
}

/** How long the bytes can be signed and the operation be run. */
function validity({ expires, outdated }: TheBytes, { text, nowMs }: Model): Segment {
  if (outdated) return segment(text('sign.outdated'), 'bad');
  const left = expires - nowMs;
  if (left <= 0) return segment(text('sign.expired', { at: formatMoment(expires) }), 'bad');
  const words = text('pending.expires-in', {
    at: formatMoment(expires),
    left: formatDuration(left, text.language),
  });
  return segment(words, left < SOON_MS ? 'warn' : 'plain');
}

const SOON_MS = 300_000;

/** What is lost, each part with its type, label and last mount in lines of their own. */
function contentLines({ device }: ApprovalPayload, model: Model): Line[] {
  const { text } = model;
  const { on_it: parts, more } = device;
  if (parts.length === 0) return [field(text('field.on-it'), text('sign.nothing-on-it'))];
  const lines = parts.flatMap((part, index): Line[] => [
    field(
      index === 0 ? text('field.on-it') : '',
      [formatBytes(part.bytes, text.language), fromPrintable(part.type ?? ''), fromPrintable(part.part)]
        .filter((word) => word !== '')
        .join('  '),
    ),
    ...(part.label === undefined
      ? []
      : [
          [
            ...field('', segment(`  ${text('sign.label')} `, 'dim')),
            segment(fromPrintable(part.label), 'strong'),
          ],
        ]),
    ...(part.last_mounted === undefined && part.last_mounted_on === undefined
      ? []
      : [mountLine(part, model)]),
  ]);
  return more === 0
    ? lines
    : [...lines, field('', segment(text('sign.more-parts', { count: more }), 'warn'))];
}

function mountLine(part: ApprovalPayload['device']['on_it'][number], { text, nowMs }: Model): Line {
  const at = part.last_mounted === undefined ? undefined : Date.parse(part.last_mounted);
  const when =
    at === undefined
      ? ''
      : ` ${formatMoment(at)} (${text('age.ago', { age: formatDuration(nowMs - at, text.language) })})`;
  return [
    ...field('', segment(`  ${text('sign.last-mounted')}${when}`, 'dim')),
    ...(part.last_mounted_on === undefined ? [] : [segment(` ${fromPrintable(part.last_mounted_on)}`)]),
  ];
}
