// Deeds on guests that were asked for and of which no end is written down: the agent was killed meanwhile, or
// could not write. The next start says so; nothing is done again.
import type { LedgerRecord } from '../../contracts/facts/ledger.ts';
import type { Ledger } from '../../daemon/ledger/ledger.ts';

const ENDS: ReadonlySet<string> = new Set(['guest.done', 'guest.failed', 'guest.interrupted']);

const unfinishedDeeds = (records: readonly LedgerRecord[]): readonly LedgerRecord[] => {
  const ended = new Set(records.flatMap(({ what, detail }) => (ENDS.has(what) ? [detail['of']] : [])));
  return records.filter(({ what, n }) => what === 'guest.asked' && !ended.has(n));
};

export async function tellUnfinished(
  ledger: Pick<Ledger, 'record'>,
  records: readonly LedgerRecord[],
): Promise<void> {
  for (const { n, subject, detail } of unfinishedDeeds(records)) {
    await ledger.record({
      what: 'guest.interrupted',
      by: null,
      subject,
      detail: { ...detail, of: n, status: null, why: 'the agent ended meanwhile' },
    });
  }
}
