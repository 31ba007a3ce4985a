// Everything that the signed bytes say, a field each. What goes on in a further line stays below its own
// value: foreign text, however long, never stands where another field begins.
import { fit } from '../../src/base/cells.ts';
import { formatDigest, tellRequester } from '../../src/base/texts/tell-operation.ts';
import { formatBytes, formatDuration, formatMoment } from '../../src/base/units.ts';
import type { ApprovalPayload } from '../../src/contracts/approval-payload.ts';
import { fromPrintable } from '../../src/contracts/approval-text.ts';
import type { TheBytes } from '../../state/sign-view.ts';
import { cutLine, segment, wrap, type Line, type Tone } from '../draw/line.ts';
import type { Model } from '../draw/model.ts';

type Value = { readonly text: string; readonly tone?: Tone };

const LABEL_WIDTH = 16;
const INSET = 2;
const SOON_MS = 300_000;

export function messageLines(bytes: TheBytes, model: Model, width: number): readonly Line[] {
  const { text } = model;
  const { payload, sha256 } = bytes;
  const { args, device, fstype, requested_by: by } = payload;
  const field = (label: string, value: Value): Line[] => hanging(label, value, width);
  const foreign = (value: string | undefined): Value =>
    value === undefined
      ? { text: model.glyphs.dash, tone: 'dim' }
      : { text: fromPrintable(value), tone: 'strong' };
  const transport = device.transport === undefined ? '' : `  ${fromPrintable(device.transport)}`;
  const size = `${formatBytes(device.bytes, text.language)} (${device.bytes} B)${transport}`;
  const requester = tellRequester(text, { door: by.door, vmid: by.vmid ?? null, name: null });
  // What tells this disk from another one first, and what changes the effect; then who and where.
  return [
    ...field(text('field.model'), foreign(device.model)),
    ...field(text('field.serial'), foreign(device.serial)),
    ...field(text('field.size'), { text: size }),
    ...field(text('field.durable-id'), foreign(payload.durable_id)),
    ...contentLines(payload, model, width),
    ...field(text('field.wipe'), {
      text: text(`sign.wipe.${args.wipe}`),
      tone: args.wipe === 'full' ? 'plain' : 'warn',
    }),
    ...field(text('field.valid'), validity(bytes, model)),
    ...field(text('field.new-fs'), { text: `${fstype}  ${args.fs_uuid}` }),
    ...field(text('field.asked-by'), { text: requester }),
    ...field(text('field.host'), foreign(payload.host_scope)),
    ...field(text('field.to-compare'), { text: formatDigest(sha256), tone: 'key' }),
    ...field(text('field.id'), { text: payload.op_id }),
    ...field(text('field.made'), { text: formatMoment(Date.parse(payload.created)) }),
    ...field(text('field.signatures'), { text: String(payload.threshold) }),
    ...field(text('field.sha256'), { text: sha256, tone: 'dim' }),
    ...field(text('field.digest'), { text: payload.facts_sha256, tone: 'dim' }),
    ...field(text('field.install'), { text: payload.install, tone: 'dim' }),
    ...field(text('field.nonce'), { text: payload.nonce, tone: 'dim' }),
  ];
}

/** Which disk it is, in one line; foreign text last, where it can push nothing aside. */
export const diskLine = ({ payload }: TheBytes, { text }: Model, width: number): Line =>
  cutLine(
    [
      segment(`${formatBytes(payload.device.bytes, text.language)}  `),
      segment(fromPrintable(payload.device.serial ?? payload.durable_id), 'strong'),
    ],
    width,
  );

/** A value beside its label, and below itself when it is long. */
function hanging(
  label: string,
  { text, tone = 'plain' }: Value,
  width: number,
  indent = LABEL_WIDTH,
): Line[] {
  return wrap(text, Math.max(1, width - indent), tone).map((line, index): Line => [
    segment(fit(index === 0 ? label : '', indent), 'dim'),
    ...line,
  ]);
}

/** How long the bytes can be signed and the operation be run. */
function validity({ expires, outdated }: TheBytes, { text, nowMs }: Model): Value {
  if (outdated) return { text: text('sign.outdated'), tone: 'bad' };
  const left = expires - nowMs;
  if (left <= 0) return { text: text('sign.expired', { at: formatMoment(expires) }), tone: 'bad' };
  return {
    text: text('pending.expires-in', {
      at: formatMoment(expires),
      left: formatDuration(left, text.language),
    }),
    tone: left < SOON_MS ? 'warn' : 'plain',
  };
}

/** What is lost, each part with its type, label and last mount in lines of their own. */
function contentLines({ device }: ApprovalPayload, model: Model, width: number): Line[] {
  const { text } = model;
  const { on_it: parts, more } = device;
  const title = text('field.on-it');
  if (parts.length === 0) return hanging(title, { text: text('sign.nothing-on-it') }, width);
  const inset = `${' '.repeat(LABEL_WIDTH + INSET)}${text('sign.label')} `;
  const lines = parts.flatMap((part, index): Line[] => [
    ...hanging(
      index === 0 ? title : '',
      {
        text: [
          formatBytes(part.bytes, text.language),
          fromPrintable(part.type ?? ''),
          fromPrintable(part.part),
        ]
          .filter((word) => word !== '')
          .join('  '),
      },
      width,
    ),
    ...(part.label === undefined
      ? []
      : hanging(inset, { text: fromPrintable(part.label), tone: 'strong' }, width, inset.length)),
    ...(part.last_mounted === undefined && part.last_mounted_on === undefined
      ? []
      : hanging('', { text: tellMount(part, model), tone: 'dim' }, width, LABEL_WIDTH + INSET)),
  ]);
  if (more === 0) return lines;
  return [...lines, ...hanging('', { text: text('sign.more-parts', { count: more }), tone: 'warn' }, width)];
}

function tellMount(part: ApprovalPayload['device']['on_it'][number], { text, nowMs }: Model): string {
  const at = part.last_mounted === undefined ? undefined : Date.parse(part.last_mounted);
  const when =
    at === undefined
      ? ''
      : `${formatMoment(at)} (${text('age.ago', { age: formatDuration(nowMs - at, text.language) })})`;
  return [text('sign.last-mounted'), when, fromPrintable(part.last_mounted_on ?? '')]
    .filter((word) => word !== '')
    .join(' ');
}
