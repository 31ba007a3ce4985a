// What a person asks of the base stack: do it all now, hold a service down, end that. In the ledger before it is done.
import { EngineError } from '../../clients/engine.ts';
import { storeFailed } from '../../daemon/store-failed.ts';
import type { MemoryFile } from './memory-file.ts';
import type { Reconciler } from '../parts.ts';
import type { Step } from '../plan/state.ts';
import { forgetTroubles, notePause } from '../plan/transitions.ts';
import type { Record } from './recorder.ts';

const PAUSE_MS = 60_000;

export function createOrders({
  memory,
  record,
  converge,
  onApplied,
  whyBlind,
  onForgiven,
  wake,
}: {
  readonly memory: MemoryFile;
  readonly record: Record;
  /** Until there is nothing to do. */
  readonly converge: (signal: AbortSignal) => Promise<void>;
  readonly onApplied: (listener: (step: Step) => void) => () => void;
  /** Why nothing is known of Docker; null: it answered. */
  readonly whyBlind: () => string | null;
  /** What failed before is tried anew. */
  readonly onForgiven: () => void;
  readonly wake: () => void;
}): Pick<Reconciler, 'applyNow' | 'pause' | 'resume'> {
  const keep = async () => {
    try {
      await memory.keep();
    } catch (error) {
      throw storeFailed('its memory', error);
    }
  };
  return {
    applyNow: async (by, signal) => {
      await record('base.apply', by, '', {});
      const done: Step[] = [];
      const unlisten = onApplied((step) => void done.push(step));
      try {
        memory.change(forgetTroubles);
        onForgiven();
        await converge(signal);
      } finally {
        unlisten();
      }
      const blind = whyBlind();
      if (blind !== null) throw new EngineError('unreachable', blind);
      return done;
    },
    pause: async (service, pause, by) => {
      await record('service.pause', by, service, { reason: pause.reason, until: pause.until });
      const before = memory.current().services[service]?.pause ?? null;
      memory.change((known) => notePause(known, service, pause));
      await keep().catch((error: unknown) => {
        memory.change((known) => notePause(known, service, before));
        throw error;
      });
      await converge(AbortSignal.timeout(PAUSE_MS));
    },
    resume: async (service, by) => {
      await record('service.resume', by, service, {});
      memory.change((known) => notePause(known, service, null));
      await keep();
      wake();
    },
  };
}
