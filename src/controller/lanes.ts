// A lane for each service: what is done to one goes one after the other, and a service that takes its time to settle
// keeps no other from being healed.
import { createInTurn, type InTurn } from '../base/in-turn.ts';

export type Lanes = {
  readonly busy: (name: string) => boolean;
  readonly idle: () => boolean;
  /** After what is in the lane already. */
  readonly run: <T>(name: string, work: () => Promise<T>) => Promise<T>;
  /** Comes back when nothing is done any more. */
  readonly quiet: () => Promise<void>;
};

export function createLanes(): Lanes {
  const lanes = new Map<string, { readonly inTurn: InTurn; waiting: number; last: Promise<unknown> }>();
  return {
    busy: (name) => lanes.has(name),
    idle: () => lanes.size === 0,
    run: async (name, work) => {
      const lane = lanes.get(name) ?? { inTurn: createInTurn(), waiting: 0, last: Promise.resolve() };
      lanes.set(name, lane);
      lane.waiting += 1;
      const mine = lane.inTurn(work);
      lane.last = mine.catch(() => {});
      try {
        return await mine;
      } finally {
        lane.waiting -= 1;
        if (lane.waiting === 0) lanes.delete(name);
      }
    },
    quiet: async () => {
      while (lanes.size > 0) await Promise.all([...lanes.values()].map(async ({ last }) => last));
    },
  };
}
