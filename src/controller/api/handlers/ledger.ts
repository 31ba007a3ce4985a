// `GET /api/ledger`: what the controller did, and who asked for what.
import type { Clock } from '../../../base/clock.ts';
import type { Ledger } from '../../../daemon/ledger/ledger.ts';
import { LEDGER_EVERY_S, ledgerPage } from '../../../daemon/ledger/tell-ledger.ts';
import type { ApiHandler } from '../handler.ts';

export const createLedgerHandler =
  (ledger: Ledger, clock: Clock): ApiHandler<'ledger'> =>
  async ({ query }) => ({
    at: clock.now(),
    every_s: LEDGER_EVERY_S,
    ...ledgerPage(await ledger.verify(), query.after),
  });
