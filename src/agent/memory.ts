// The agent's memory and decisions in one piece: operations, ledger, tokens, guests' reports, clock; with
// the handlers of their routes. The server gives it the outside as ports.
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { GuestFacts } from '../contracts/facts/guests.ts';
import type { LedgerFacts } from '../contracts/facts/ledger.ts';
import type { OperationFacts } from '../contracts/facts/operations.ts';
import type { Notice } from '../contracts/routes.ts';
import { createClockMark } from './clock-mark.ts';
import { openGuestBook } from './guest-book.ts';
import { createGuestHandlers, createListGuests } from './handlers/guest-handlers.ts';
import { createLedgerHandlers, ledgerFactsOf } from './handlers/ledger-handlers.ts';
import { createOperationHandlers } from './handlers/operation-handlers.ts';
import { createTokenHandlers } from './handlers/token-handlers.ts';
import { createLedger, type Ledger } from './ledger/ledger.ts';
import type { Grants } from './operations/decide-format.ts';
import { openOperations } from './operations/operations.ts';
import type { DiskPorts } from './operations/ports.ts';
import { createTokenLog } from './tokens/token-log.ts';

export type MemoryOptions = {
  /** `/var/lib/felhom-agent`. */
  readonly stateFolder: string;
  readonly hostScope: string;
  readonly version: string;
  readonly allowLoop: boolean;
  readonly clock: Clock;
  readonly disks: DiskPorts;
  /** As they stand in the configuration now; one that cannot be read throws, and then none holds. */
  readonly readGrants: () => Promise<Grants>;
  /** VMIDs that Proxmox knows; none where there is no Proxmox, or it does not answer. */
  readonly readVmids: () => Promise<readonly number[]>;
  /** Something of it changed: whoever follows it wants to know. */
  readonly onChange: (subject: 'operations' | 'guests' | 'ledger') => void;
  readonly onNotice: (notice: Notice, vmid: number | undefined) => void;
  /** For the log; never a secret. */
  readonly onProblem: (problem: string) => void;
};

export type Memory = Awaited<ReturnType<typeof openMemory>>;

export async function openMemory(options: MemoryOptions) {
  const { stateFolder, clock, onChange, onProblem } = options;
  const at = (name: string) => join(stateFolder, name);

  const file = createLedger({ path: at('ledger.jsonl'), clock, onChange: () => onChange('ledger') });
  const before = await file.verify().catch((error: unknown) => {
    onProblem(`the ledger cannot be read: ${String(error)}`);
    return undefined;
  });
  const brokenAt = before === undefined ? 'the ledger cannot be read' : (before.broken ?? undefined);
  if (before !== undefined && brokenAt !== undefined) onProblem(`the ledger: ${brokenAt}`);
  const mark = await createClockMark({
    path: at('clock-mark'),
    clock,
    atLeast: before?.records.at(-1)?.at ?? 0,
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
    .catch((error: unknown) => onProblem(String(error)));

  const tokens = createTokenLog({ path: at('local-tokens.log'), clock, onProblem });
  const guests = await openGuestBook({
    path: at('guests.json'),
    clock,
    onChange: () => onChange('guests'),
    onProblem,
  });
  const operations = await openOperations({
    ...options,
    ledger,
    mark,
    onChange: () => onChange('operations'),
  });
  const listGuests = createListGuests({ book: guests, tokens, readVmids: options.readVmids });

  return {
    handlers: {
      ...createOperationHandlers({ operations, clock }),
      ...createGuestHandlers({ book: guests, listGuests, clock }),
      ...createTokenHandlers({ tokens, ledger, clock, mark }),
      ...createLedgerHandlers({ ledger, readGrants: options.readGrants, clock, mark }),
    },
    /** Whose token a secret is, at this very moment. */
    findToken: tokens.find,
    /** Ids of the tokens that are valid now. */
    validTokens: (): readonly string[] =>
      tokens.list().flatMap(({ id, revoked }) => (revoked === null ? id : [])),
    /** The subjects of facts that are the agent's own. */
    facts: {
      operations: async (): Promise<OperationFacts> => ({ operations: [...operations.list()] }),
      guests: async (): Promise<GuestFacts> => ({ guests: [...(await listGuests())] }),
      ledger: async (): Promise<LedgerFacts> => ledgerFactsOf(await ledger.verify()),
    },
    /** For what others of the agent do that belongs into the ledger (a certificate, a release). */
    ledger,
    /** Why something of it is not as it should be, or nothing. */
    trouble: (): string | undefined => tokens.problems()[0] ?? brokenAt,
    /** Does at once what is done every ten seconds. */
    tidy: operations.tidy,
    /** Cancels what can be cancelled. */
    stop: operations.stop,
  };
}
