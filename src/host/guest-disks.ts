// Whether a guest's configuration names hardware of this host: disks by their paths, or what is passed
// through. A virtual machine opens such a disk without claiming it: nothing but we keeps it off.
import type { ProxmoxGuest } from '../contracts/facts/proxmox.ts';
import { ok, type Reading } from '../contracts/reading.ts';
import type { Machine } from './machine.ts';
import { readReferences } from './reference-words.ts';

const FOLDERS = { lxc: '/etc/pve/lxc', qemu: '/etc/pve/qemu-server' } as const satisfies Record<
  ProxmoxGuest['kind'],
  string
>;

export async function readGuestDisks(
  machine: Machine,
  { kind, vmid }: Pick<ProxmoxGuest, 'kind' | 'vmid'>,
): Promise<Reading<readonly string[]>> {
  const text = await machine.readText(`${FOLDERS[kind]}/${vmid}.conf`);
  if (text.state !== 'ok') return text;
  const named = [
    ...readReferences(text.value, 'guest-config').map(({ reference }) => reference.text),
    ...text.value.split('\n').filter((line) => OTHER_FORMS.some((form) => form.test(line))),
  ];
  return ok([...new Set(named)], text.source, text.at);
}

/** What names hardware without saying which: by a mapping of the cluster, or by a path that may lead to any device. */
const OTHER_FORMS = [
  /^(?:hostpci|usb)\d+:(?:.*[\s,])?mapping=/,
  /^(?:scsi|sata|ide|virtio|efidisk|tpmstate)\d+:\s*(?:file=)?\//,
] as const;
