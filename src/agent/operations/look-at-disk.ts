// Looks at the disk of a request, now: whatever cannot be told refuses.
import { setTimeout as sleep } from 'node:timers/promises';
import { isWeakName } from '../../contracts/durable-id.ts';
import type { BlockDevice } from '../../contracts/facts/disks.ts';
import type { Reading } from '../../contracts/reading.ts';
import type { ExaminedDisk } from '../../disks/examined-disk.ts';
import { isUse } from '../../disks/recheck.ts';
import { Refusal } from '../../daemon/refusal.ts';
import { findDevice } from './find-device.ts';
import type { DiskPorts } from './ports.ts';

export type SeenDisk = {
  readonly examined: ExaminedDisk;
  /** All devices, for what lies on what. */
  readonly devices: readonly BlockDevice[];
};

const DEADLINE_MS = 60_000;
const RETRY_S = 5;
const TRIES_WHILE_OPEN = 5;
const BETWEEN_TRIES_MS = 400;

export type LookAtDisk = (asked: string, signal: AbortSignal) => Promise<SeenDisk>;

/** Who asks while the same device is being examined gets that examination. */
export function createLookAtDisk({ readDevices, examine }: DiskPorts): LookAtDisk {
  const going = new Map<string, Promise<Reading<ExaminedDisk>>>();
  const examineOnce = async (name: string): Promise<Reading<ExaminedDisk>> => {
    const one = going.get(name) ?? examine(name, { signal: AbortSignal.timeout(DEADLINE_MS) });
    going.set(name, one);
    try {
      return await one;
    } finally {
      if (going.get(name) === one) going.delete(name);
    }
  };

  const examinePatiently = async ({ name, path }: BlockDevice): Promise<ExaminedDisk> => {
    for (let tries = 1; ; tries += 1) {
      const examined = told(await examineOnce(name), path);
      if (tries === TRIES_WHILE_OPEN || !isOnlyOpen(examined)) return examined;
      await sleep(BETWEEN_TRIES_MS);
    }
  };

  return async (asked, signal) => {
    const { devices } = told(await readDevices(signal), 'the disks of this host');
    const found = findDevice(devices, asked);
    if (found.state === 'unknown') throw unknownDevice(asked);
    if (found.state === 'ambiguous') {
      throw new Refusal(
        'E_DEVICE_BARRED',
        `no operation is possible: identity_ambiguous, ${found.names.join(' and ')} say that they are the same device`,
        { hint: 'pull one of them out, or leave both as they are' },
      );
    }
    const examined = await examinePatiently(found.device);
    const names = [examined.device.path, examined.identity?.durable_id, examined.device.durable_id];
    // Another disk has taken its name since it was listed.
    if (!names.includes(asked)) throw unknownDevice(asked);
    demandUnique(examined, devices);
    return { examined, devices };
  };
}

/** udev, smartd and Proxmox's statistics open a disk for a moment: only who stays holds it. */
function isOnlyOpen({ flag }: ExaminedDisk): boolean {
  const used = flag.signals.filter(isUse);
  return used.length > 0 && used.every(({ id }) => id === 'open');
}

/** A weak name counts only together with a serial number that no other disk here tells. */
function demandUnique({ device, identity }: ExaminedDisk, devices: readonly BlockDevice[]): void {
  if (identity === null || !isWeakName(identity.durable_id)) return;
  const refuse = (why: string) => {
    throw new Refusal('E_DEVICE_BARRED', `no operation is possible: ${device.path} ${why}`, {
      hint: 'connect the disk without this USB bridge, or with another one',
    });
  };
  const { serial } = identity;
  if (serial === null || serial.trim() === '') refuse('has a weak name and tells no serial number');
  const twin = devices.find(
    (other) => other.kind === 'disk' && other.name !== diskNameOf(device) && other.serial === serial,
  );
  if (twin !== undefined) refuse(`has a weak name, and the serial number of ${twin.path}`);
}

const diskNameOf = ({ kind, name, parents }: BlockDevice): string =>
  kind === 'partition' ? (parents[0] ?? name) : name;

export const unknownDevice = (asked: string): Refusal =>
  new Refusal('E_DEVICE_UNKNOWN', `${JSON.stringify(asked)} is no device of this host`, {
    hint: 'name it exactly as it is listed: by its path or by its durable id',
  });

function told<T>(reading: Reading<T>, what: string): T {
  if (reading.state === 'ok') return reading.value;
  const why = reading.detail === '' ? reading.code : `${reading.code}: ${reading.detail}`;
  throw new Refusal('E_NOT_READY', `${what} could not be examined (${why})`, { retryAfterS: RETRY_S });
}
