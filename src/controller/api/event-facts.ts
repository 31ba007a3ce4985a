// The facts that the controller's events tell: its base stack whenever anything of it changed, and its ledger.
import type { Clock } from '../../base/clock.ts';
import type { Subject } from '../../contracts/all-facts.ts';
import { absent, ok } from '../../contracts/reading.ts';
import type { Ledger } from '../../daemon/ledger/ledger.ts';
import { LEDGER_EVERY_S, ledgerFactsOf } from '../../daemon/ledger/tell-ledger.ts';
import type { EventFacts } from '../../daemon/serve/event-hub.ts';
import type { TellBase } from '../parts.ts';
import { BASE_EVERY_S } from './handlers/base.ts';

export const CONTROLLER_SUBJECTS = ['base_stack', 'ledger'] as const satisfies readonly Subject[];

type Changes = (listener: () => void) => () => void;

export const createEventFacts = ({
  tell,
  ledger,
  clock,
  baseChanges,
  ledgerChanges,
}: {
  readonly tell: TellBase;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly baseChanges: readonly Changes[];
  readonly ledgerChanges: Changes;
}): EventFacts => ({
  intervals: { base_stack: BASE_EVERY_S * 1000, ledger: LEDGER_EVERY_S * 1000 },
  read: async (subject) => {
    if (subject === 'base_stack') return ok(tell(), 'controller', clock.now());
    if (subject === 'ledger') return ok(ledgerFactsOf(await ledger.verify()), 'controller', clock.now());
    return absent('not-here', 'controller', clock.now());
  },
  onChange: (listener) => {
    const stops = [
      ...baseChanges.map((onChange) => onChange(() => listener('base_stack'))),
      ledgerChanges(() => listener('ledger')),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  },
});
