// The bytes that an operator signs, as the agent made them, and what they say, for people: read from these
// very bytes and from nothing else.
import { plainSha256 } from '../base/digest.ts';
import { ActionableError } from '../base/errors.ts';
import { formatDigest, tellLastMounted, tellRequester } from '../base/texts/tell-operation.ts';
import type { Text } from '../base/texts/text.ts';
import { formatBytes, formatMoment } from '../base/units.ts';
import { fromPrintable, parseApproval, type ApprovalPayload } from '../contracts/approval-payload.ts';
import type { RouteAnswer, RouteBody } from '../contracts/routes.ts';
import type { CallRoute } from '../contracts/source.ts';
import type { CommandContext, Options } from './command.ts';
import type { Row } from './print-rows.ts';

export type BytesToSign = RouteAnswer<'bytesOperation'> & {
  readonly payload: ApprovalPayload;
  /** Computed here: it is what sha256sum(1) prints elsewhere. */
  readonly sha256: string;
};

export const bytesOptions = {
  quick: { summary: 'option.quick' },
  renew: { summary: 'option.renew' },
} as const satisfies Options;

export async function fetchBytes(
  { options, text }: CommandContext,
  call: CallRoute,
  id: string,
): Promise<BytesToSign> {
  const body: RouteBody<'bytesOperation'> = {
    ...(options['offline'] === true ? { offline: true } : {}),
    ...(options['quick'] === true ? { wipe: 'quick' } : {}),
    ...(options['renew'] === true ? { renew: true } : {}),
  };
  const answer = await call('bytesOperation', { params: { id }, body });
  const payload = parseApproval(answer.message);
  // Whatever would be signed here, it is not this.
  if (payload === undefined || payload.op_id !== id) {
    throw new ActionableError('failed', text('bytes.strange'), { hint: text('bytes.strange.hint') });
  }
  return { ...answer, payload, sha256: plainSha256(answer.message) };
}

export function listPayload({ payload, sha256 }: BytesToSign, text: Text): readonly Row[] {
  const { device, args, requested_by: by } = payload;
  const none = text('word.none');
  const told = (value: string | undefined) => (value === undefined ? none : fromPrintable(value));
  const durableId = fromPrintable(payload.durable_id);
  return [
    [text('op.field.id'), payload.op_id],
    [
      text('op.field.what'),
      text('op.what', { fstype: payload.fstype, device: durableId, uuid: args.fs_uuid }),
    ],
    [text('bytes.field.wipe'), text(`sign.wipe.${args.wipe}`)],
    [text('field.host'), fromPrintable(payload.host_scope)],
    [text('field.model'), told(device.model)],
    [text('field.serial'), told(device.serial)],
    [text('field.size'), formatBytes(device.bytes, text.language)],
    ...device.on_it.map((part): Row => [
      text('op.field.content'),
      [
        fromPrintable(part.part),
        formatBytes(part.bytes, text.language),
        ...[part.type, part.label].flatMap((word) => (word === undefined ? [] : [fromPrintable(word)])),
        tellLastMounted(
          part.last_mounted === undefined ? null : Date.parse(part.last_mounted),
          part.last_mounted_on === undefined ? null : fromPrintable(part.last_mounted_on),
          text,
        ),
      ]
        .filter((word) => word !== '')
        .join('  '),
    ]),
    ...(device.more === 0
      ? []
      : [[text('op.field.content'), text('bytes.more', { count: device.more })] as const]),
    [text('op.field.by'), tellRequester(text, { door: by.door, vmid: by.vmid ?? null, name: null })],
    [text('bytes.field.until'), formatMoment(Date.parse(payload.expires))],
    [text('bytes.field.digest'), formatDigest(sha256)],
  ];
}
