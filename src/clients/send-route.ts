// Sends what a row of a table of routes asks for, and gives the body of the answer: the same for agent and controller.
import { z } from 'zod';
import { refusalOf, unreachable, type Peer } from './agent-failure.ts';
import type { AgentTransport } from './agent-transport.ts';
import { routePath } from './route-path.ts';

type Row = { readonly method: 'GET' | 'POST'; readonly path: string; readonly body?: unknown };
type Input = {
  readonly params?: object | undefined;
  readonly query?: object | undefined;
  readonly body?: object | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** Throws an ActionableError: `unreachable`, or what who was asked says no with. */
export async function sendRoute(
  transport: AgentTransport,
  { method, path, body }: Row,
  input: Input,
  options: {
    readonly deadlineMs: number;
    readonly peer?: Peer;
    /** What the person says of itself, where the route takes it. */
    readonly claimedName: string | undefined;
    readonly headers?: Readonly<Record<string, string>>;
  },
): Promise<string> {
  const { deadlineMs, peer, claimedName, headers } = options;
  const takesName = body instanceof z.ZodObject && 'name' in body.shape;
  const answer = await transport
    .send({
      method,
      path: routePath(path, input),
      headers: { accept: 'application/json', ...headers },
      ...(method === 'GET'
        ? {}
        : { body: JSON.stringify({ ...(takesName ? { name: claimedName } : {}), ...input.body }) }),
      signal: input.signal ?? new AbortController().signal,
      deadlineMs,
    })
    .catch((error: unknown) => {
      throw unreachable(error, peer);
    });
  if (answer.status < 200 || answer.status > 299) throw refusalOf(answer, peer);
  return answer.body;
}
