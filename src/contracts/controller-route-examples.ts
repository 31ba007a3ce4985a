// A whole example of each request to the controller and of the data it answers with, and what else there is to say.
// Tests parse them with the route's own schemas; docs/api.md is written from here and from the table of routes.
import type { z } from 'zod';
import type { ApiCode } from './api-error.ts';
import type {
  ControllerAnswer,
  ControllerBody,
  ControllerRouteId,
  controllerRoutes,
} from './controller-routes.ts';
import type { BaseServiceTold, BaseStackFacts, HealthIssue } from './facts/base-stack.ts';
import type { LedgerRecord } from './facts/ledger.ts';
import { routeExamples } from './route-examples.ts';
import type { Notice } from './routes.ts';

export type ControllerRouteExample<R extends ControllerRouteId> = {
  /** One sentence: what it is for. */
  readonly says: string;
  readonly params: z.input<(typeof controllerRoutes)[R]['params']>;
  readonly query: z.input<(typeof controllerRoutes)[R]['query']>;
  readonly body: ControllerBody<R>;
  readonly answer: ControllerAnswer<R>;
  /** Its own; those of the API itself (a wrong body, no token, …) can come from any. */
  readonly errors: readonly ApiCode[];
};

/** What any request can be refused with, before its route is asked. */
export const CONTROLLER_COMMON_ERRORS = [
  'E_BAD_REQUEST',
  'E_TOKEN',
  'E_NO_ROUTE',
  'E_METHOD',
  'E_HOST_NAME',
  'E_CROSS_SITE',
  'E_TIMEOUT',
  'E_TOO_LARGE',
  'E_RATE',
  'E_BUG',
  'E_NOT_READY',
] as const satisfies readonly ApiCode[];

const AT = 1_790_000_000_000;
const MINUTE_MS = 60_000;
const CONTAINER_ID = '3dff0fe73b5c'.padEnd(64, '0');
/** Nothing is sent. */
const nothing = { params: {}, query: {}, body: {} } as const;
const traefikParams = { id: 'traefik' } as const;

