// How often each route was reached by each caller, counted by what the agent answered.
import { routes, type RouteId } from '../../../src/contracts/routes.ts';
import { CALLER_NAMES, type CallerName } from './callers.ts';
import { ROUTE_IDS, type Crafted } from './craft-request.ts';
import type { Came } from './send.ts';

type Count = { sent: number; refused: number; reached: number; handled: number };

type Pair = { readonly route: RouteId; readonly caller: CallerName };

export type Tally = {
  readonly note: (crafted: Crafted, came: Came) => void;
  /** Pairs of route and caller of which nothing was seen: neither reached where the rights allow it, nor refused. */
  readonly blind: () => readonly string[];
  readonly blindPairs: () => readonly Pair[];
  readonly table: () => string;
  readonly sent: () => number;
};

/** What the server says before a route's handler, and before its shapes. */
export function stageOf({ status, json }: Came): 'broken' | 'lost' | 'refused' | 'shape' | 'handled' {
  const { code, error } = json;
  const says = typeof error === 'string' ? error : '';
  if (status === 0) return 'broken';
  if (code === 'E_TOKEN' || (code === 'E_FORBIDDEN' && says === 'this is not for this caller'))
    return 'refused';
  if (code === 'E_RATE' && says === 'too many requests') return 'lost';
  if (code === 'E_NOT_READY' && says === 'too many connections') return 'lost';
  if (code === 'E_NO_ROUTE' || code === 'E_METHOD') return 'lost';
  if (code !== 'E_BAD_REQUEST' && code !== 'E_TOO_LARGE') return 'handled';
  // Of these some come before it is known which route was meant.
  if (/no valid URL|no HTTP request|headers are larger|HTTP\/1\.1 only/.test(says)) return 'lost';
  return 'shape';
}

const PAIRS: readonly Pair[] = ROUTE_IDS.flatMap((route) =>
  CALLER_NAMES.map((caller) => ({ route, caller })),
);

export function createTally(): Tally {
  const counts = new Map<string, Count>();
  const of = (route: RouteId, caller: CallerName): Count => {
    const key = `${route} ${caller}`;
    const known = counts.get(key) ?? { sent: 0, refused: 0, reached: 0, handled: 0 };
    counts.set(key, known);
    return known;
  };
  const allowed = (route: RouteId, caller: CallerName) => routes[route].rights[kindOf(caller)] !== 'no';
  const blindPairs = () =>
    PAIRS.filter(({ route, caller }) => {
      const { refused, handled } = of(route, caller);
      return (allowed(route, caller) ? handled : refused) === 0;
    });
  let sent = 0;
  return {
    note: (crafted, came) => {
      sent += 1;
      const count = of(crafted.route, crafted.by.name);
      count.sent += 1;
      if (!crafted.straight) return;
      const stage = stageOf(came);
      if (stage === 'refused') count.refused += 1;
      if (stage === 'shape' || stage === 'handled') count.reached += 1;
      if (stage === 'handled') count.handled += 1;
    },
    blind: () =>
      blindPairs().map(({ route, caller }) =>
        allowed(route, caller)
          ? `${caller} never reached ${route}`
          : `${caller} was never refused at ${route}`,
      ),
    blindPairs,
    table: () => {
      const width = 14;
      const head = ['', ...CALLER_NAMES].map((name, at) => name.padEnd(at === 0 ? 18 : width)).join('');
      const rows = ROUTE_IDS.map((route) =>
        [
          route.padEnd(18),
          ...CALLER_NAMES.map((caller) => {
            const { sent: all, refused, reached, handled } = of(route, caller);
            const told = allowed(route, caller) ? `${handled}/${reached}/${all}` : `no ${refused}/${all}`;
            return told.padEnd(width);
          }),
        ].join(''),
      );
      return [
        'in its handler / past authentication / sent; "no": refused for want of the right / sent',
        head,
        ...rows,
      ].join('\n');
    },
    sent: () => sent,
  };
}

const kindOf = (caller: CallerName) => {
  switch (caller) {
    case 'root':
    case 'group':
    case 'scraper':
    case 'guest':
      return caller;
    case 'stranger':
      return 'guest';
    case 'nobody':
    case 'wrong token':
    case 'revoked token':
      return 'nobody';
  }
};
