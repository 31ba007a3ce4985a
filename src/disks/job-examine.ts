// The examination that a job makes under its own claim: by a flagger of its own process, which knows no
// receipts and remembers nothing, so that everything is looked at now.
import type { Machine } from '../host/machine.ts';
import { createFlagger } from './create-flagger.ts';
import type { Examine } from './examined-disk.ts';
import { createReceipts } from './receipts.ts';

const EXAMINE_DEADLINE_MS = 120_000;

/** Throws when it could not be examined: that must not pass for nothing found. */
export const createJobExamine =
  (machine: Machine) =>
  ({ allowLoop }: { readonly allowLoop: boolean }): Examine => {
    const { examine } = createFlagger({ machine, receipts: createReceipts(), allowLoop });
    return async (name, { claimed }) => {
      const seen = await examine(name, { claimed, signal: AbortSignal.timeout(EXAMINE_DEADLINE_MS) });
      if (seen.state === 'ok') return seen.value;
      throw new Error(`${name} could not be examined: ${seen.code} ${seen.detail}`);
    };
  };
