// An agent that a person asks through the console: it keeps what it was asked, and answers as told.
import { ActionableError } from '../../src/base/errors.ts';
import { PENDING_SIGNATURE } from '../../src/contracts/api-error.ts';
import { routes, type RouteAnswer, type RouteId } from '../../src/contracts/routes.ts';
import type { CallRoute, RouteInput } from '../../src/contracts/source.ts';

export type Asked = { readonly route: RouteId; readonly params: unknown; readonly body: unknown };
type Answers = { readonly [R in RouteId]?: () => unknown };

/** Every request must be one that the table of routes takes, and every answer one that it gives. */
export function createAskedAgent(answers: Answers): { readonly call: CallRoute; readonly asked: Asked[] } {
  const asked: Asked[] = [];
  const call: CallRoute = async <R extends RouteId>(route: R, input: RouteInput<R> = {}) => {
    const { params, body } = input;
    routes[route].params.parse(params ?? {});
    routes[route].body.parse(body ?? {});
    asked.push({ route, params, body });
    const answer: unknown = routes[route].answer.parse(await Promise.resolve(answers[route]?.()));
    // The route's own schema let it through; its type is lost on the way.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return answer as RouteAnswer<R>;
  };
  return { call, asked };
}

export const refusal = (code: string, message: string, answer?: unknown): ActionableError =>
  new ActionableError('refused', message, { code, answer });

/** The 403 of a device that bears data. */
export const signatureNeeded = (id: string): ActionableError =>
  refusal('E_PENDING_SIGNATURE', PENDING_SIGNATURE, {
    error: PENDING_SIGNATURE,
    code: 'E_PENDING_SIGNATURE',
    formatted: false,
    data_bearing: true,
    reason: 'device is mounted',
    pending_op: {
      op: 'storage_wipe',
      host_scope: 'demo-felhom-01',
      durable_id: 'byid:wwn-0x5000039ddb108568',
      fstype: 'ext4',
      id,
    },
  });
