// The ledger: who did what, through which door, and what came of it. Append-only; each record holds
// the hash of the one before.
import { z } from 'zod';
import { door, requester } from './operations.ts';

/** A guest's controller has two doors of its own: its socket, and the API by its token. */
const caller = requester.extend({ door: z.enum([...door.options, 'socket', 'token']) });
export type LedgerCaller = z.infer<typeof caller>;

export const ledgerRecord = z.object({
  /** Counts from 1 without a gap. */
  n: z.number(),
  /** Milliseconds since the epoch, by the host's clock. */
  at: z.number(),
  /** `op.requested`, `op.claimed`, `token.minted`, `clock.reset`, `agent.started`, … */
  what: z.string(),
  /** Null for what the agent did by itself. */
  by: caller.nullable(),
  /** The operation, token, guest or device that it is about; empty when it is about the agent. */
  subject: z.string(),
  /** Never a secret. */
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  /** SHA-256, hexadecimal: of the record before (64 zeros for the first), and of this one. */
  previous: z.string(),
  hash: z.string(),
});
export type LedgerRecord = z.infer<typeof ledgerRecord>;

/** A record that was there: whoever keeps it finds out when the ledger is cut. Number 0: none was. */
export const ledgerAnchor = z.object({ n: z.int().nonnegative(), hash: z.string().regex(/^[0-9a-f]{64}$/) });
export type LedgerAnchor = z.infer<typeof ledgerAnchor>;

export const ledgerFacts = z.object({
  /** The newest first; at most the last thousand. */
  records: z.array(ledgerRecord),
  /** Number of all records, and whether their chain holds. */
  count: z.number(),
  intact: z.boolean(),
  /** Where the chain breaks, when it does. */
  broken: z.string().nullable(),
});
export type LedgerFacts = z.infer<typeof ledgerFacts>;
