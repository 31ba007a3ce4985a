// What may be done to a device at all, from its examination: pure, and any doubt counts as data.
import { isWeakName } from '../../contracts/durable-id.ts';
import type { DiskFlag, DiskSignal } from '../../contracts/facts/disk-flags.ts';
import type { Operation } from '../../contracts/facts/operations.ts';
import type { DiskIdentity, ExaminedDisk } from '../../disks/examined-disk.ts';
import { isUse } from '../../disks/recheck.ts';

export type DiskJudgement =
  /** Nothing was found on it, nobody uses it: what no one has read whole yet is read under the claim. */
  | { readonly kind: 'free'; readonly identity: DiskIdentity; readonly flag: DiskFlag }
  /** In use, or something may be on it: a signature is needed. */
  | {
      readonly kind: 'bears';
      readonly identity: DiskIdentity;
      readonly flag: DiskFlag;
      readonly held: boolean;
    }
  | { readonly kind: 'barred'; readonly reason: string };

/** `operations`: what ended before, as a run may have found what an examination cannot see. */
export function judgeDisk(examined: ExaminedDisk, operations: readonly Operation[]): DiskJudgement {
  const { flag, identity } = examined;
  const barred = flag.signals.find((signal) => signal.class === 'barred');
  if (barred !== undefined || identity === null) {
    return { kind: 'barred', reason: barred === undefined ? flag.reason : describe(barred, flag) };
  }
  if (!looksFree(flag)) {
    const held = flag.signals.length > 0 && flag.signals.every(isUse) && flag.verdict === 'in_use';
    return { kind: 'bears', identity, flag: { ...flag, data_bearing: true }, held };
  }
  if (isWeakName(identity.durable_id)) {
    const reason = 'device has a name that another one may have: no word and no grant is enough for it';
    return { kind: 'bears', identity, flag: { ...flag, data_bearing: true, reason }, held: false };
  }
  const found = flag.verdict === 'unverified' ? foundBefore(examined, operations) : undefined;
  if (found !== undefined) return { kind: 'bears', identity, flag: withFound(flag, found), held: false };
  return { kind: 'free', identity, flag };
}

const describe = ({ detail }: DiskSignal, { reason }: DiskFlag): string =>
  detail === '' || reason.includes(detail) ? reason : `${reason}: ${detail}`;

const FOUND_DATA: ReadonlySet<string> = new Set(['not-zero', 'failed']);

function looksFree({ verdict, signals, scan, data_bearing }: DiskFlag): boolean {
  if (signals.length > 0) return false;
  if (verdict === 'blank_proven') return !data_bearing;
  return verdict === 'unverified' && (scan === null || !FOUND_DATA.has(scan.state));
}

/** A run that read a byte which is not zero, on this very device as it still is. */
const foundBefore = (
  { facts_sha256, identity }: ExaminedDisk,
  operations: readonly Operation[],
): Operation | undefined =>
  operations.find(
    (operation) =>
      operation.ended?.code === 'E_NOT_BLANK' &&
      operation.durable_id === identity?.durable_id &&
      operation.facts_sha256 === facts_sha256,
  );

function withFound(flag: DiskFlag, { id, ended }: Operation): DiskFlag {
  const signal: DiskSignal = {
    id: 'not-zero',
    class: 'content',
    device: flag.name,
    detail: ended?.detail ?? '',
    where: `operation ${id}`,
    release: null,
  };
  return {
    ...flag,
    data_bearing: true,
    verdict: 'data',
    reason: 'device holds bytes that are not zero',
    signals: [signal],
  };
}
