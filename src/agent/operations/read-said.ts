// What the ledger says of each operation, for the start: a file can be an older one (the power was lost between
// the two, or somebody put it back), and what it still allows was taken away.
import type { LedgerRecord } from '../../contracts/facts/ledger.ts';
import type { Operation } from '../../contracts/facts/operations.ts';

export type Said = {
  /** It has run, or was about to. */
  readonly claimed: boolean;
  /** The last of its records, but for those about bytes. */
  readonly last: string;
  /** The digest of the last bytes that were made to be signed. */
  readonly bytes: string | null;
};

const LEAVE_IT_OPEN: ReadonlySet<string> = new Set(['op.requested', 'op.approved', 'op.approval-lost']);

export function readSaid(records: readonly LedgerRecord[]): ReadonlyMap<string, Said> {
  const said = new Map<string, Said>();
  for (const { what, subject, detail } of records) {
    if (!what.startsWith('op.')) continue;
    const { claimed, last, bytes } = said.get(subject) ?? { claimed: false, last: '', bytes: null };
    const { sha256 } = detail;
    const isBytes = what === 'op.bytes';
    said.set(subject, {
      claimed: claimed || what === 'op.claimed',
      last: isBytes ? last : what,
      bytes: isBytes && typeof sha256 === 'string' ? sha256 : bytes,
    });
  }
  return said;
}

/** Why an open operation, by its file, is none any more, or not this one. */
export function whyNotOpen({ state, bytes }: Operation, said: Said | undefined): string | undefined {
  if (said === undefined) return state === 'approved' ? 'the ledger knows nothing of it' : undefined;
  if (!LEAVE_IT_OPEN.has(said.last)) return `the ledger says ${said.last}`;
  if (state === 'approved' && said.last !== 'op.approved')
    return `approved, and the ledger says ${said.last}`;
  return bytes === null || bytes.sha256 === said.bytes ? undefined : 'the ledger knows other bytes of it';
}
