// Guests of this host: what Proxmox knows of each, and what its controller last reported.
import { z } from 'zod';

/** What a controller posts of itself; unknown fields are kept out, a newer peer breaks nothing. */
export const guestReport = z.object({
  /** `unknown` is not ok. */
  status: z.enum(['ok', 'warn', 'fail', 'unknown']),
  issues: z.array(z.string().max(500)).max(100).default([]),
  controller_version: z.string().max(100).nullable().default(null),
  /** The name it goes by: its customer's id. */
  hostname: z.string().max(255).nullable().default(null),
  /** The name of the guest itself, as its own system knows it. */
  guest_hostname: z.string().max(255).nullable().default(null),
  customer_id: z.string().max(255).nullable().default(null),
  /** Its protected containers. */
  services: z
    .array(
      z.object({
        name: z.string().max(255),
        state: z.string().max(60),
        cause: z.string().max(500).nullable(),
      }),
    )
    .max(50)
    .default([]),
});
export type GuestReport = z.infer<typeof guestReport>;

export const guest = z.object({
  vmid: z.number(),
  report: guestReport.nullable(),
  /** When the report came in, by the host's clock; null when none ever did. */
  reported: z.number().nullable(),
  /** From where it came: the other end of its connection, as the host saw it. */
  address: z.string().nullable().default(null),
  /** How many tokens of it are valid. */
  tokens: z.number(),
});
export type Guest = z.infer<typeof guest>;

export const guestFacts = z.object({ guests: z.array(guest) });
export type GuestFacts = z.infer<typeof guestFacts>;

/** The agent's file of reports. */
export const guestEntry = z.object({
  vmid: z.number(),
  report: guestReport,
  reported: z.number(),
  address: z.string().nullable().default(null),
});
export type GuestEntry = z.infer<typeof guestEntry>;
export const guestBook = z.object({ guests: z.array(guestEntry) });
