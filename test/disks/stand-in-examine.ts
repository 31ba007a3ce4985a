// An examination of real devices that knows little: who a device is, and what blkid finds on it. Enough to
// try what a format does with an examination.
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { readdirSync, realpathSync } from 'node:fs';
import type { DiskSignal } from '../../src/contracts/facts/disk-flags.ts';
import type { DiskIdentity, Examine, ExaminedDisk } from '../../src/disks/examined-disk.ts';
import { createDisksReader } from '../../src/host/disks.ts';
import type { Machine } from '../../src/host/machine.ts';
import { readNumberedDevice } from '../../src/host/numbered-device.ts';

export const createStandIn =
  (machine: Machine): Examine =>
  async (name, { claimed }): Promise<ExaminedDisk> => {
    const disks = await createDisksReader()(machine, undefined);
    if (disks.state !== 'ok') throw new Error(`no disks: ${disks.code}`);
    const device = disks.value.devices.find((one) => one.name === name);
    const numbered = device && (await readNumberedDevice(machine, device.device_number));
    if (device === undefined || numbered === undefined) throw new Error(`no device ${name}`);
    const family = [device, ...disks.value.devices.filter(({ parents }) => parents.includes(name))];
    const found = family.map(({ path }) => probe(path));
    const identity: DiskIdentity = {
      durable_id: linkTo(device.path),
      device_number: device.device_number,
      boot_id: numbered.bootId ?? '',
      diskseq: numbered.diskseq,
      wwid: null,
      serial: null,
      model: null,
      transport: null,
      size_bytes: numbered.sizeBytes,
      logical_block_bytes: numbered.logicalBlockBytes,
      physical_block_bytes: numbered.physicalBlockBytes,
      backing_file: numbered.backingFile,
      partition: numbered.partition === null ? null : { ...numbered.partition, uuid: null },
    };
    const signals: DiskSignal[] = [
      ...(claimed ? [] : family.flatMap(({ mount_points }) => mount_points)).map((point) =>
        signal(name, 'mounted', 'held', point, `umount ${point}`),
      ),
      ...found.filter((text) => text !== '').map((text) => signal(name, 'signature', 'content', text, null)),
    ];
    const verdict = signals.some((one) => one.class === 'content') ? 'data' : 'unverified';
    return {
      device,
      flag: { name, data_bearing: true, verdict, reason: 'stand-in', signals, scan: null },
      identity,
      disk: { model: null, serial: null, transport: null, size_bytes: numbered.sizeBytes, content: [] },
      facts_sha256: createHash('sha256').update(JSON.stringify(found)).digest('hex'),
      confirm_word: name,
    };
  };

const signal = (
  device: string,
  id: string,
  signalClass: DiskSignal['class'],
  detail: string,
  release: string | null,
): DiskSignal => ({ id, class: signalClass, device, detail, where: 'test', release });

function probe(path: string): string {
  try {
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
    return execFileSync('blkid', ['-p', '-o', 'value', '-s', 'TYPE', '-s', 'UUID', '-s', 'PTTYPE', path], {
      encoding: 'utf8',
      stdio,
    }).trim();
  } catch {
    return '';
  }
}

/** The by-id link that leads to it, made by hand. */
function linkTo(path: string): string {
  const folder = '/dev/disk/by-id';
  try {
    const name = readdirSync(folder).find((link) => realpathSync(`${folder}/${link}`) === path);
    return `byid:${name ?? 'none'}`;
  } catch {
    return 'byid:none';
  }
}
