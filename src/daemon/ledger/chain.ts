// The chain of the ledger, apart from files: a record as a line, and what a text of lines tells. The hash
// is over the very bytes of the line before it, so that nothing is ever serialised again to verify.
import { parseJson } from '../../base/parse-json.ts';
import { sha256 } from '../../base/digest.ts';
import { ledgerRecord, type LedgerAnchor, type LedgerRecord } from '../../contracts/facts/ledger.ts';

const RECORD_DOMAIN = 'felhom ledger record v1';
const FRAGMENT_DOMAIN = 'felhom ledger torn tail v1';
/** What the first record has in the place of the hash of the one before. */
const NOTHING_BEFORE = '0'.repeat(64);
const LINE = /^(\{.*),"hash":"([0-9a-f]{64})"\}$/s;

const BEGINNING: LedgerAnchor = { n: 0, hash: NOTHING_BEFORE };

export type NewRecord = Omit<LedgerRecord, 'n' | 'previous' | 'hash'>;

/** The line of a record that follows `last`, with its end. */
export function sealRecord(last: LedgerAnchor, { at, what, by, subject, detail }: NewRecord) {
  const n = last.n + 1;
  const body = JSON.stringify({ n, at, what, by, subject, detail, previous: last.hash }).slice(0, -1);
  const hash = sha256(RECORD_DOMAIN, body);
  const record: LedgerRecord = { n, at, what, by, subject, detail, previous: last.hash, hash };
  return { line: `${body},"hash":"${hash}"}\n`, record };
}

/** A tail that a crash tore off is never dropped: it stays, and the next record says so. */
export const REPAIRED = 'ledger.repaired';
export const sealFragment = (last: LedgerAnchor, fragment: string, at: number) =>
  sealRecord(last, {
    at,
    what: REPAIRED,
    by: null,
    subject: '',
    detail: { torn_bytes: Buffer.byteLength(fragment), torn_sha256: sha256(FRAGMENT_DOMAIN, fragment) },
  });

export type ChainTold = {
  readonly records: readonly LedgerRecord[];
  /** Where the chain first breaks; null when it holds. */
  readonly broken: string | null;
  /** The last record, broken or not: what comes next follows it. */
  readonly last: LedgerAnchor;
  /** What stands after the last record and is none: the tail of a write that a crash tore off. */
  readonly fragment: string;
};

/** `anchor`: a record that is known to have been there, which finds a ledger that was cut. */
export function readChain(text: string, anchor: LedgerAnchor = BEGINNING): ChainTold {
  const records: LedgerRecord[] = [];
  let broken: string | null = null;
  let last = BEGINNING;
  let fragment = '';
  const breaks = (why: string) => {
    broken ??= why;
  };
  for (const line of linesOf(text)) {
    const read = readLine(line);
    if (read === undefined) {
      fragment += line;
      continue;
    }
    const { record, holds } = read;
    if (fragment !== '' && !mends(record, fragment)) {
      breaks(`before record ${record.n} stands what is no record`);
    }
    fragment = '';
    if (!holds) breaks(`record ${record.n} was changed`);
    if (record.n !== last.n + 1) breaks(`record ${last.n + 1} is missing: ${record.n} follows ${last.n}`);
    else if (record.previous !== last.hash) breaks(`record ${record.n} does not follow record ${last.n}`);
    records.push(record);
    last = { n: record.n, hash: record.hash };
  }
  const anchored = anchor.n === 0 || records.some(({ n, hash }) => n === anchor.n && hash === anchor.hash);
  if (!anchored)
    breaks(`record ${anchor.n} is not the one that was there before: the ledger was cut or replaced`);
  return { records, broken, last, fragment };
}

/** With their ends, so that fragments keep every byte. */
const linesOf = (text: string): readonly string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

function readLine(line: string): { record: LedgerRecord; holds: boolean } | undefined {
  const [, body, hash] = LINE.exec(line.endsWith('\n') ? line.slice(0, -1) : line) ?? [];
  if (body === undefined || hash === undefined) return undefined;
  const record = ledgerRecord.safeParse(parseJson(`${body},"hash":"${hash}"}`));
  if (!record.success) return undefined;
  return { record: record.data, holds: sha256(RECORD_DOMAIN, body) === hash };
}

/** The fragment as it was when it was sealed: the line's end came with the repair, unless it was torn with it. */
function mends({ what, detail }: LedgerRecord, fragment: string): boolean {
  if (what !== REPAIRED) return false;
  return [fragment, fragment.slice(0, -1)].some(
    (text) => sha256(FRAGMENT_DOMAIN, text) === detail['torn_sha256'],
  );
}
