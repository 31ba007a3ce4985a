// Whether something that was seen elsewhere means this device: by number before name, as names change
// and lie. Pure.
import type { BlockDevice } from '../contracts/facts/disks.ts';
import type { DeviceReference } from '../host/device-references.ts';
import type { LvmMember } from '../host/lvm-members.ts';
import type { PlacedMount } from '../host/mount-namespaces.ts';
import { isSource } from '../host/block-mounts.ts';
import type { SeenDevice } from './look.ts';

/** By its number where that is known, else by its path. */
export function leadsTo(
  thing: { readonly path: string; readonly deviceNumber?: string | null },
  device: BlockDevice,
): boolean {
  const number = thing.deviceNumber ?? null;
  return (number !== null && number === device.device_number) || isSource(thing.path, device);
}

/** btrfs, ZFS and FUSE mounts carry an anonymous number (major 0): there the named source decides. */
export const mountsOf = (device: BlockDevice, mounts: readonly PlacedMount[]): readonly PlacedMount[] =>
  mounts.filter(
    ({ deviceNumber, source }) =>
      deviceNumber === device.device_number || (deviceNumber.startsWith('0:') && isSource(source, device)),
  );

export function isNamedBy(
  reference: DeviceReference,
  seen: SeenDevice,
  volumes: readonly LvmMember[],
): boolean {
  const { device } = seen;
  if (reference.deviceNumber === device.device_number) return true;
  if (reference.target !== null && isSource(reference.target, device)) return true;
  const says = SAYS[reference.kind];
  return says(reference.value, seen, volumes);
}

type Says = (value: string, seen: SeenDevice, volumes: readonly LvmMember[]) => boolean;

const valueIs =
  (...keys: readonly string[]): Says =>
  (value, seen) =>
    keys.some((key) => blkidSays(seen, key).some((said) => said.toLowerCase() === value.toLowerCase()));

/** Asked of the device itself and of partitions that have no node of their own. */
function blkidSays({ content }: SeenDevice, key: string): readonly string[] {
  const answers = [content?.blkid, ...(content?.hidden ?? []).map(({ blkid }) => blkid)];
  return answers
    .map((answer) => (answer?.state === 'ok' ? answer.value.values.get(key) : undefined))
    .filter((value) => value !== undefined);
}

const SAYS = {
  path: (value, { device }) => isSource(value, device),
  number: (value, { device }) => value === device.device_number,
  uuid: valueIs('UUID', 'UUID_SUB'),
  label: valueIs('LABEL'),
  partlabel: valueIs('PART_ENTRY_NAME'),
  partuuid: (value, seen, volumes) =>
    valueIs('PART_ENTRY_UUID')(value, seen, volumes) ||
    (seen.content?.tables ?? []).some(({ partitions }) =>
      partitions.some(({ uuid }) => uuid?.toLowerCase() === value.toLowerCase()),
    ),
  id: (value, { device }) => device.durable_id === `byid:${value}`,
  array: (value, seen) =>
    blkidSays(seen, 'UUID').some((uuid) => uuid.replaceAll(/[-:]/g, '').toLowerCase() === value),
  group: (value, { device }, volumes) =>
    volumes.some((member) => member.group === value && leadsTo(member, device)),
  pool: (value, seen) =>
    blkidSays(seen, 'TYPE').includes('zfs_member') && blkidSays(seen, 'LABEL').includes(value),
  // Without its function it means all functions of that slot.
  pci: (value, { place }) =>
    place?.pci.some((address) => address === value || address.startsWith(`${value}.`)) ?? false,
  'usb-id': (value, { place }) => place?.usbIds.includes(value) ?? false,
  'usb-port': (value, { place }) => place?.usbPorts.includes(value) ?? false,
} as const satisfies Record<DeviceReference['kind'], Says>;
