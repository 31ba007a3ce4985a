// Calls the routes of a guest's controller: paths, bodies and answers by the one table of routes.
import { z } from 'zod';
import { parseJson } from '../base/parse-json.ts';
import {
  controllerRoutes,
  type CallController,
  type ControllerAnswer,
  type ControllerRouteId,
} from '../contracts/controller-routes.ts';
import { NotUnderstood, unreachable } from './agent-failure.ts';
import type { AgentTransport } from './agent-transport.ts';
import { placeOf } from './place-of.ts';
import { sendRoute } from './send-route.ts';

const DEADLINE_MS = 10_000;
/** What waits for Docker or for the host's agent takes as long as that. */
const DEADLINES: { readonly [R in ControllerRouteId]?: number } = {
  health: 4000,
  basePlan: 30_000,
  // Images may be loaded or pulled first.
  applyBase: 650_000,
  pauseService: 130_000,
  resumeService: 130_000,
  startContainer: 130_000,
  stopContainer: 130_000,
  restartContainer: 130_000,
  containerLogs: 30_000,
  disks: 65_000,
  formatDisk: 75_000,
};

/** The table once more, in a shape in which the compiler ties a route to its answer. */
const ANSWERS: {
  readonly [R in ControllerRouteId]: { readonly answer: z.ZodType<ControllerAnswer<R>> };
} = controllerRoutes;
const envelope = z.object({ ok: z.literal(true), data: z.unknown() });

export function createControllerCall(transport: AgentTransport, claimedName?: string): CallController {
  return async (route, input = {}) => {
    const deadlineMs = DEADLINES[route] ?? DEADLINE_MS;
    const options = { deadlineMs, peer: 'controller', claimedName } as const;
    return understand(route, await sendRoute(transport, controllerRoutes[route], input, options));
  };
}

/** Unknown fields are left out. What is wrong is told by its place and never quoted. */
function understand<R extends ControllerRouteId>(route: R, body: string): ControllerAnswer<R> {
  try {
    return ANSWERS[route].answer.parse(envelope.parse(parseJson(body)).data);
  } catch (error) {
    throw unreachable(new NotUnderstood(`${route}: ${placeOf(error)}`), 'controller');
  }
}
