// A device at one moment, as receipts compare it. What the kernel still keeps of it is written out first, so
// that the counters know of every write.
import type { BlockDevice } from '../contracts/facts/disks.ts';
import { absent, failed, ok, type Reading } from '../contracts/reading.ts';
import { readAttachment, readBootId } from '../host/attachment.ts';
import { readBlockDevices } from '../host/block-devices.ts';
import { createDisksReader } from '../host/disks.ts';
import type { Machine } from '../host/machine.ts';
import { readWorldWideNames } from '../host/world-wide-names.ts';
import { readBacking } from './backing-file.ts';
import type { SeenDevice } from './look.ts';
import { probeRaw } from './raw-probe.ts';
import type { Stamp } from './receipts.ts';

const FLUSH_DEADLINE_MS = 60_000;

export async function readStamp(
  machine: Machine,
  name: string,
  signal: AbortSignal,
): Promise<Reading<Stamp>> {
  const disks = await createDisksReader()(machine, undefined);
  if (disks.state !== 'ok') return disks;
  const { devices } = disks.value;
  const device = devices.find((one) => one.name === name);
  const nodes = await readBlockDevices(machine);
  if (nodes.state !== 'ok') return nodes;
  const node = nodes.value.find((one) => one.name === name);
  if (device === undefined || node === undefined) return absent('no-file', name, disks.at);
  const disk = diskOf(device, devices);
  const near = devices.filter((one) => one === device || one === disk || one.parents.includes(disk.name));
  for (const { path, kind } of near) {
    if (kind !== 'disk' && kind !== 'partition' && kind !== 'loop') continue;
    const flushed = await probeRaw(machine, {
      path,
      flush: true,
      exclusive: false,
      pieces: [],
      deadlineMs: FLUSH_DEADLINE_MS,
      signal,
    });
    if (flushed.state !== 'ok') return flushed;
    const { flushErrno } = flushed.value;
    if (flushErrno !== null) return failed('io-error', path, flushed.at, `flushing: errno ${flushErrno}`);
  }
  const wwids = await readWorldWideNames(machine, nodes.value);
  const wwid = wwids.get(disk.name) ?? null;
  const twins = [...wwids]
    .filter(([other, its]) => its === wwid && other !== disk.name)
    .map(([other]) => other);
  const attachment = await readAttachment(machine, node);
  const stamp = await stampOf(
    machine,
    { device, attachment, wwid, twins },
    devices,
    await readBootId(machine),
  );
  const at = machine.clock.now();
  return typeof stamp === 'string'
    ? failed('not-regular', device.path, at, stamp)
    : ok(stamp, device.path, at);
}

/** A partition's disk, which has the serial number, the counters and the file behind a loop. */
export const diskOf = (device: BlockDevice, devices: readonly BlockDevice[]): BlockDevice =>
  devices.find(({ name }) => device.kind === 'partition' && device.parents.includes(name)) ?? device;

/** The stamp, or why there can be none. */
export async function stampOf(
  machine: Machine,
  { device, attachment, wwid, twins }: Pick<SeenDevice, 'device' | 'attachment' | 'wwid' | 'twins'>,
  devices: readonly BlockDevice[],
  bootId: string | undefined,
): Promise<Stamp | string> {
  if (device.durable_id === null) return device.durable_id_reason ?? 'it has no durable name';
  if (attachment === null) return 'it is not there any more';
  if (twins.length > 0 || attachment.controllers.length > 1) return 'it is one of several ways to one disk';
  if (attachment.writes === null) return 'the kernel does not count writes to it (queue/iostats)';
  if (attachment.diskseq === null) return 'the kernel does not count its attachments (diskseq)';
  if (bootId === undefined) return 'the kernel does not tell its boot';
  const disk = diskOf(device, devices);
  const backing = await readBacking(machine, disk);
  if (backing === undefined) return 'the file behind it could not be read';
  return {
    durable_id: device.durable_id,
    device_number: device.device_number,
    wwid,
    serial: disk.serial,
    size_bytes: device.size_bytes,
    start: attachment.start,
    boot_id: bootId,
    diskseq: attachment.diskseq,
    writes: attachment.writes,
    backing: backing === null ? null : `${backing.place} ${backing.version}`,
  };
}
