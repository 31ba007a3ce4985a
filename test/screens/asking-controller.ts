// A controller that a person asks through the console: it keeps what it was asked, and answers as told.
import {
  controllerRoutes,
  type CallController,
  type ControllerAnswer,
  type ControllerInput,
  type ControllerRouteId,
} from '../../src/contracts/controller-routes.ts';

export type AskedController = {
  readonly route: ControllerRouteId;
  readonly params: unknown;
  readonly body: unknown;
};
type Answers = { readonly [R in ControllerRouteId]?: () => unknown };

/** Every request must be one that the table of routes takes, and every answer one that it gives. */
export function createAskedController(answers: Answers = {}): {
  readonly callController: CallController;
  readonly asked: AskedController[];
} {
  const asked: AskedController[] = [];
  const callController: CallController = async <R extends ControllerRouteId>(
    route: R,
    input: ControllerInput<R> = {},
  ) => {
    const { params, body } = input;
    controllerRoutes[route].params.parse(params ?? {});
    controllerRoutes[route].body.parse(body ?? {});
    asked.push({ route, params, body });
    const answer: unknown = controllerRoutes[route].answer.parse(await Promise.resolve(answers[route]?.()));
    // The route's own schema let it through; its type is lost on the way.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return answer as ControllerAnswer<R>;
  };
  return { callController, asked };
}
