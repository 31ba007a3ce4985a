// Writes the message of an operation that is to be signed: pure. What a person compares stands in it as it is
// now, and what changes the effect; foreign text is encoded, and cut where it is long.
import { formatApproval, toPrintable, type ApprovalPayload } from '../../contracts/approval-payload.ts';
import type { Operation, WipeKind } from '../../contracts/facts/operations.ts';
import type { ExaminedDisk } from '../../disks/examined-disk.ts';
import { Refusal } from '../../daemon/refusal.ts';

export type ComposeQuestion = {
  readonly operation: Operation;
  readonly examined: ExaminedDisk;
  readonly install: string;
  readonly wipe: WipeKind;
  readonly nonce: string;
  /** Milliseconds since the epoch. */
  readonly created: number;
  readonly expires: number;
  readonly threshold: number;
};

/** Letters of the encoded text. What tells one disk from another has more room than what only describes it. */
const SERIAL_LENGTH = 96;
const MODEL_LENGTH = 64;
const WORD_LENGTH = 48;
const CUT = '...';

export function composeApproval(question: ComposeQuestion): string {
  const rows = question.examined.disk.content.map(tellContent);
  // As many rows as there is room for.
  for (let count = rows.length; count >= 0; count -= 1) {
    try {
      return formatApproval(payloadOf(question, rows.slice(0, count), rows.length - count));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw new Refusal('E_DEVICE_BARRED', 'the names of this host and disk leave no room for a message', {
    hint: "give the host a shorter hub.host_id in the agent's configuration",
  });
}

type Row = ApprovalPayload['device']['on_it'][number];

function payloadOf(
  { operation, examined, install, wipe, nonce, created, expires, threshold }: ComposeQuestion,
  rows: readonly Row[],
  more: number,
): ApprovalPayload {
  const { model, serial, transport, size_bytes } = examined.disk;
  const { door, vmid } = operation.requested_by;
  return {
    v: 1,
    type: 'felhom.pending-op',
    intent: 'approve',
    op: operation.op,
    op_id: operation.id,
    // Compared as a whole, so never cut.
    host_scope: toPrintable(operation.host_scope),
    install,
    durable_id: operation.durable_id,
    fstype: operation.fstype,
    args: { fs_uuid: operation.fs_uuid, wipe },
    device: {
      model: printed(model, MODEL_LENGTH),
      serial: printed(serial, SERIAL_LENGTH),
      transport: printed(transport, WORD_LENGTH),
      bytes: size_bytes,
      on_it: [...rows],
      more,
    },
    facts_sha256: operation.facts_sha256,
    nonce,
    created: tellMoment(created),
    expires: tellMoment(expires),
    threshold,
    requested_by: { door, vmid: vmid ?? undefined },
  };
}

const tellContent = (content: ExaminedDisk['disk']['content'][number]): Row => ({
  part: cut(toPrintable(content.device), WORD_LENGTH),
  bytes: content.size_bytes,
  type: printed(content.fs_type, WORD_LENGTH),
  label: printed(content.label, MODEL_LENGTH),
  last_mounted: content.last_mounted === null ? undefined : tellMoment(content.last_mounted),
  last_mounted_on: printed(content.last_mounted_on, MODEL_LENGTH),
});

const printed = (text: string | null, length: number): string | undefined =>
  text === null ? undefined : cut(toPrintable(text), length);

/** Never within an encoded letter. */
const cut = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - CUT.length).replace(/%[0-9A-F]?$/, '')}${CUT}`;

/** RFC 3339 to the second. */
const tellMoment = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** Whole seconds, as they stand in a message. */
export const toSecond = (ms: number): number => Math.floor(ms / 1000) * 1000;
