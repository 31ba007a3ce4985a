// Whose files below the stacks folder somebody changed or deleted since they were put there. Nothing tells of it, and a
// running service does not need them until its next start: so all of them are read every few minutes.
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { ServiceName } from '../../contracts/base-stack.ts';
import type { Log } from '../../daemon/log.ts';
import { findSpoilt } from '../apply/place-files.ts';
import type { Desired } from '../desired/desired.ts';

export type FileWatch = {
  /** Reads them when it is time, and each time as long as some are not as they should be. */
  readonly look: (desired: Desired | null, stacksDir: string) => Promise<ReadonlySet<ServiceName>>;
  /** At the next look, whenever that is. */
  readonly soon: () => void;
};

export function createFileWatch({
  clock,
  log,
  everyMs,
}: {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly log: Log;
  readonly everyMs: number;
}): FileWatch {
  let dueAt = 0;
  return {
    look: async (desired, stacksDir) => {
      const spoilt = new Set<ServiceName>();
      if (desired === null || clock.monotonic() < dueAt) return spoilt;
      for (const service of desired.services) {
        try {
          const path = await findSpoilt(stacksDir, service.name, service);
          if (path === undefined) continue;
          spoilt.add(service.name);
          log.debug({ service: service.name, path }, 'a file is not as it was put there');
        } catch (error) {
          log.warn({ service: service.name, error: messageOf(error) }, 'its files could not be looked at');
        }
      }
      if (spoilt.size === 0) dueAt = clock.monotonic() + everyMs;
      return spoilt;
    },
    soon: () => {
      dueAt = 0;
    },
  };
}
