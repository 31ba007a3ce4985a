// The subjects of facts that the agent keeps itself, as readings that tell when they change.
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { GuestFacts } from '../contracts/facts/guests.ts';
import type { LedgerFacts } from '../contracts/facts/ledger.ts';
import type { OperationFacts } from '../contracts/facts/operations.ts';
import { failed, ok, type Reading } from '../contracts/reading.ts';
import { operationForGuest } from './for-guest.ts';

export type Announcer = {
  readonly announce: () => void;
  /** Gives back how to stop. */
  readonly onChange: (listener: () => void) => () => void;
};

export function createAnnouncer(): Announcer {
  const listeners = new Set<() => void>();
  return {
    announce: () => {
      for (const listener of listeners) listener();
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

const SOURCE = 'felhom-agent';

/** An `OwnSubject` of the sampler that certainly tells when it changed. */
type Remembered<T> = {
  readonly everyMs: number;
  readonly read: () => Promise<Reading<T>>;
  readonly onChange: Announcer['onChange'];
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
  announcers,
  intervals,
  readOperations,
  readGuests,
  readLedger,
}: {
  readonly clock: Clock;
  readonly announcers: { readonly [S in keyof RememberedSubjects]: Announcer };
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
    onChange: announcers[name].onChange,
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
