// A name for a disk that survives a reboot and another slot: `byid:…` as udev links it below
// /dev/disk/by-id, derived from sysfs where there is no udev. Never from places, labels or UUIDs.
import type { Hardware } from './block-hardware.ts';
import type { BlockNode } from './block-devices.ts';

export type Identity = {
  readonly node: Pick<BlockNode, 'name' | 'kind' | 'parents' | 'partition'>;
  readonly hardware: Hardware;
  /** Names below /dev/disk/by-id that point at it, or that udev says it claims. */
  readonly links: readonly string[];
};

/** Exactly one of the two is null. */
export type DurableName = { readonly id: string | null; readonly reason: string | null };

const NOT_ZERO = '(?![0.:-]*(?:-part\\d+)?$)';

/** The first unique, well-formed name wins. `firm`: sysfs and link must tell the same of it. */
const FORMS = [
  { pattern: new RegExp(`^wwn-0x${NOT_ZERO}(?:[0-9a-f]{16}|[0-9a-f]{32})$`), firm: true },
  { pattern: new RegExp(`^nvme-eui\\.${NOT_ZERO}(?:[0-9a-f]{16}|[0-9a-f]{32})$`), firm: true },
  { pattern: new RegExp(`^nvme-uuid\\.${NOT_ZERO}[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$`), firm: true },
  { pattern: /^nvme-(?!eui\.|uuid\.|nvme\.)[^/]+_[^/_]+_\d+$/, firm: false },
  { pattern: /^ata-[^/]+$/, firm: false },
  { pattern: new RegExp(`^scsi-[23]${NOT_ZERO}[0-9a-f]{16,32}$`), firm: false },
  { pattern: /^scsi-8[^/]+$/, firm: false },
  { pattern: /^virtio-[^/]+$/, firm: true },
  { pattern: /^mmc-[^/]+$/, firm: false },
  { pattern: /^usb-[^/]+$/, firm: false },
] as const;

/** All devices at once: only then is it known which names are unique. */
export function nameDurably(devices: readonly Identity[]): ReadonlyMap<string, DurableName> {
  const claims = devices.map((device) => ({
    device,
    linked: device.links.filter(isPrintable),
    derived: deriveNames(device).filter(isPrintable),
  }));
  const claimants = new Map<string, Set<string>>();
  for (const { device, linked, derived } of claims) {
    for (const name of [...linked, ...derived]) {
      claimants.set(name, (claimants.get(name) ?? new Set()).add(device.node.name));
    }
  }
  const isUnique = (name: string) => (claimants.get(name)?.size ?? 0) < 2;
  const names = new Map<string, DurableName>();
  for (const { device, linked, derived } of claims) {
    if (device.node.kind === 'partition') continue;
    names.set(device.node.name, chooseName(device, linked, derived, isUnique));
  }
  for (const { device } of claims) {
    if (device.node.kind !== 'partition') continue;
    names.set(device.node.name, namePartition(device, names, claimants));
  }
  return names;
}

function chooseName(
  device: Identity,
  linked: readonly string[],
  derived: readonly string[],
  isUnique: (name: string) => boolean,
): DurableName {
  let shared: string | undefined;
  for (const { pattern, firm } of FORMS) {
    const links = linked.filter((name) => pattern.test(name)).toSorted();
    const kernels = derived.filter((name) => pattern.test(name));
    if (firm && links.length > 0 && kernels.length > 0 && !kernels.some((name) => links.includes(name))) {
      return unnamed(`the by-id link (${links[0] ?? ''}) and the kernel (${kernels[0] ?? ''}) disagree`);
    }
    const candidates = [...kernels, ...links];
    const unique = candidates.find(isUnique);
    if (unique !== undefined) return { id: `byid:${unique}`, reason: null };
    shared ??= candidates[0];
  }
  if (shared !== undefined) return unnamed(`${SAME_IDENTITY} (${shared})`);
  return unnamed(WITHOUT_NAME[device.node.kind] ?? 'the device tells no serial number or world-wide name');
}

/** Where two devices tell the same name, neither has one. */
export const SAME_IDENTITY = 'another device has the same identity';

const WITHOUT_NAME: { readonly [K in BlockNode['kind']]?: string } = {
  loop: 'a loop device has no identity of its own',
  dm: 'a mapped device has no identity of its own',
  md: 'a software RAID has no identity of its own',
  zram: 'compressed memory has no identity',
  rom: 'an optical drive does not name its disc',
};

const unnamed = (reason: string): DurableName => ({ id: null, reason });

/** The disk's name with the partition's number, unless a link of that name leads elsewhere. */
function namePartition(
  device: Identity,
  names: ReadonlyMap<string, DurableName>,
  claimants: ReadonlyMap<string, ReadonlySet<string>>,
): DurableName {
  const disk = names.get(device.node.parents[0] ?? '');
  if (disk === undefined || disk.id === null) return unnamed(disk?.reason ?? 'its disk is unknown');
  const id = `${disk.id}-part${device.node.partition ?? 0}`;
  const others = claimants.get(id.slice('byid:'.length)) ?? new Set();
  return [...others].every((name) => name === device.node.name)
    ? { id, reason: null }
    : unnamed(`the by-id link of that name leads to another device`);
}

/** The names that udev's rules would make of what sysfs tells. */
function deriveNames({ node, hardware }: Identity): readonly string[] {
  if (node.kind === 'partition') return [];
  const { wwid, model, serial, nvmeNamespace, virtioSerial, mmcName, transport } = hardware;
  const names: string[] = [];
  const [, form, value] = /^(naa|eui|uuid|t10)\.(.+)$/s.exec(wwid ?? '') ?? [];
  const ata = form === 't10' ? /^ATA {5}(.{40})(.{1,20})$/.exec(value ?? '') : null;
  if (form === 'naa') names.push(`wwn-0x${value ?? ''}`);
  if (form === 'eui') names.push(transport === 'nvme' ? `nvme-eui.${value ?? ''}` : `scsi-2${value ?? ''}`);
  if (form === 'uuid') names.push(`nvme-uuid.${value ?? ''}`);
  if (ata !== null) names.push(`ata-${joined(ata[1] ?? '')}_${joined(ata[2] ?? '')}`);
  if (nvmeNamespace !== undefined && model !== undefined && serial !== undefined) {
    names.push(`nvme-${joined(model)}_${joined(serial)}_${nvmeNamespace}`);
  }
  if (virtioSerial !== undefined) names.push(`virtio-${joined(virtioSerial)}`);
  if (mmcName !== undefined && serial !== undefined) names.push(`mmc-${joined(mmcName)}_${joined(serial)}`);
  return names;
}

const joined = (text: string): string => text.trim().replace(/\s+/g, '_');

/** Identities are typed and signed by people: what cannot be printed is no name. */
const isPrintable = (name: string): boolean => /^[\x21-\x7e]+$/.test(name);
