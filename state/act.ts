// Actions: what the person asks the source to do. One place decides whether it may be asked now, and
// knows what is under way.
import type { Clock } from '../src/base/clock.ts';
import { ActionableError } from '../src/base/errors.ts';
import type { Subject } from '../src/contracts/all-facts.ts';
import { freshnessOf } from '../src/contracts/freshness.ts';
import type { RouteAnswer, RouteId } from '../src/contracts/routes.ts';
import type { FactsSource, RouteInput } from '../src/contracts/source.ts';
import type { FactsState } from './facts.ts';

/** Why nothing is sent; each is a text of its own. */
export type OffReason =
  | 'off.read-only'
  | 'off.no-actions'
  | 'off.disconnected'
  | 'off.stale'
  | 'off.under-way';

export type Acting = {
  readonly route: RouteId;
  /** The operation or device that it is about; empty when it is about neither. */
  readonly target: string;
  readonly since: number;
};

export type ActOutcome<R extends RouteId> =
  | { readonly state: 'done'; readonly answer: RouteAnswer<R> }
  | { readonly state: 'off'; readonly reason: OffReason }
  /** The agent said no, or nobody answered: then what came of it is not known. */
  | { readonly state: 'failed'; readonly error: ActionableError };

export type Actions = {
  readonly act: <R extends RouteId>(
    route: R,
    input?: RouteInput<R>,
    about?: Subject,
  ) => Promise<ActOutcome<R>>;
  readonly offReason: (about?: Subject) => OffReason | undefined;
};

export function createActions(options: {
  readonly source: FactsSource;
  readonly clock: Clock;
  readonly readOnly: boolean;
  readonly facts: () => FactsState;
  readonly onActing: (acting: readonly Acting[]) => void;
}): Actions {
  const { source, clock } = options;
  let acting: readonly Acting[] = [];
  const change = (next: readonly Acting[]) => {
    acting = next;
    options.onActing(next);
  };

  const offReason = (about?: Subject): OffReason | undefined => {
    if (options.readOnly) return 'off.read-only';
    if (source.call === undefined) return 'off.no-actions';
    const { connection, observations } = options.facts();
    if (connection !== undefined && connection.state !== 'connected') return 'off.disconnected';
    if (about === undefined) return undefined;
    const fresh = freshnessOf(observations[about], clock.now());
    return fresh === 'live' || fresh === 'ageing' ? undefined : 'off.stale';
  };

  return {
    offReason,
    act: async (route, input, about) => {
      const { call } = source;
      const reason = offReason(about);
      if (reason !== undefined) return { state: 'off', reason };
      if (call === undefined) return { state: 'off', reason: 'off.no-actions' };
      const target = targetOf(input);
      if (acting.some((one) => one.route === route && one.target === target)) {
        return { state: 'off', reason: 'off.under-way' };
      }
      const mine: Acting = { route, target, since: clock.now() };
      change([...acting, mine]);
      try {
        return { state: 'done', answer: await call(route, input) };
      } catch (error) {
        if (error instanceof ActionableError) return { state: 'failed', error };
        throw error;
      } finally {
        change(acting.filter((one) => one !== mine));
      }
    },
  };
}

function targetOf(input: { readonly params?: object; readonly body?: unknown } | undefined): string {
  const { params, body } = input ?? {};
  return [params, body].flatMap((part) => [namedIn(part, 'id'), namedIn(part, 'device')]).join('');
}

function namedIn(part: unknown, name: string): string {
  const value: unknown = typeof part === 'object' && part !== null ? Reflect.get(part, name) : undefined;
  return typeof value === 'string' ? value : '';
}
