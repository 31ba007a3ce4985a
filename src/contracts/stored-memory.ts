// What the controller remembers of its base stack over restarts: `memory.json` in its data folder.
import { z } from 'zod';
import { BASE_SERVICES } from './base-stack.ts';
import { basePause } from './facts/base-stack.ts';
import { INTERRUPTS } from './step-kinds.ts';

const serviceNames = BASE_SERVICES.map(({ name }) => name);

const stepKind = z.custom<keyof typeof INTERRUPTS>(
  (kind) => typeof kind === 'string' && Object.hasOwn(INTERRUPTS, kind),
);

const stepFailures = z.object({
  step: stepKind,
  hash: z.string().nullable(),
  count: z.number(),
  last: z.number(),
  nextTry: z.number(),
  why: z.string(),
});

/** A step that a newer version knows is forgotten; it only waits less. */
const failures = stepFailures.nullable().catch(null);

const serviceMemory = z.object({
  failures,
  deaths: z.array(z.object({ at: z.number(), exitCode: z.number().nullable() })),
  pause: basePause.nullable(),
  rejected: z.object({ hash: z.string(), at: z.number(), image: z.string(), why: z.string() }).nullable(),
});

/** Of those that this version knows: a controller that is taken back must not lose which stacks folder is ours. */
const known = (names: readonly string[]) => (value: unknown) =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).filter(([name, of]) => names.includes(name) && of !== null))
    : value;

const SHARED = ['network', 'canary', 'self'] as const;

export const storedMemory = z.object({
  sentinel: z.string().nullable(),
  lastGoodDaemon: z.string().nullable(),
  services: z.preprocess(known(serviceNames), z.partialRecord(z.enum(serviceNames), serviceMemory)),
  shared: z
    .preprocess(known(SHARED), z.partialRecord(z.enum(SHARED), stepFailures))
    .catch({})
    .default({}),
});
