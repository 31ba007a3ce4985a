// What the controller would do now, looked at anew because a person wants to let it: asked for once, kept
// as it was answered, so that what was read is what is asked about.
import { createStore, type StoreApi } from 'zustand/vanilla';
import { ActionableError } from '../src/base/errors.ts';
import type { CallController, ControllerAnswer } from '../src/contracts/controller-routes.ts';

export type BasePlan = ControllerAnswer<'basePlan'>;

export type BasePlanLook = {
  readonly store: StoreApi<BasePlan | null>;
  /** Resolves when it is there; rejects with why it is not. A later look takes the place of an earlier one. */
  readonly look: () => Promise<void>;
  readonly stop: () => void;
};

const LOOK_DEADLINE_MS = 10_000;

export function createBasePlanLook(call: () => CallController | undefined): BasePlanLook {
  const store = createStore<BasePlan | null>(() => null);
  let life = new AbortController();
  return {
    store,
    look: async () => {
      life.abort();
      life = new AbortController();
      const mine = life;
      store.setState(null, true);
      const ask = call();
      if (ask === undefined) throw new ActionableError('unreachable', 'no controller', { code: 'no-answer' });
      const plan = await ask('basePlan', {
        signal: AbortSignal.any([mine.signal, AbortSignal.timeout(LOOK_DEADLINE_MS)]),
      });
      if (!mine.signal.aborted) store.setState(plan, true);
    },
    stop: () => life.abort(),
  };
}
