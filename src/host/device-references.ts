// Every place in this machine's configuration that names a block device: guests, storages, mounts at
// boot, encryption, RAID. A disk that somebody relies on is in use, mounted or not.
import { dirname, resolve } from 'node:path';
import { failed, type Missing } from '../contracts/reading.ts';
import type { Machine } from './machine.ts';
import { readReferences, type Reference, type ReferenceKind } from './reference-words.ts';
import type { Survey } from './survey.ts';

/** Who names it. */
export type ReferenceSource =
  | 'guest-config'
  | 'storage-config'
  | 'fstab'
  | 'crypttab'
  | 'mdadm-config'
  | 'systemd-unit'
  | 'boot-config';

export type DeviceReference = Reference & {
  readonly source: ReferenceSource;
  readonly file: string;
  readonly line: number;
  /** Snapshot, or what is pending; empty for the part that holds now. */
  readonly section: string;
  /** Where a path leads to: through links, and to which device. */
  readonly target: string | null;
  readonly deviceNumber: string | null;
};

type File = { readonly source: ReferenceSource; readonly path: string };
type List = (folder: string) => Promise<readonly string[]>;

export async function readDeviceReferences(machine: Machine): Promise<Survey<DeviceReference>> {
  const unread: Missing[] = [];
  const list: List = async (folder) => {
    const names = await machine.listFolder(folder);
    if (names.state === 'failed') unread.push(names);
    return names.state === 'ok' ? names.value.toSorted().map((name) => `${folder}/${name}`) : [];
  };
  unread.push(...(await missProxmox(machine)));
  const local = await machine.readLink('/etc/pve/local');
  const node = local.state === 'ok' ? local.value.split('/').at(-1) : undefined;
  const files = (await Promise.all(FINDERS.map(async (find) => find(list)))).flat();
  const found: DeviceReference[] = [];
  for (const { source, path } of files) {
    const text = await machine.readText(path);
    if (text.state === 'failed') unread.push(text);
    if (text.state !== 'ok') continue;
    for (const { reference, line, section } of readReferences(text.value, source)) {
      if (HARDWARE.has(reference.kind) && isElsewhere(path, reference.text, node)) continue;
      found.push({ ...reference, source, file: path, line, section, ...(await follow(machine, reference)) });
    }
  }
  return { found, unread };
}

const HARDWARE: ReadonlySet<ReferenceKind> = new Set(['pci', 'usb-id', 'usb-port']);

/** Another host of the cluster has slots and ports of the same numbers; where it is not known, it is this one. */
function isElsewhere(path: string, text: string, node: string | undefined): boolean {
  if (node === undefined) return false;
  const named = /^\/etc\/pve\/nodes\/([^/]+)\//.exec(path)?.[1] ?? /\bnode=([^,\s]+)/.exec(text)?.[1];
  return named !== undefined && named !== node;
}

const PROXMOX_STORE = '/var/lib/pve-cluster/config.db';

/** Where Proxmox VE is installed and its folder of configurations is not mounted, nobody knows of its guests. */
async function missProxmox(machine: Machine): Promise<readonly Missing[]> {
  const store = await machine.readNumbers(PROXMOX_STORE);
  const nodes = await machine.listFolder('/etc/pve/nodes');
  if (store.state === 'absent' || nodes.state !== 'absent') return [];
  return [failed('no-answer', '/etc/pve', nodes.at, 'pmxcfs is not mounted')];
}

const fixed =
  (source: ReferenceSource, ...paths: readonly string[]) =>
  async (): Promise<readonly File[]> =>
    Promise.resolve(paths.map((path) => ({ source, path })));

const inFolder =
  (source: ReferenceSource, folder: string, pattern: RegExp) =>
  async (list: List): Promise<readonly File[]> =>
    (await list(folder)).filter((path) => pattern.test(path)).map((path) => ({ source, path }));

const UNIT_FOLDERS = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
];

const FINDERS: readonly ((list: List) => Promise<readonly File[]>)[] = [
  findGuests,
  inFolder('guest-config', '/etc/libvirt/qemu', /\.xml$/),
  fixed('guest-config', '/etc/pve/mapping/pci.cfg', '/etc/pve/mapping/usb.cfg'),
  fixed('storage-config', '/etc/pve/storage.cfg', '/etc/target/saveconfig.json', '/etc/tgt/targets.conf'),
  inFolder('storage-config', '/etc/tgt/conf.d', /\.conf$/),
  fixed('fstab', '/etc/fstab'),
  fixed('crypttab', '/etc/crypttab'),
  fixed('mdadm-config', '/etc/mdadm/mdadm.conf', '/etc/mdadm.conf'),
  inFolder('mdadm-config', '/etc/mdadm/mdadm.conf.d', /\.conf$/),
  // Where the machine resumes from: an image of its memory lies there.
  fixed('boot-config', '/proc/cmdline', '/etc/initramfs-tools/conf.d/resume'),
  fixed('boot-config', '/etc/kernel/cmdline', '/etc/default/grub'),
  ...UNIT_FOLDERS.map((folder) => inFolder('systemd-unit', folder, /\.(?:mount|swap)$/)),
  ...UNIT_FOLDERS.map((folder) => async (list: List) => {
    const dropIns = (await list(folder)).filter((path) => /\.(?:mount|swap)\.d$/.test(path));
    const files = await Promise.all(dropIns.map(inDropIn).map(async (find) => find(list)));
    return files.flat();
  }),
];

const inDropIn = (folder: string) => inFolder('systemd-unit', folder, /\.conf$/);

/** `/etc/pve/qemu-server` is a link to this node's folder; other nodes' guests share disks with it. */
async function findGuests(list: List): Promise<readonly File[]> {
  const nodes = await list('/etc/pve/nodes');
  const folders = [...nodes, '/etc/pve'].flatMap((node) => [`${node}/qemu-server`, `${node}/lxc`]);
  const files = await Promise.all(
    folders.map(async (folder) => inFolder('guest-config', folder, /\.conf$/)(list)),
  );
  return files.flat();
}

const MAX_LINKS = 8;
const PATHS: ReadonlySet<ReferenceKind> = new Set(['path']);

/** Follows the links by their text, so that it works where the nodes themselves are not. */
async function follow(
  machine: Machine,
  { kind, value }: Reference,
): Promise<Pick<DeviceReference, 'target' | 'deviceNumber'>> {
  if (!PATHS.has(kind)) return { target: null, deviceNumber: null };
  let target = value;
  for (let links = 0; links < MAX_LINKS; links += 1) {
    const link = await machine.readLink(target);
    if (link.state !== 'ok') break;
    target = resolve(dirname(target), link.value);
  }
  const numbers = await machine.readNumbers(value);
  return { target, deviceNumber: numbers.state === 'ok' ? numbers.value.deviceNumber : null };
}
