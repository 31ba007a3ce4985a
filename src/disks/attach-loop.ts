// Lends a claimed device to a program that insists on opening it exclusively: through a loop device over
// the claim, which the kernel takes apart as soon as nobody holds it open, whatever becomes of us.
import { constants, fstatSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Machine } from '../host/machine.ts';
import { readNumberedDevice } from '../host/numbered-device.ts';
import { formatDeviceNumber } from '../host/device-number.ts';
import { failed } from './format-ended.ts';
import { listLoop } from './list-loop.ts';
import { closeDevice } from './open-device.ts';
import { tellTool } from './run-disk-tool.ts';

export type AttachedLoop = {
  readonly path: string;
  /** Open for reading; whoever it is handed to opens the loop again by it. */
  readonly fd: number;
  /** Closes it and waits until the kernel has taken it apart; false when somebody else holds it open. */
  readonly letGo: () => Promise<boolean>;
};

const LOSETUP_DEADLINE_MS = 30_000;
/** A free one may be taken by somebody else before we attach it. */
const TRIES = 10;
const GONE_WITHIN_MS = 15_000;
const LOOK_AGAIN_MS = 50;

/** `onChosen` hears which one it will be before it is attached. Throws a FormatEnded. */
export async function attachLoop(
  claim: { readonly fd: number; readonly sectorBytes: number },
  machine: Machine,
  onChosen: (path: string) => Promise<void>,
): Promise<AttachedLoop> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const path = await findFree(machine);
    await onChosen(path);
    const args = ['--direct-io=on', '--sector-size', String(claim.sectorBytes), path, '/dev/fd/3'];
    const attached = await losetup(machine, args, [claim.fd]);
    if (attached.state === 'ended' && attached.code === 0) return holdLoop(path, claim.fd, machine);
    const isTaken = attached.state === 'ended' && /busy/i.test(attached.stderr);
    if (!isTaken) throw failed('E_TOOL', tellTool('losetup', attached));
  }
  throw failed('E_TOOL', `no free loop device in ${TRIES} tries`);
}

/** Whether losetup has what it needs; asked before anything is written. */
export async function findFree(machine: Machine): Promise<string> {
  const found = await losetup(machine, ['--find']);
  const path = found.state === 'ended' && found.code === 0 ? found.stdout.trim() : '';
  if (!/^\/dev\/loop\d+$/.test(path))
    throw failed('E_TOOL', `no free loop device: ${tellTool('losetup', found)}`);
  return path;
}

async function losetup(machine: Machine, args: readonly string[], inherit: readonly number[] = []) {
  return machine.runTool({
    file: 'losetup',
    args,
    inherit,
    deadlineMs: LOSETUP_DEADLINE_MS,
    diesWithUs: true,
  });
}

async function holdLoop(path: string, claimed: number, machine: Machine): Promise<AttachedLoop> {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    // In use, it is not taken apart now, but as soon as its last user closes it.
    const detached = await losetup(machine, ['--detach', path]);
    if (detached.state !== 'ended' || detached.code !== 0)
      throw failed('E_TOOL', tellTool('losetup', detached));
    const number = formatDeviceNumber(fstatSync(fd, { bigint: true }).rdev);
    const why = await whyNotOurs(path, claimed, machine);
    if (why !== undefined) throw failed('E_TOOL', `${path} is not what was attached: ${why}`);
    const letGo = async () => {
      await closeDevice(fd);
      const until = machine.clock.monotonic() + GONE_WITHIN_MS;
      while (await isAttached(number, machine)) {
        if (machine.clock.monotonic() > until) return false;
        await sleep(LOOK_AGAIN_MS);
      }
      return true;
    };
    return { path, fd, letGo };
  } catch (error) {
    await closeDevice(fd);
    throw error;
  }
}

async function isAttached(number: string, machine: Machine): Promise<boolean> {
  const device = await readNumberedDevice(machine, number);
  return device !== undefined && device.backingFile !== null;
}

/** losetup opens what it is given by its name: only the node's own inode proves that it was our device. */
async function whyNotOurs(path: string, claimed: number, machine: Machine): Promise<string | undefined> {
  const back = await listLoop(path, machine);
  if (back === undefined) return 'it is not attached';
  const { dev, ino } = fstatSync(claimed, { bigint: true });
  const isOurs = back.inode === ino && back.deviceNumber === formatDeviceNumber(dev);
  return isOurs ? undefined : `it lies over ${back.file}`;
}
