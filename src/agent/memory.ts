// The agent's memory and decisions in one piece: operations, ledger, tokens, guests' reports, clock; with
// the handlers of their routes. The server gives it the outside as ports.
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { createListeners } from '../base/listeners.ts';
import type { LedgerRecord } from '../contracts/facts/ledger.ts';
import type { Notice } from '../contracts/routes.ts';
import type { HostIds } from '../host/host-ids.ts';
import { createClockMark } from './clock-mark.ts';
import { openGuestBook } from './guest-book.ts';
import { createGuestDeeds } from './guests/guest-deeds.ts';
import type { GuestPorts } from './guests/guest-ports.ts';
import { createKeepApart } from './guests/keep-apart.ts';
import { tellUnfinished } from './guests/tell-unfinished.ts';
import { createGuestHandlers, createListGuests, GUESTS_EVERY_S } from './handlers/guest-handlers.ts';
import { LEDGER_EVERY_S, ledgerFactsOf } from '../daemon/ledger/tell-ledger.ts';
import { createLedgerHandlers } from './handlers/ledger-handlers.ts';
import { createOperationHandlers, OPERATIONS_EVERY_S } from './handlers/operation-handlers.ts';
import { createSigningHandlers } from './handlers/signing-handlers.ts';
import { createTokenHandlers } from './handlers/token-handlers.ts';
import { openInstallation } from './installation.ts';
import { createLedger, type Ledger } from '../daemon/ledger/ledger.ts';
import type { Grants } from './operations/decide-format.ts';
import { openOperations } from './operations/operations.ts';
import { readSaid } from './operations/read-said.ts';
import type { DiskPorts } from './operations/ports.ts';
import type { TrustPorts } from './operations/trust-ports.ts';
import { watchSigners } from './signers-seen.ts';
import { createOwnSubjects } from './own-subjects.ts';
import { createTokenLog } from './tokens/token-log.ts';

const LOOK_AT_SIGNERS_MS = 60_000;

export type MemoryOptions = {
  /** `/var/lib/felhom-agent`. */
  readonly stateFolder: string;
  readonly hostScope: string;
  readonly version: string;
  readonly allowLoop: boolean;
  readonly clock: Clock;
  readonly disks: DiskPorts;
  readonly guests: GuestPorts;
  readonly trust: TrustPorts;
  readonly readHostIds: () => Promise<HostIds>;
  /** As they stand in the configuration now; one that cannot be read throws, and then none holds. */
  readonly readGrants: () => Grants | Promise<Grants>;
  /** VMIDs that Proxmox knows; none where there is no Proxmox, or it does not answer. */
  readonly readVmids: () => Promise<readonly number[]>;
  /** With the VMID of the guest whose it is, if it is one's. */
  readonly onNotice: (notice: Notice, vmid?: number) => void;
  /** For the log; never a secret. */
  readonly onProblem: (problem: string) => void;
};

export async function openMemory(options: MemoryOptions) {
  const { stateFolder, clock, onProblem } = options;
  const changes = {
    operations: createListeners(),
    guests: createListeners(),
    ledger: createListeners(),
  };
  const readGrants = async (): Promise<Grants> => options.readGrants();
  const at = (name: string) => join(stateFolder, name);

  const file = createLedger({ path: at('ledger.jsonl'), clock, onChange: changes.ledger.tell });
  const before = await file.verify().catch((error: unknown) => ({
    records: [],
    broken: `it cannot be read: ${messageOf(error)}`,
  }));
  const broken = before.broken === null ? undefined : `the ledger: ${before.broken}`;
  if (broken !== undefined) onProblem(broken);
  const mark = await createClockMark({
    path: at('clock-mark'),
    clock,
    atLeast: latestOf(before.records),
    onProblem,
  });
  const ledger: Ledger = {
    ...file,
    record: async (entry) => {
      const record = await file.record(entry);
      await mark.raise(true);
      return record;
    },
  };
  // Seals what a crash tore off, too. An agent that cannot write looks on, and refuses to act.
  await ledger
    .record({ what: 'agent.started', by: null, subject: '', detail: { version: options.version } })
    .then(async () => tellUnfinished(ledger, before.records))
    .catch((error: unknown) => onProblem(messageOf(error)));

  const tokens = createTokenLog({ path: at('local-tokens.log'), clock, onProblem });
  const guests = await openGuestBook({
    path: at('guests.json'),
    clock,
    onChange: changes.guests.tell,
    onProblem,
  });
  const installation = await openInstallation({
    path: at('installation'),
    readHostIds: options.readHostIds,
    ledger,
    records: before.records,
    onProblem,
  });
  const { trust } = options;
  const signers = watchSigners({ readTrust: trust.readTrust, ledger, records: before.records, onProblem });
  const apart = createKeepApart();
  const operations = await openOperations({
    ...options,
    disks: { ...options.disks, runFormat: apart.guard(options.disks.runFormat) },
    installation,
    said: readSaid(before.records),
    trust: { ...trust, readTrust: signers.read },
    ledger,
    mark,
    readGrants,
    onChange: changes.operations.tell,
  });
  const deeds = createGuestDeeds({
    ports: options.guests,
    apart,
    ledger,
    clock,
    onNotice: (notice) => {
      changes.guests.tell();
      options.onNotice(notice);
    },
    onProblem,
  });
  // Nobody may ask for days, and a technician should not be the first to learn that nobody can sign.
  const watching = setInterval(() => {
    signers.look().catch((error: unknown) => onProblem(`signers cannot be looked at: ${messageOf(error)}`));
    void deeds.tidy();
  }, LOOK_AT_SIGNERS_MS);
  watching.unref();
  const listGuests = createListGuests({ book: guests, tokens, readVmids: options.readVmids });

  return {
    handlers: {
      ...createOperationHandlers({ operations, clock }),
      ...createSigningHandlers({ operations, installation, lookAtSigners: signers.look, clock }),
      ...createGuestHandlers({ book: guests, deeds, listGuests, clock, anchor: ledger.anchor }),
      ...createTokenHandlers({ tokens, ledger, clock, mark, onChange: changes.guests.tell }),
      ...createLedgerHandlers({ ledger, readGrants, clock, mark }),
    },
    /** Whose token a secret is, at this very moment. */
    findToken: tokens.find,
    /** Ids of the tokens that are valid now. */
    validTokens: async () => tokens.validIds(),
    subjects: createOwnSubjects({
      clock,
      changes,
      intervals: { operations: OPERATIONS_EVERY_S, guests: GUESTS_EVERY_S, ledger: LEDGER_EVERY_S },
      readOperations: async () => ({ operations: [...operations.list()] }),
      readGuests: async () => ({ guests: [...(await listGuests())] }),
      readLedger: async () => ledgerFactsOf(await ledger.verify()),
    }),
    /** Why it cannot do all of its work, or nothing. */
    trouble: () =>
      broken ?? tokens.trouble() ?? installation.trouble() ?? operations.trouble() ?? deeds.trouble(),
    /** For what others of the agent do that belongs into the ledger (a certificate, a release). */
    ledger,
    /** Does at once what is done every so often. */
    tidy: async () => {
      await operations.tidy();
      await deeds.tidy();
    },
    /** Cancels what can be cancelled. */
    stop: async () => {
      clearInterval(watching);
      await Promise.all([operations.stop(), deeds.stop()]);
    },
  };
}

/** How far the clock had come by the ledger, since root last said that it is right. */
function latestOf(records: readonly LedgerRecord[]): number {
  const since = records.findLastIndex(({ what }) => what === 'clock.reset');
  return Math.max(0, ...records.slice(Math.max(0, since)).map(({ at }) => at));
}
