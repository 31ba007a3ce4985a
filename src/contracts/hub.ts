// What a guest's controller and the hub say to each other: its configuration, and its reports. Keys are of two
// kinds, a host's and a customer's; whoever presents the wrong one is told which it was.
import { z } from 'zod';
import { apiError } from './api-error.ts';
import { guestReport } from './facts/guests.ts';

export const HUB_PATHS = {
  /** YAML with a `generation` (`customerConfig`). */
  config: (customerId: string) => `/api/v1/customers/${encodeURIComponent(customerId)}/config`,
  report: '/api/v1/report',
} as const;

/** `POST /api/v1/report`, with the customer's key: the key's customer must be this one. */
export const hubReport = guestReport.extend({
  customer_id: z.string().min(1).max(255),
  /** The customer's id: never the id of a container. */
  hostname: z.string().min(1).max(255),
  /** Of its configuration; null when it has none of the hub's. */
  generation: z.int().nonnegative().nullable(),
  /** By the guest's clock, milliseconds since the epoch. */
  at: z.number(),
});
export type HubReport = z.infer<typeof hubReport>;

export const WRONG_KEY_KIND = 'E_KEY_KIND';
/** How the hub says no. With 401 and `E_KEY_KIND` it says of which kind the key is that was presented. */
export const hubRefused = apiError.partial({ error: true }).extend({
  key_kind: z.enum(['host', 'customer']).optional().catch(undefined),
});
