// The subjects of facts that the agent keeps itself, as readings that tell when they change.
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Listeners } from '../base/listeners.ts';
import type { GuestFacts } from '../contracts/facts/guests.ts';
import type { LedgerFacts } from '../contracts/facts/ledger.ts';
import type { OperationFacts } from '../contracts/facts/operations.ts';
import { failed, ok, type Reading } from '../contracts/reading.ts';
import { operationForGuest } from './for-guest.ts';

const SOURCE = 'felhom-agent';

/** An `OwnSubject` of the sampler that certainly tells when it changed. */
type Remembered<T> = {
  readonly everyMs: number;
  readonly read: () => Promise<Reading<T>>;
  readonly onChange: Listeners['add'];
};
export type RememberedSubjects = {
  readonly operations: Remembered<OperationFacts> & {
    readonly forGuest: (facts: OperationFacts, vmid: number) => OperationFacts;
  };
  readonly guests: Remembered<GuestFacts> & {
    readonly forGuest: (facts: GuestFacts, vmid: number) => GuestFacts;
  };
  readonly ledger: Remembered<LedgerFacts>;
};

export function createOwnSubjects({
  clock,
  changes,
  intervals,
  readOperations,
  readGuests,
  readLedger,
}: {
  readonly clock: Clock;
  readonly changes: { readonly [S in keyof RememberedSubjects]: Pick<Listeners, 'add'> };
  /** Seconds: for who polls, and who follows hears at once. */
  readonly intervals: { readonly [S in keyof RememberedSubjects]: number };
  readonly readOperations: () => Promise<OperationFacts>;
  readonly readGuests: () => Promise<GuestFacts>;
  readonly readLedger: () => Promise<LedgerFacts>;
}): RememberedSubjects {
  const subject = <T>(name: keyof RememberedSubjects, read: () => Promise<T>): Remembered<T> => ({
    everyMs: intervals[name] * 1000,
    read: async () => {
      try {
        return ok(await read(), SOURCE, clock.now());
      } catch (error) {
        return failed('io-error', SOURCE, clock.now(), messageOf(error));
      }
    },
    onChange: changes[name].add,
  });
  return {
    operations: {
      ...subject('operations', readOperations),
      forGuest: ({ operations }, vmid) => ({
        operations: operations
          .filter(({ requested_by }) => requested_by.door === 'guest' && requested_by.vmid === vmid)
          .map(operationForGuest),
      }),
    },
    guests: {
      ...subject('guests', readGuests),
      forGuest: ({ guests }, vmid) => ({ guests: guests.filter((guest) => guest.vmid === vmid) }),
    },
    // Of everybody's doings: no guest's business.
    ledger: subject('ledger', readLedger),
  };
}
