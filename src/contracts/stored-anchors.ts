// A controller's file of the newest records of its agent's ledger.
import { z } from 'zod';
import { ledgerAnchor } from './facts/ledger.ts';

export const storedAnchors = z.object({
  /** Of which agent: the digest of what this guest was told of it. */
  told: z.string(),
  anchors: z.array(ledgerAnchor),
  /** What contradicted them, once. */
  cut: z.string().max(300).optional(),
});
export type StoredAnchors = z.infer<typeof storedAnchors>;
