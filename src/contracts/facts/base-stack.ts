// What a guest's controller says of itself and of its base stack: what should be, what is, the steps between,
// and its health.
import { z } from 'zod';

/** `unknown` is not ok. */
export const healthStatus = z.enum(['ok', 'warn', 'fail', 'unknown']);
export type HealthStatus = z.infer<typeof healthStatus>;

export const healthIssue = z.object({
  /** Stable: `protected-not-running`, `not-configured`, `hub-unreachable`, … */
  code: z.string(),
  level: z.enum(['warn', 'fail', 'unknown']),
  /** The service, link or folder that it is about; empty for the guest as a whole. */
  subject: z.string(),
  /** In English; stable, so that a hub can group by it: `Protected container not running: traefik`. */
  text: z.string(),
  /** Since when, and in how many looks in a row. */
  since: z.number(),
  count: z.number(),
  /** What a person does about it, in English. */
  hint: z.string().nullable(),
  /** Whether the controller mends it by itself. */
  heals_itself: z.boolean(),
});
export type HealthIssue = z.infer<typeof healthIssue>;

/** One step between what is and what should be, and why. */
export const baseStep = z.object({
  /** `create-network`, `create`, `start`, `replace`, … */
  kind: z.string(),
  /** The service or network that it is about. */
  subject: z.string(),
  /** In English, with the fact that led to it: `exited with code 137 12 s ago`. */
  cause: z.string(),
});
export type BaseStepTold = z.infer<typeof baseStep>;

export const basePause = z.object({
  reason: z.string(),
  /** Milliseconds since the epoch. */
  from: z.number(),
  until: z.number(),
  /** Who asked, as far as was claimed. */
  by: z.string().nullable(),
});
export type BasePause = z.infer<typeof basePause>;

const baseServiceState = z.enum([
  'running',
  /** Being made, started, replaced or settling. */
  'healing',
  /** A step failed: tried again at `next_try`. */
  'back-off',
  /** A person holds it down. */
  'paused',
  /** Keys are missing: `missing_keys`. */
  'not-configured',
  /** A container that is not ours holds its name. */
  'name-conflict',
  /** It does not run, and nothing is done about it: `cause` says why. */
  'down',
  'unknown',
]);

export const baseService = z.object({
  name: z.string(),
  state: baseServiceState,
  /** Why it is so, in English; null when there is nothing to say. */
  cause: z.string().nullable(),
  since: z.number().nullable(),
  container: z.object({ id: z.string(), state: z.string(), health: z.string().nullable() }).nullable(),
  image: z.string(),
  image_id: z.string().nullable(),
  /** How it differs from what it should be, a line each; empty when it does not. */
  drift: z.array(z.string()),
  missing_keys: z.array(z.string()),
  /** When it is tried again, in back-off. */
  next_try: z.number().nullable(),
  restarts: z.number().nullable(),
  pause: basePause.nullable(),
  /** The last new version that did not run, and was taken back. */
  rolled_back: z.object({ at: z.number(), image: z.string(), why: z.string() }).nullable(),
  /** What the service itself answered. */
  probe: z
    .object({ state: z.enum(['ok', 'failed', 'unknown']), detail: z.string(), at: z.number() })
    .nullable(),
});
export type BaseServiceTold = z.infer<typeof baseService>;

export const linkState = z.object({
  state: z.enum(['ok', 'failed', 'off', 'unknown']),
  since: z.number(),
  /** Why, in English; never a secret. */
  detail: z.string(),
});
export type LinkState = z.infer<typeof linkState>;

export const baseStackFacts = z.object({
  controller: z.object({
    version: z.string(),
    /** Null before it has been told whose guest this is. */
    customer_id: z.string().nullable(),
    /** The name it reports. */
    hostname: z.string(),
    /** The name of the guest that its Docker runs in. */
    guest_hostname: z.string().nullable(),
    started: z.number(),
    /** `controller.yaml` of which generation; null while there is none. */
    generation: z.number().nullable(),
  }),
  status: healthStatus,
  issues: z.array(healthIssue),
  services: z.array(baseService),
  /** What it would do now. */
  steps: z.array(baseStep),
  /** What keeps it from doing anything at all, in English; null when nothing does. */
  blocked: z.string().nullable(),
  last_pass: z
    .object({
      at: z.number(),
      took_ms: z.number(),
      calls: z.number(),
      applied: z.number(),
      converged: z.boolean(),
    })
    .nullable(),
  links: z.object({ docker: linkState, agent: linkState, hub: linkState }),
});
export type BaseStackFacts = z.infer<typeof baseStackFacts>;
