// Whether the state folder can be written, found out by writing there; asked seldom, as it costs a sync.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { errnoOf, messageOf } from '../base/errors.ts';
import { writeFileWhole } from '../base/write-file.ts';

export type StoreHealth = {
  /** Why it cannot be written, or nothing. */
  readonly trouble: () => Promise<string | undefined>;
};

const FRESH_MS = 10_000;
/** As much as an operation with its journal takes. */
const PROBE_BYTES = 16 * 1024;

export function createStoreHealth(folder: string, clock: Clock): StoreHealth {
  const path = join(folder, 'probe');
  let last: { readonly at: number; readonly trouble: string | undefined } | undefined;
  let looking: Promise<string | undefined> | undefined;
  const look = async (): Promise<string | undefined> => {
    let trouble: string | undefined;
    try {
      await writeFileWhole(path, '0'.repeat(PROBE_BYTES));
      await rm(path, { force: true });
    } catch (error) {
      trouble = errnoOf(error) ?? messageOf(error);
    }
    last = { at: clock.monotonic(), trouble };
    looking = undefined;
    return trouble;
  };
  return {
    trouble: async () => {
      if (last !== undefined && clock.monotonic() - last.at < FRESH_MS) return last.trouble;
      looking ??= look();
      return looking;
    },
  };
}
