// Reads a ledger whole, page by page, and looks whether each record hangs on the one before.
import type { LedgerAnchor, LedgerRecord } from '../contracts/facts/ledger.ts';

/** Records after that number, in any order; the agent's and the controller's answer alike. */
export type ReadLedgerPage = (query: { readonly after: number }) => Promise<{
  readonly records: readonly LedgerRecord[];
  readonly count: number;
  readonly intact: boolean;
  readonly broken: string | null;
  readonly anchor: LedgerAnchor;
}>;

export type ReadLedger = {
  readonly records: LedgerRecord[];
  readonly count: number;
  readonly intact: boolean;
  readonly broken: string | null;
  /** Its newest record. */
  readonly anchor: LedgerAnchor;
};

/** Records after number `after`, the oldest first. */
export async function readLedger(readPage: ReadLedgerPage, after: number): Promise<ReadLedger> {
  const records: LedgerRecord[] = [];
  for (;;) {
    const last = records.at(-1)?.n ?? after;
    const page = await readPage({ after: last });
    const more = page.records.filter(({ n }) => n > last).toSorted((one, other) => one.n - other.n);
    records.push(...more);
    if (more.length > 0 && (records.at(-1)?.n ?? 0) < page.count) continue;
    const broken = page.broken ?? whereBroken(records);
    const { count, anchor } = page;
    return { records, count, intact: page.intact && broken === null, broken, anchor };
  }
}

/** What an anchor tells that was kept elsewhere: its record must still be there, and be the same. */
export function findCut(records: readonly LedgerRecord[], kept: LedgerAnchor): string | null {
  if (kept.n === 0 || records.some(({ n, hash }) => n === kept.n && hash === kept.hash)) return null;
  return `record ${kept.n} is not the one that was there before: the ledger was cut or replaced`;
}

function whereBroken(records: readonly LedgerRecord[]): string | null {
  const wrong = records.find((record, index) => {
    const before = records[index - 1];
    return before !== undefined && (record.n !== before.n + 1 || record.previous !== before.hash);
  });
  return wrong === undefined ? null : `record ${wrong.n} does not follow the one before`;
}
