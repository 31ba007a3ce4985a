// Follows a daemon's events over its restarts. What happened while the stream was down is lost: whoever follows looks
// at everything anew when it opens.
import { setTimeout as wait } from 'node:timers/promises';
import { messageOf } from '../base/errors.ts';
import type { Engine, EngineEvent } from '../clients/engine.ts';

export type DaemonListener = {
  readonly onOpen: () => void;
  readonly onEvent: (event: EngineEvent) => void;
  readonly onClosed: (why: string) => void;
};

const FIRST_WAIT_MS = 50;
const MAX_WAIT_MS = 1000;

/** Comes back when `signal` aborts. A daemon that is down costs one attempt a second. */
export async function followDaemon(
  engine: Engine,
  listener: DaemonListener,
  signal: AbortSignal,
): Promise<void> {
  let waitMs = FIRST_WAIT_MS;
  while (!signal.aborted) {
    try {
      await engine.followEvents(
        () => {
          waitMs = FIRST_WAIT_MS;
          listener.onOpen();
        },
        listener.onEvent,
        signal,
      );
    } catch (error) {
      if (signal.aborted) return;
      listener.onClosed(messageOf(error));
    }
    await wait(waitMs, undefined, { signal }).catch(() => {});
    waitMs = Math.min(waitMs * 2, MAX_WAIT_MS);
  }
}
