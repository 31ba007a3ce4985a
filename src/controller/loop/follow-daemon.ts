// Follows a daemon's events over its restarts. What happened while the stream was down is lost: whoever follows looks
// at everything anew when it opens.
import { backOffMs, type BackOff } from '../../base/back-off.ts';
import { messageOf } from '../../base/errors.ts';
import { sleep } from '../../base/sleep.ts';
import type { Engine, EngineEvent } from '../../clients/engine.ts';

export type DaemonListener = {
  readonly onOpen: () => void;
  readonly onEvent: (event: EngineEvent) => void;
  readonly onClosed: (why: string) => void;
};

const BACK_OFF: BackOff = { firstMs: 50, longestMs: 1000 };

/** Comes back when `signal` aborts. A daemon that is down costs one attempt a second. */
export async function followDaemon(
  engine: Engine,
  listener: DaemonListener,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    try {
      await engine.followEvents(
        () => {
          attempt = 1;
          listener.onOpen();
        },
        listener.onEvent,
        signal,
      );
    } catch (error) {
      if (signal.aborted) return;
      listener.onClosed(messageOf(error));
    }
    await sleep(backOffMs(attempt, BACK_OFF), signal);
  }
}
