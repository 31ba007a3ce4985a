// Calls the agent's routes: paths, bodies and answers by the one table of routes.
import { parseJson } from '../base/parse-json.ts';
import type { z } from 'zod';
import { ACKNOWLEDGE_HEADER, routes, type RouteAnswer, type RouteId } from '../contracts/routes.ts';
import type { CallRoute } from '../contracts/source.ts';
import { NotUnderstood, unreachable } from './agent-failure.ts';
import type { AgentTransport } from './agent-transport.ts';
import { placeOf } from './place-of.ts';
import { sendRoute } from './send-route.ts';

/** What waits for the agent's own sampling of slow disks takes as long as that. */
const DEADLINE_MS = 10_000;
const DEADLINES = {
  facts: 65_000,
  disks: 65_000,
  releaseDisk: 60_000,
  formatDisk: 60_000,
  confirmOperation: 60_000,
  bytesOperation: 60_000,
  submitOperation: 60_000,
  runOperation: 60_000,
  startGuest: 90_000,
  stopGuest: 90_000,
  rebootGuest: 90_000,
  healthz: 4000,
  agent: 4000,
} as const satisfies { readonly [R in RouteId]?: number };

/** The table once more, in a shape in which the compiler ties a route to its answer. */
const ANSWERS: { readonly [R in RouteId]: { readonly answer: z.ZodType<RouteAnswer<R>> } } = routes;

export function createCall(
  transport: AgentTransport,
  // The fingerprint of the coming certificate, once it is kept for good.
  acknowledged: () => string | undefined,
  claimedName?: string,
): CallRoute {
  return async (route, input = {}) => {
    const keeps = acknowledged();
    const body = await sendRoute(transport, routes[route], input, {
      deadlineMs: deadlineOf(route),
      claimedName,
      ...(keeps === undefined ? {} : { headers: { [ACKNOWLEDGE_HEADER]: keeps } }),
    });
    return understand(route, body);
  };
}

const deadlineOf = (route: RouteId): number => {
  const deadlines: { readonly [R in RouteId]?: number } = DEADLINES;
  return deadlines[route] ?? DEADLINE_MS;
};

/** Unknown fields are left out. What is wrong is told by its place and never quoted. */
function understand<R extends RouteId>(route: R, body: string): RouteAnswer<R> {
  try {
    return ANSWERS[route].answer.parse(routes[route].kind === 'json' ? parseJson(body) : body);
  } catch (error) {
    throw unreachable(new NotUnderstood(`${route}: ${placeOf(error)}`));
  }
}
