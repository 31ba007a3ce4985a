// Every route of a guest's controller: who may call it, what it takes and what it gives. Server, client and
// documents come from this one table. Answers are wrapped: `{ok: true, data}` or `{ok: false, error, code, hint?}`.
import { z } from 'zod';
import { baseStackFacts, baseStep, healthIssue, healthStatus } from './facts/base-stack.ts';
import { ledgerAnchor, ledgerRecord } from './facts/ledger.ts';
import { operation } from './facts/operations.ts';
import { flaggedDevice } from './flagged-device-schema.ts';
import { MAX_TAIL, PAUSE } from './limits.ts';
import { hostMetrics } from './routes.ts';

const none = z.strictObject({});
/** What a caller says of itself, for the ledger: a claim and no more. */
const claimed = { name: z.string().max(100).optional() };
/** For what is protected: the container's name, typed by a person. */
const typed = { ...claimed, confirm: z.string().max(300).optional() };
const service = z.strictObject({ service: z.string().regex(/^[a-z0-9-]{1,60}$/) });
/** Docker's own rule for names; an id fits it, too. */
const containerParams = z.strictObject({ id: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,200}$/) });

export type ControllerRouteShape = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Whether anybody may ask; all others need the socket or the API token. */
  readonly open: boolean;
  readonly params: z.ZodType;
  readonly query: z.ZodType;
  readonly body: z.ZodType;
  /** What stands in `data`. */
  readonly answer: z.ZodType;
  readonly status: 200 | 202;
  /** `events` answers no JSON: server-sent events. */
  readonly kind: 'json' | 'events';
};

const get = {
  method: 'GET',
  open: false,
  params: none,
  query: none,
  body: none,
  status: 200,
  kind: 'json',
} as const;
const post = { ...get, method: 'POST' } as const;
const containerAnswer = z.object({ id: z.string(), name: z.string(), state: z.string() });

export const controllerRoutes = {
  health: {
    ...get,
    path: '/api/health',
    open: true,
    answer: z.object({
      status: healthStatus,
      issues: z.array(healthIssue),
      version: z.string(),
      at: z.number(),
    }),
  },
  base: {
    ...get,
    path: '/api/base',
    answer: z.object({ at: z.number(), every_s: z.number(), base: baseStackFacts }),
  },
  /** What it would do now, looked at anew; nothing is done. */
  basePlan: {
    ...get,
    path: '/api/base/plan',
    answer: z.object({
      at: z.number(),
      steps: z.array(baseStep),
      /** What is held back, and why: back-off, a pause, a version that was rolled back, missing keys. */
      held: z.array(z.object({ subject: z.string(), why: z.string(), until: z.number().nullable() })),
      blocked: z.string().nullable(),
    }),
  },
  /** Does it now: back-offs end, and a version that was rolled back is tried once more. */
  applyBase: {
    ...post,
    path: '/api/base/apply',
    body: z.strictObject({ ...claimed }),
    answer: z.object({ applied: z.array(baseStep), base: baseStackFacts }),
  },
  /** Stops a protected container and keeps it down, with a reason and until an end. */
  pauseService: {
    ...post,
    path: '/api/base/:service/pause',
    params: service,
    body: z.strictObject({
      reason: z.string().trim().min(PAUSE.minReason).max(PAUSE.maxReason),
      /** At most a day. */
      minutes: z.int().min(1).max(PAUSE.maxMinutes),
      ...typed,
    }),
    answer: z.object({ base: baseStackFacts }),
  },
  resumeService: {
    ...post,
    path: '/api/base/:service/resume',
    params: service,
    body: z.strictObject(claimed),
    answer: z.object({ base: baseStackFacts }),
  },
  startContainer: {
    ...post,
    path: '/api/containers/:id/start',
    params: containerParams,
    body: z.strictObject(claimed),
    answer: containerAnswer,
  },
  /** A protected one comes back by itself, unless it is paused. */
  stopContainer: {
    ...post,
    path: '/api/containers/:id/stop',
    params: containerParams,
    body: z.strictObject(typed),
    answer: containerAnswer,
  },
  restartContainer: {
    ...post,
    path: '/api/containers/:id/restart',
    params: containerParams,
    body: z.strictObject(typed),
    answer: containerAnswer,
  },
  /** The last lines of a container that is ours or lets itself be managed. */
  containerLogs: {
    ...get,
    path: '/api/containers/:id/logs',
    params: containerParams,
    query: z.strictObject({
      tail: z.coerce.number().int().min(1).max(MAX_TAIL).optional(),
      /** The run before the present one. */
      previous: z.enum(['true', 'false']).optional(),
    }),
    answer: z.object({ id: z.string(), lines: z.array(z.string()) }),
  },
  hostMetrics: { ...get, path: '/api/host-metrics', answer: hostMetrics },
  disks: {
    ...get,
    path: '/api/disks',
    answer: z.object({ at: z.number(), every_s: z.number(), devices: z.array(flaggedDevice) }),
  },
  /** The agent decides. Its 403 with `pending_op` becomes 409, and is handed on whole. */
  formatDisk: {
    ...post,
    path: '/api/disks/format',
    body: z.strictObject({ device: z.string().min(1).max(300), fstype: z.string().max(50) }),
    answer: z.object({ formatted: z.literal(false), data_bearing: z.boolean(), operation }),
    status: 202,
  },
  ledger: {
    ...get,
    path: '/api/ledger',
    query: z.strictObject({ after: z.coerce.number().int().min(0).optional() }),
    answer: z.object({
      at: z.number(),
      every_s: z.number(),
      records: z.array(ledgerRecord),
      count: z.number(),
      intact: z.boolean(),
      broken: z.string().nullable(),
      anchor: ledgerAnchor,
    }),
  },
  /** `facts` with `{subject, every_s, reading}` (`base_stack`, `ledger`), and `notice`, as the agent's. */
  events: { ...get, path: '/api/events', answer: z.string(), kind: 'events' },
} as const satisfies Record<string, ControllerRouteShape>;

export type ControllerRouteId = keyof typeof controllerRoutes;
type Table = typeof controllerRoutes;
export type ControllerParams<R extends ControllerRouteId> = z.output<Table[R]['params']>;
export type ControllerQuery<R extends ControllerRouteId> = z.output<Table[R]['query']>;
export type ControllerBody<R extends ControllerRouteId> = z.input<Table[R]['body']>;
/** As the server reads it, with its defaults. */
export type ParsedControllerBody<R extends ControllerRouteId> = z.output<Table[R]['body']>;
export type ControllerAnswer<R extends ControllerRouteId> = z.output<Table[R]['answer']>;

export type ControllerInput<R extends ControllerRouteId> = {
  readonly params?: ControllerParams<R>;
  readonly query?: ControllerQuery<R>;
  readonly body?: ControllerBody<R>;
  readonly signal?: AbortSignal;
};
/** Throws an ActionableError: `unreachable` when nobody answers, `refused` with the controller's reason. */
export type CallController = <R extends ControllerRouteId>(
  route: R,
  input?: ControllerInput<R>,
) => Promise<ControllerAnswer<R>>;
