// A lane for each service: what is done to one goes one after the other, and a service that takes its time to settle
// keeps no other from being healed.
import { createInTurn, type InTurn } from '../../base/in-turn.ts';

export type Lanes = {
  readonly busy: (name: string) => boolean;
  /**
   * Taken before a look. It tells later whether what was seen of a service (null: of all of them) still holds: nothing
   * was being done to it when the look began, and nothing since.
   */
  readonly mark: () => (name: string | null) => boolean;
  /** After what is in the lane already. */
  readonly run: <T>(name: string, work: () => Promise<T>) => Promise<T>;
  /** Comes back when nothing is done any more. */
  readonly quiet: () => Promise<void>;
};

type Lane = { readonly inTurn: InTurn; waiting: number; last: Promise<unknown> };

export function createLanes(): Lanes {
  const lanes = new Map<string, Lane>();
  /** Pieces of work in each lane so far. */
  const counts = new Map<string, number>();
  let total = 0;
  return {
    busy: (name) => lanes.has(name),
    mark: () => {
      const busy = new Set(lanes.keys());
      const seen = new Map(counts);
      const totalSeen = total;
      return (name) =>
        name === null
          ? busy.size === 0 && total === totalSeen
          : !busy.has(name) && counts.get(name) === seen.get(name);
    },
    run: async (name, work) => {
      const lane: Lane = lanes.get(name) ?? { inTurn: createInTurn(), waiting: 0, last: Promise.resolve() };
      lanes.set(name, lane);
      counts.set(name, (counts.get(name) ?? 0) + 1);
      total += 1;
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