const issue: HealthIssue = {
  code: 'not-configured',
  level: 'warn',
  subject: 'cloudflared',
  text: 'Not configured: cloudflared',
  since: AT - MINUTE_MS,
  count: 3,
  hint: 'set infrastructure.cf_tunnel_token in the configuration of this customer',
  heals_itself: false,
};
const traefik: BaseServiceTold = {
  name: 'traefik',
  state: 'running',
  cause: null,
  since: AT - 90 * MINUTE_MS,
  container: { id: CONTAINER_ID, state: 'running', health: 'healthy' },
  image: 'traefik:v3.6.7',
  image_id: `sha256:${'1'.repeat(64)}`,
  drift: [],
  missing_keys: [],
  next_try: null,
  restarts: 0,
  pause: null,
  rolled_back: null,
  probe: { state: 'ok', detail: 'HTTP 404 in 3 ms', at: AT - 4000 },
};
const cloudflared: BaseServiceTold = {
  ...traefik,
  name: 'cloudflared',
  state: 'not-configured',
  since: null,
  container: null,
  image: 'cloudflare/cloudflared:2025.11.1',
  image_id: null,
  missing_keys: ['infrastructure.cf_tunnel_token'],
  restarts: null,
  probe: null,
};
const base: BaseStackFacts = {
  controller: {
    version: '0.4.0',
    customer_id: 'kovacs',
    hostname: 'kovacs',
    guest_hostname: 'kovacs',
    started: AT - 90 * MINUTE_MS,
    generation: 3,
  },
  status: 'warn',
  issues: [issue],
  services: [traefik, cloudflared],
  steps: [],
  blocked: null,
  last_pass: { at: AT, took_ms: 14, calls: 5, applied: 0, converged: true },
  links: {
    docker: { state: 'ok', since: AT - 90 * MINUTE_MS, detail: '' },
    agent: { state: 'ok', since: AT - 90 * MINUTE_MS, detail: '' },
    hub: { state: 'off', since: AT - 90 * MINUTE_MS, detail: 'bootstrap.json names no hub' },
  },
};
const step = { kind: 'start', subject: 'traefik', cause: 'exited with code 137 2 s ago' };
const paused: BaseStackFacts = {
  ...base,
  services: [
    {
      ...traefik,
      state: 'paused',
      container: { id: CONTAINER_ID, state: 'exited', health: null },
      pause: { reason: 'certificates are moved', from: AT, until: AT + 30 * MINUTE_MS, by: 'anna' },
      probe: null,
    },
    cloudflared,
  ],
};
const record: LedgerRecord = {
  n: 7,
  at: AT,
  what: 'service.pause',
  by: { door: 'socket', vmid: null, name: 'anna' },
  subject: 'traefik',
  detail: { reason: 'certificates are moved', until: AT + 30 * MINUTE_MS },
  previous: '9c1d'.repeat(16),
  hash: 'e7a2'.repeat(16),
};
const notice: Notice = {
  kind: 'service-healed',
  at: AT,
  subject: 'traefik',
  detail: 'started: exited with code 137 2 s ago',
};
const event = (id: number, name: string, data: unknown) =>
  `id: 5f0c7a1b9e2d-${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

export const controllerRouteExamples: {
  readonly [R in ControllerRouteId]: ControllerRouteExample<R>;
} = {
  health: {
    says: 'How this guest is: its worst issue decides. Open to whoever asks by a name of ours.',
    ...nothing,
    answer: { status: 'warn', issues: [issue], version: '0.4.0', at: AT },
    errors: [],
  },
  base: {
    says: 'The base stack as it is: services, issues, and the links to Docker, agent and hub.',
    ...nothing,
    answer: { at: AT, every_s: 5, base },
    errors: [],
  },
  basePlan: {
    says: 'What would be done now, with the cause of each step. Looked at anew; nothing is done.',
    ...nothing,
    answer: {
      at: AT,
      steps: [step],
      held: [{ subject: 'cloudflared', why: 'missing infrastructure.cf_tunnel_token', until: null }],
      blocked: null,
    },
    errors: ['E_DOCKER'],
  },
  applyBase: {
    says: 'Has it done now: back-offs end, and what was rolled back is tried once more. Answers when it is done.',
    ...nothing,
    body: { name: 'anna' },
    answer: { applied: [step], base },
    errors: ['E_DOCKER', 'E_STORE'],
  },
  pauseService: {
    says: 'Stops a service of the base stack and keeps it down until an end. `confirm` is its name, typed by a person.',
    ...nothing,
    params: { service: 'traefik' },
    body: { reason: 'certificates are moved', minutes: 30, confirm: 'traefik', name: 'anna' },
    answer: { base: paused },
    errors: ['E_NO_SUCH', 'E_WORD', 'E_DOCKER', 'E_STORE'],
  },
  resumeService: {
    says: 'Ends a pause: the service comes back.',
    ...nothing,
    params: { service: 'traefik' },
    body: { name: 'anna' },
    answer: { base },
    errors: ['E_NO_SUCH', 'E_STORE'],
  },
  startContainer: {
    says: 'Starts a container that is ours, or is labelled `eu.felhom.managed=true`; by its name or id.',
    ...nothing,
    params: traefikParams,
    body: { name: 'anna' },
    answer: { id: CONTAINER_ID, name: 'traefik', state: 'running' },
    errors: ['E_NO_SUCH', 'E_NOT_OURS', 'E_DOCKER', 'E_DOCKER_REFUSED', 'E_STORE'],
  },
  stopContainer: {
    says: 'Stops such a container. A protected one takes its typed name, and comes back by itself unless it is paused.',
    ...nothing,
    params: traefikParams,
    body: { confirm: 'traefik', name: 'anna' },
    answer: { id: CONTAINER_ID, name: 'traefik', state: 'exited' },
    errors: ['E_NO_SUCH', 'E_NOT_OURS', 'E_WORD', 'E_DOCKER', 'E_DOCKER_REFUSED', 'E_STORE'],
  },
  restartContainer: {
    says: 'Restarts such a container; a protected one takes its typed name.',
    ...nothing,
    params: traefikParams,
    body: { confirm: 'traefik' },
    answer: { id: CONTAINER_ID, name: 'traefik', state: 'running' },
    errors: ['E_NO_SUCH', 'E_NOT_OURS', 'E_WORD', 'E_DOCKER', 'E_DOCKER_REFUSED', 'E_STORE'],
  },
  containerLogs: {
    says: 'The last lines that such a container wrote; with `previous` those of the run before.',
    ...nothing,
    params: traefikParams,
    query: { tail: 2 },
    answer: { id: CONTAINER_ID, lines: ['Configuration loaded', 'Starting provider *file.Provider'] },
    errors: ['E_NO_SUCH', 'E_NOT_OURS', 'E_DOCKER'],
  },
  hostMetrics: {
    says: 'Figures of the host, asked of its agent.',
    ...nothing,
    answer: routeExamples.hostMetrics.answer,
    errors: ['E_AGENT'],
  },
  disks: {
    says: "The host's disks as its agent flags them.",
    ...nothing,
    answer: routeExamples.disks.answer,
    errors: ['E_AGENT'],
  },
  formatDisk: {
    says: "Asks the host's agent for a file system. The agent decides; a disk with data waits there for a signature.",
    ...nothing,
    body: { device: '/dev/sdc', fstype: 'ext4' },
    answer: routeExamples.formatDisk.answer,
    errors: [
      'E_PENDING_SIGNATURE',
      'E_DEVICE_UNKNOWN',
      'E_DEVICE_BARRED',
      'E_FSTYPE',
      'E_DEVICE_BUSY',
      'E_AGENT',
      'E_STORE',
    ],
  },
  ledger: {
    says: 'What the controller did and who asked for what: the newest records, or those after number `after`.',
    ...nothing,
    query: { after: 6 },
    answer: {
      at: AT,
      every_s: 10,
      records: [record],
      count: 7,
      intact: true,
      broken: null,
      anchor: { n: 7, hash: record.hash },
    },
    errors: ['E_STORE'],
  },
  events: {
    says: 'Follows the facts `base_stack` and `ledger`, and what happens once; resumable by `last-event-id`.',
    ...nothing,
    answer: [
      ': hello\nretry: 1000\n\n',
      event(1, 'facts', {
        subject: 'base_stack',
        every_s: 5,
        reading: { state: 'ok', value: base, at: AT, source: 'controller' },
      }),
      event(2, 'notice', notice),
    ].join(''),
    errors: [],
  },
};
