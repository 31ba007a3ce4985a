// What the controller remembers of its base stack over restarts: `memory.json` in its data folder.
import { z } from 'zod';
import { BASE_SERVICES } from './base-stack.ts';
import { basePause } from './facts/base-stack.ts';

const serviceNames = BASE_SERVICES.map(({ name }) => name);

/** As the planner calls its steps (src/controller/plan/state.ts). */
const stepKind = z.enum([
  'create-network',
  'remove-network',
  'connect-self',
  'canary',
  'create',
  'start',
  'unpause',
  'stop',
  'recreate',
  'replace',
  'adopt',
  'connect',
  'update-limits',
  'remove-leftover',
]);

const stepFailures = z.object({
  step: stepKind,
  hash: z.string().nullable(),
  count: z.number(),
  last: z.number(),
  nextTry: z.number(),
  why: z.string(),
});

const serviceMemory = z.object({
  failures: stepFailures.nullable(),
  deaths: z.array(z.object({ at: z.number(), exitCode: z.number().nullable() })),
  pause: basePause.nullable(),
  rejected: z.object({ hash: z.string(), at: z.number(), image: z.string(), why: z.string() }).nullable(),
});

export const storedMemory = z.object({
  sentinel: z.string().nullable(),
  lastGoodDaemon: z.string().nullable(),
  services: z.partialRecord(z.enum(serviceNames), serviceMemory),
  shared: z.partialRecord(z.enum(['network', 'canary', 'self']), stepFailures).default({}),
});
