// Whether a stored message may still be signed, or what was signed of it may still be done: pure. The operation's
// own file is not believed: what it says has to be what was signed, member by member.
import { parseApproval, toPrintable, type ApprovalPayload } from '../../contracts/approval-payload.ts';
import type { ApiCode } from '../../contracts/api-error.ts';
import type { Operation } from '../../contracts/facts/operations.ts';
import type { SigningPolicy } from '../../contracts/signing-policy.ts';
import type { StoredOperation } from '../../contracts/stored-operation.ts';
import { plainSha256 } from '../../base/digest.ts';

export type MessageChecked =
  | { readonly state: 'holds'; readonly message: string; readonly payload: ApprovalPayload }
  | { readonly state: 'refused'; readonly code: ApiCode; readonly detail: string };

export type Here = {
  /** The later of the clock and its mark. */
  readonly now: number;
  readonly install: string;
  readonly hostScope: string;
  readonly policy: SigningPolicy;
};

/** As much as clocks may be corrected by. */
const TOLERATED_MS = 60_000;

export function checkMessage({ operation, identity, signing }: StoredOperation, here: Here): MessageChecked {
  const { bytes } = operation;
  if (signing === null || bytes === null) {
    return refused('E_OP_BYTES', 'no bytes were made for this operation yet');
  }
  const { message } = signing;
  const payload = parseApproval(message);
  if (payload === undefined || plainSha256(message) !== bytes.sha256) {
    return refused('E_OP_BYTES', 'the stored bytes are none that this agent made');
  }
  const made = Date.parse(payload.created);
  const expires = Date.parse(payload.expires);
  const differing = [
    ...differences(operation, payload),
    ...(identity.durable_id === payload.durable_id ? [] : ['the identity of the device']),
    ...(bytes.wipe === payload.args.wipe ? [] : ['wipe']),
    ...(bytes.made === made && bytes.expires === expires ? [] : ['times']),
  ];
  if (differing.length > 0) {
    return refused('E_OP_BYTES', `the operation is not what its bytes say: ${differing.join(', ')}`);
  }
  if (payload.install !== here.install || payload.host_scope !== toPrintable(here.hostScope)) {
    return refused('E_OP_HOST', 'the bytes were made for another installation or another host');
  }
  if (payload.threshold !== here.policy.threshold) {
    return refused('E_OP_BYTES', 'the policy asks for another number of signatures now');
  }
  // What is made of it can only ask more: a lifetime that was shortened since counts as well.
  const last = Math.min(expires, made + lifetimeOf(here.policy, bytes.offline));
  if (here.now >= last || made > here.now + TOLERATED_MS) {
    return refused('E_OP_EXPIRED', `the bytes could be signed and run until ${new Date(last).toISOString()}`);
  }
  return { state: 'holds', message, payload };
}

export const lifetimeOf = ({ lifetime_minutes, offline_hours }: SigningPolicy, offline: boolean): number =>
  offline ? offline_hours * 3_600_000 : lifetime_minutes * 60_000;

const differences = (operation: Operation, payload: ApprovalPayload): readonly string[] => {
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['op', operation.op, payload.op],
    ['id', operation.id, payload.op_id],
    ['host', toPrintable(operation.host_scope), payload.host_scope],
    ['durable id', operation.durable_id, payload.durable_id],
    ['file system', operation.fstype, payload.fstype],
    ['UUID', operation.fs_uuid, payload.args.fs_uuid],
    ['facts of the disk', operation.facts_sha256, payload.facts_sha256],
    ['door', operation.requested_by.door, payload.requested_by.door],
    ['VMID', operation.requested_by.vmid, payload.requested_by.vmid ?? null],
  ];
  return pairs.filter(([, kept, signed]) => kept !== signed).map(([what]) => what);
};

const refused = (code: ApiCode, detail: string): MessageChecked => ({ state: 'refused', code, detail });
