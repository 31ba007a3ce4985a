// Docker's containers, from the Engine API (GET /containers/json and /containers/{id}/json).
import { z } from 'zod';
import { readingOf } from '../reading-schema.ts';

export const container = z.object({
  id: z.string(),
  name: z.string(),
  image: z.string(),
  image_id: z.string(),
  /** Whether the reference names one image for ever: a digest, or a tag that is not `latest`. */
  pinned: z.enum(['digest', 'tag', 'no']),
  /** created, running, paused, restarting, removing, exited, dead; unknown when Docker does not say. */
  state: z.string(),
  /** healthy, unhealthy, starting; null without a health check. */
  health: z.string().nullable(),
  /** Docker's own sentence, such as `Up 3 hours (healthy)`. */
  status: z.string(),
  /** Milliseconds since the epoch. */
  created_at: z.number().nullable(),
  /** The compose project or our stack's name; null when none. */
  stack: z.string().nullable(),
  /** One of the base stack's protected names. */
  protected: z.boolean(),
  /** Whether the controller made it (`made`), or may start and stop it (`managed`); it touches no others. */
  ours: z.enum(['made', 'managed', 'no']).default('no'),
  ports: z.array(z.string()),
  networks: z.array(z.string()),
  mounts: z.array(z.object({ source: z.string(), target: z.string(), read_only: z.boolean() })),
});
export type Container = z.infer<typeof container>;

export const containerFacts = z.object({
  engine_version: z.string(),
  /** When Docker's sentences ("Up 16 seconds") were said: they may be older than the knowledge that they still hold. */
  listed_at: z.number().optional(),
  containers: z.array(container),
});
export type ContainerFacts = z.infer<typeof containerFacts>;

/** What GET /containers/{id}/json adds, read for the detail view. Environment is never kept: it holds secrets. */
export const containerDetail = z.object({
  id: z.string(),
  started_at: z.number().nullable(),
  finished_at: z.number().nullable(),
  /** Null while it runs and before it ever ran. */
  exit_code: z.number().nullable(),
  oom_killed: z.boolean().nullable(),
  restart_count: z.number().nullable(),
  /** no, always, unless-stopped, on-failure. */
  restart_policy: z.string().nullable(),
  /** Arguments that look like secrets are hidden. */
  command: z.array(z.string()),
  /** The last lines that it wrote; some log drivers cannot be read. */
  log_tail: readingOf(z.array(z.string())),
});
export type ContainerDetail = z.infer<typeof containerDetail>;
