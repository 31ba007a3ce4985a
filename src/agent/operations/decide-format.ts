// What becomes of a request to format a device: pure, by the table of the API. Nothing that a caller says
// about a device counts; the examination does.
import type { ApiCode } from '../../contracts/api-error.ts';
import type { BlockDevice } from '../../contracts/facts/disks.ts';
import {
  isOpen,
  isSigned,
  type FormatType,
  type Operation,
  type Requester,
} from '../../contracts/facts/operations.ts';
import type { ExaminedDisk } from '../../disks/examined-disk.ts';
import { shareDisk } from './find-device.ts';
import { judgeDisk, type DiskJudgement } from './judge-disk.ts';

export type Grants = Readonly<Record<string, '*' | readonly string[]>>;

/** As many may be open for one guest. */
export const MAX_OPEN_OF_GUEST = 4;

export type FormatQuestion = {
  readonly examined: ExaminedDisk;
  readonly fstype: FormatType;
  readonly by: Requester;
  /** What was typed; counts on a host's socket only. */
  readonly word: string | undefined;
  readonly grants: Grants;
  /** All that are known; what has expired is expired already. */
  readonly operations: readonly Operation[];
  /** Ids of those that are about to be claimed. */
  readonly starting: ReadonlySet<string>;
  /** What lies on what at this moment. */
  readonly devices: readonly BlockDevice[];
};

type Judged = Exclude<DiskJudgement, { kind: 'barred' }>;

export type FormatDecision =
  | { readonly kind: 'refuse'; readonly code: ApiCode; readonly message: string; readonly hint?: string }
  | {
      readonly kind: 'accept';
      readonly judged: Judged;
      /** The operation that is the same request, or undefined: a new one. */
      readonly same: Operation | undefined;
      readonly supersede: readonly Operation[];
      /** The device is no more what it was when they were asked for. */
      readonly invalidate: readonly Operation[];
      /** `signature`: the 403; `confirm`: it waits for a person; `signed`: for its run; else it runs. */
      readonly next: 'signature' | 'signed' | 'confirm' | 'run-granted' | 'run-confirmed';
    };

export function decideFormat(question: FormatQuestion): FormatDecision {
  const { examined, by, operations, starting, devices, word } = question;
  const judged = judgeDisk(examined, operations);
  if (judged.kind === 'barred') {
    return { kind: 'refuse', code: 'E_DEVICE_BARRED', message: `no operation is possible: ${judged.reason}` };
  }
  const { durable_id } = judged.identity;
  const onDisk = operations.filter(
    (operation) => isOpen(operation) && shareDisk(devices, operation.durable_id, durable_id),
  );
  const running = onDisk.find(({ id, state }) => state === 'claimed' || starting.has(id));
  if (running !== undefined) {
    return {
      kind: 'refuse',
      code: 'E_DEVICE_BUSY',
      message: `an operation is running on this disk${by.door === 'guest' ? '' : ` (${running.id})`}`,
      hint: 'wait for its end',
    };
  }
  const isOutdated = (operation: Operation) =>
    operation.durable_id === durable_id && operation.facts_sha256 !== examined.facts_sha256;
  const invalidate = onDisk.filter(isOutdated);
  const others = onDisk.filter((operation) => !isOutdated(operation));
  const same = others.find((operation) => isSame(operation, durable_id, question));
  const rest = others.filter((operation) => operation !== same);

  if (by.door === 'guest') {
    const refusal = refuseGuest(question, { rest, same, invalidate });
    if (refusal !== undefined) return refusal;
  }
  // A grant or a word does not start what somebody has signed: only its own run does.
  const waitsForRun = same?.state === 'approved' && isSigned(same);
  const allowed = waitsForRun ? 'signed' : approvalOf(question, durable_id);
  const next = judged.kind === 'bears' ? 'signature' : allowed;
  if (next === 'confirm' && by.door !== 'guest' && word !== undefined) {
    return {
      kind: 'refuse',
      code: 'E_WORD',
      message: 'the typed word is not that of this disk',
      hint: 'type the end of the serial number (or of the durable id) of the disk that you mean',
    };
  }
  return { kind: 'accept', judged, same, supersede: rest, invalidate, next };
}

/** By the same guest, or by whomever on the host. */
function isSame(operation: Operation, durableId: string, { by, fstype }: FormatQuestion): boolean {
  const { requested_by } = operation;
  const byGuest = by.door === 'guest';
  return (
    operation.durable_id === durableId &&
    operation.fstype === fstype &&
    (requested_by.door === 'guest') === byGuest &&
    (!byGuest || requested_by.vmid === by.vmid)
  );
}

function refuseGuest(
  { by, operations }: FormatQuestion,
  {
    rest,
    same,
    invalidate,
  }: {
    readonly rest: readonly Operation[];
    readonly same: Operation | undefined;
    readonly invalidate: readonly Operation[];
  },
): FormatDecision | undefined {
  if (rest.length > 0) {
    return {
      kind: 'refuse',
      code: 'E_OP_OPEN',
      message: 'another operation on this disk is open',
      hint: 'let it end, or have it denied on the host',
    };
  }
  const open = operations.filter(
    (operation) =>
      isOpen(operation) &&
      !invalidate.includes(operation) &&
      operation.requested_by.door === 'guest' &&
      operation.requested_by.vmid === by.vmid,
  );
  if (same !== undefined || open.length < MAX_OPEN_OF_GUEST) return undefined;
  return {
    kind: 'refuse',
    code: 'E_OP_LIMIT',
    message: `VMID ${by.vmid} has ${open.length} open operations, more are not kept`,
    hint: 'let one end, or have one denied on the host',
  };
}

/** Whether somebody has agreed already: root by a grant to the guest, or who typed the word on the host. */
function approvalOf(
  { by, word, grants, examined }: FormatQuestion,
  durableId: string,
): 'run-granted' | 'run-confirmed' | 'confirm' {
  if (by.door === 'guest') return isGranted(grants, by.vmid, durableId) ? 'run-granted' : 'confirm';
  return isWordOf(examined, word) ? 'run-confirmed' : 'confirm';
}

/** A disk without a word cannot be confirmed by one. */
const isWordOf = ({ confirm_word }: ExaminedDisk, word: string | undefined): boolean =>
  word !== undefined && word !== '' && word === confirm_word;

export function isGranted(grants: Grants, vmid: number | null, durableId: string): boolean {
  const key = String(vmid);
  if (vmid === null || !Object.hasOwn(grants, key)) return false;
  const granted = grants[key];
  return granted === '*' || (granted?.includes(durableId) ?? false);
}
