// What a ledger tells, as routes and facts hand it out.
import type { LedgerFacts } from '../../contracts/facts/ledger.ts';
import type { ChainTold } from './chain.ts';

export const LEDGER_EVERY_S = 10;
/** As many records in one answer. */
const PAGE = 1000;

/** The newest records, or those that follow number `after`; the oldest first. */
export function ledgerPage(chain: ChainTold, after: number | undefined) {
  const page =
    after === undefined
      ? chain.records.slice(-PAGE)
      : chain.records.filter(({ n }) => n > after).slice(0, PAGE);
  return { ...told(chain), anchor: chain.last, records: [...page] };
}

/** As the console shows it: the newest first. */
export function ledgerFactsOf(chain: ChainTold): LedgerFacts {
  return { ...told(chain), records: chain.records.slice(-PAGE).toReversed() };
}

const told = ({ records, broken, fragment }: ChainTold) => ({
  count: records.length,
  intact: broken === null && fragment === '',
  broken: broken ?? (fragment === '' ? null : 'after the last record stands what is no record'),
});
