// Takes a device for ourselves alone: opened exclusively, and proven by its descriptor to be the very
// attachment of the very disk that was meant. From then on only the descriptor counts.
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf, messageOf } from '../base/errors.ts';
import type { Machine } from '../host/machine.ts';
import { readNumberedDevice, type NumberedDevice } from '../host/numbered-device.ts';
import type { DiskIdentity } from './examined-disk.ts';
import { failed, held, invalid, type FormatEnded } from './format-ended.ts';
import { closeDevice, openDevice } from './open-device.ts';

export type Claim = {
  readonly fd: number;
  /** What the kernel says of it while it is held. */
  readonly device: NumberedDevice;
  readonly release: () => Promise<void>;
};

/** Throws a FormatEnded: held by somebody, gone, or another one. Nothing is written. */
export async function claimDevice(
  identity: DiskIdentity,
  options: { readonly machine: Machine; readonly allowLoop: boolean },
): Promise<Claim> {
  const { machine, allowLoop } = options;
  const named = await readNumberedDevice(machine, identity.device_number);
  if (named === undefined)
    throw invalid('E_DEVICE_GONE', `there is no device ${identity.device_number} any more`);
  if (named.loop && !allowLoop)
    throw invalid('E_DEVICE_BARRED', 'it is a loop device, and these are not allowed');
  const { fd, deviceNumber } = await openPatiently(named.path, machine);
  const release = async () => closeDevice(fd);
  try {
    const device = await readNumberedDevice(machine, deviceNumber);
    if (device === undefined) throw invalid('E_DEVICE_GONE', `${named.path} went away`);
    const changes = listChanges(identity, device);
    if (changes.length > 0) throw invalid('E_DEVICE_CHANGED', changes.join('; '));
    if (device.readOnly) throw invalid('E_DEVICE_BARRED', `${device.path} is read-only`);
    return { fd, device, release };
  } catch (error) {
    await release();
    throw error;
  }
}

/**
 * Whoever only looks whether a disk is held (an examination, udev) holds it for a moment himself: that is
 * nobody who uses it, and is waited for. Who still holds it then is.
 */
async function openPatiently(path: string, machine: Machine): ReturnType<typeof openDevice> {
  const until = machine.clock.monotonic() + PASSING_MS;
  for (;;) {
    try {
      return await openDevice(path, 'claim', machine.runTool);
    } catch (error) {
      if (errnoOf(error) !== 'EBUSY' || machine.clock.monotonic() > until) throw whyNotOpened(path, error);
      await sleep(AGAIN_MS);
    }
  }
}

const PASSING_MS = 2000;
const AGAIN_MS = 25;

const GONE = (why: string) => invalid('E_DEVICE_GONE', why);
const BARRED = (why: string) => invalid('E_DEVICE_BARRED', why);
const WHY_NOT_OPENED: Readonly<Record<string, (why: string) => FormatEnded>> = {
  EBUSY: held,
  ENOENT: GONE,
  ENXIO: GONE,
  ENODEV: GONE,
  ENOMEDIUM: GONE,
  EROFS: BARRED,
  EACCES: BARRED,
  EPERM: BARRED,
  // A symbolic link at the node's place.
  ELOOP: (why) => invalid('E_DEVICE_CHANGED', why),
};

function whyNotOpened(path: string, error: unknown): FormatEnded {
  const why = `${path} cannot be opened: ${errnoOf(error) ?? messageOf(error)}`;
  return (WHY_NOT_OPENED[errnoOf(error) ?? ''] ?? ((detail) => failed('E_READ', detail)))(why);
}

/**
 * What the descriptor says otherwise than the order; each as `what: was → is`. Serial, world-wide name and
 * all else are the examination's to compare, which follows under the claim.
 */
function listChanges(identity: DiskIdentity, device: NumberedDevice): readonly string[] {
  const [was, is] = [identity.partition, device.partition];
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['device number', identity.device_number, device.deviceNumber],
    ['boot', identity.boot_id, device.bootId],
    ['attachment', identity.diskseq, device.diskseq],
    ['size', identity.size_bytes, device.sizeBytes],
    ['logical sector', identity.logical_block_bytes, device.logicalBlockBytes],
    ['physical sector', identity.physical_block_bytes, device.physicalBlockBytes],
    ['partition', was?.number ?? null, is?.number ?? null],
    ["partition's start", was?.start ?? null, is?.start ?? null],
  ];
  return pairs
    .filter(([, before, now]) => before !== now)
    .map(([what, before, now]) => tell(what, before, now));
}

export const tell = (what: string, before: unknown, now: unknown): string =>
  `${what}: ${JSON.stringify(before)} → ${JSON.stringify(now)}`;
