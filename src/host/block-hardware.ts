// What a disk says of itself: model, serial and names given by its maker. It does not change while
// the device is there, so it is read once for each attached device.
import type { BlockNode } from './block-devices.ts';
import type { Machine } from './machine.ts';
import { readLine, readNumber } from './read-fact.ts';

export type Hardware = {
  readonly model: string | undefined;
  readonly serial: string | undefined;
  readonly transport: string | undefined;
  readonly rotational: boolean | undefined;
  readonly removable: boolean | undefined;
  /** World-wide name as the kernel writes it: `naa.5000…`, `eui.…`, `t10.…`, `uuid.…`. */
  readonly wwid: string | undefined;
  readonly nvmeNamespace: number | undefined;
  /** A virtio disk's serial, chosen by the hypervisor. lsblk(8) shows it only where udev recorded it. */
  readonly virtioSerial: string | undefined;
  readonly mmcName: string | undefined;
};

export async function readHardware(machine: Machine, node: BlockNode): Promise<Hardware> {
  const folder = node.diskFolder;
  const flag = (value: number | undefined) => (value === undefined ? undefined : value !== 0);
  const transport = await readTransport(machine, folder);
  const rotational = flag(await readNumber(machine, `${folder}/queue/rotational`));
  const removable = flag(await readNumber(machine, `${folder}/removable`));
  if (node.kind === 'loop' || node.kind === 'dm' || node.kind === 'md' || node.kind === 'zram') {
    return { ...nameless, transport, rotational, removable };
  }
  return {
    model: tidy(await readLine(machine, `${folder}/device/model`)),
    serial: tidy(await readLine(machine, `${folder}/device/serial`)),
    transport,
    rotational,
    removable,
    wwid: (await readLine(machine, `${folder}/wwid`)) ?? (await readLine(machine, `${folder}/device/wwid`)),
    nvmeNamespace: await readNumber(machine, `${folder}/nsid`),
    // Asked of the hypervisor at every read, hence off the main thread.
    virtioSerial:
      transport === 'virtio' ? await readLine(machine, `${folder}/serial`, { slow: true }) : undefined,
    mmcName: transport === 'mmc' ? await readLine(machine, `${folder}/device/name`) : undefined,
  };
}

const nameless = {
  model: undefined,
  serial: undefined,
  wwid: undefined,
  nvmeNamespace: undefined,
  virtioSerial: undefined,
  mmcName: undefined,
} as const;

const tidy = (text: string | undefined): string | undefined => text?.replace(/\s+/g, ' ');

/** Parts of the device's place in sysfs, the most telling first: a USB disk is a SCSI disk too. */
const TRANSPORTS = [
  [/\/nvme\d*\/|\/nvme-subsystem\//, 'nvme'],
  [/\/usb\d+\//, 'usb'],
  [/\/mmc_host\//, 'mmc'],
  [/\/ata\d+\//, 'sata'],
  [/\/end_device-/, 'sas'],
  [/\/session\d+\//, 'iscsi'],
  [/\/rport-/, 'fc'],
  [/\/host\d+\//, 'scsi'],
  [/\/virtio\d+\//, 'virtio'],
] as const;

async function readTransport(machine: Machine, folder: string): Promise<string | undefined> {
  const place = await machine.readLink(folder);
  if (place.state !== 'ok') return undefined;
  return TRANSPORTS.find(([pattern]) => pattern.test(place.value))?.[1];
}
