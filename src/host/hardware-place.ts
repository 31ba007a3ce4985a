// Where a disk is plugged in: the controllers and ports on the way to it. Virtual machines are given
// hardware by these names, and the disks behind it with it.
import type { BlockNode } from './block-devices.ts';
import type { Machine } from './machine.ts';
import { readLine } from './read-fact.ts';

export type HardwarePlace = {
  /** Addresses of PCI functions, `0000:03:00.0`. */
  readonly pci: readonly string[];
  /** Bus and ports, `1-2.3`. */
  readonly usbPorts: readonly string[];
  /** Vendor and product, `0781:5581`. */
  readonly usbIds: readonly string[];
};

const PCI = /^[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/;
const USB = /^\d+-\d+(?:\.\d+)*$/;

export async function readHardwarePlace(machine: Machine, { diskFolder }: BlockNode): Promise<HardwarePlace> {
  const places = await readPlaces(machine, diskFolder);
  const segments = places.map((place) => place.split('/'));
  const usb = segments.flatMap((parts) =>
    parts.flatMap((part, at) =>
      USB.test(part)
        ? [{ port: part, folder: `/sys/${parts.slice(parts.indexOf('devices'), at + 1).join('/')}` }]
        : [],
    ),
  );
  const ids = await Promise.all(
    usb.map(async ({ folder }) => {
      const vendor = await readLine(machine, `${folder}/idVendor`);
      const product = await readLine(machine, `${folder}/idProduct`);
      return vendor === undefined || product === undefined ? [] : [`${vendor}:${product}`.toLowerCase()];
    }),
  );
  return {
    pci: [...new Set(segments.flat().filter((part) => PCI.test(part)))],
    usbPorts: [...new Set(usb.map(({ port }) => port))],
    usbIds: [...new Set(ids.flat())],
  };
}

/** An NVMe disk lies below its subsystem; the controllers that lead to it are links beside it. */
async function readPlaces(machine: Machine, diskFolder: string): Promise<readonly string[]> {
  const own = await machine.readLink(diskFolder);
  if (own.state !== 'ok') return [];
  if (!own.value.includes('/nvme-subsystem/')) return [own.value];
  const beside = await machine.listFolder(`${diskFolder}/device`);
  const names = beside.state === 'ok' ? beside.value.filter((name) => /^nvme\d+$/.test(name)) : [];
  const links = await Promise.all(
    names.map(async (name) => machine.readLink(`${diskFolder}/device/${name}`)),
  );
  return links.flatMap((link) => (link.state === 'ok' ? [link.value] : []));
}
