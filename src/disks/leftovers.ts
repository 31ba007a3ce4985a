// After a crash: takes apart the loop device that the journal names, if it still lies over the device that
// was formatted. Can be done any number of times, and says what it did.
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../base/errors.ts';
import type { Machine } from '../host/machine.ts';
import { readNumberedDevice } from '../host/numbered-device.ts';
import type { DiskIdentity } from './examined-disk.ts';
import { liesOver, listLoop } from './list-loop.ts';
import { tellTool } from './run-disk-tool.ts';

export type CleanedUp = {
  /** `kept`: it lies over something else by now, and is no business of ours. */
  readonly state: 'none' | 'detached' | 'in-use' | 'kept' | 'failed';
  /** One English sentence for log and ledger. */
  readonly detail: string;
};

const DETACH_DEADLINE_MS = 30_000;
const GONE_WITHIN_MS = 10_000;
const LOOK_AGAIN_MS = 50;

/** `loop` is null when the journal names none. Never throws. */
export async function cleanLeftovers(
  loop: string | null,
  identity: Pick<DiskIdentity, 'device_number' | 'boot_id' | 'diskseq'>,
  machine: Machine,
): Promise<CleanedUp> {
  if (loop === null) return { state: 'none', detail: 'no loop device was in use' };
  // It becomes an argument of a program, and comes from a file.
  if (!/^\/dev\/loop\d+$/.test(loop)) return { state: 'kept', detail: `${loop} is no loop device` };
  try {
    return await clean(loop, identity, machine);
  } catch (error) {
    return { state: 'failed', detail: `whether ${loop} is left cannot be told: ${messageOf(error)}` };
  }
}

async function clean(
  loop: string,
  identity: Pick<DiskIdentity, 'device_number' | 'boot_id' | 'diskseq'>,
  machine: Machine,
): Promise<CleanedUp> {
  const back = await listLoop(loop, machine);
  if (back === undefined) return { state: 'none', detail: `${loop} is free` };
  const device = await readNumberedDevice(machine, identity.device_number);
  // Another disk may have the number by now, and the loop be its user's own.
  const isSame = device?.bootId === identity.boot_id && device.diskseq === identity.diskseq;
  if (device === undefined || !isSame || !liesOver(back, device.path)) {
    return { state: 'kept', detail: `${loop} lies over ${back.file} by now, and was left as it is` };
  }
  const detached = await machine.runTool({
    file: 'losetup',
    args: ['--detach', loop],
    deadlineMs: DETACH_DEADLINE_MS,
  });
  const until = machine.clock.monotonic() + GONE_WITHIN_MS;
  for (;;) {
    const now = await listLoop(loop, machine);
    if (now === undefined || !liesOver(now, device.path)) {
      return { state: 'detached', detail: `${loop}, which lay over ${device.path}, was detached` };
    }
    if (detached.state !== 'ended' || detached.code !== 0) {
      return {
        state: 'failed',
        detail: `${loop} over ${device.path} stays: ${tellTool('losetup', detached)}`,
      };
    }
    // In use, the kernel takes it apart when its last user closes it.
    if (machine.clock.monotonic() > until) {
      const detail = `${loop} over ${device.path} is open in another process; it goes when that ends`;
      return { state: 'in-use', detail };
    }
    await sleep(LOOK_AGAIN_MS);
  }
}
