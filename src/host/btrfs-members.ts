// Devices of mounted btrfs file systems: their mounts carry no device's number, and they have no
// holder. The folder is there only while the file system is mounted.
import type { Missing } from '../contracts/reading.ts';
import type { Machine } from './machine.ts';
import type { Survey } from './survey.ts';

const FOLDER = '/sys/fs/btrfs';
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export type BtrfsMember = { readonly device: string; readonly uuid: string; readonly where: string };

export async function readBtrfsMembers(machine: Machine): Promise<Survey<BtrfsMember>> {
  const entries = await machine.listFolder(FOLDER);
  if (entries.state !== 'ok') return { found: [], unread: entries.state === 'failed' ? [entries] : [] };
  const found: BtrfsMember[] = [];
  const unread: Missing[] = [];
  for (const uuid of entries.value.filter((name) => UUID.test(name))) {
    const where = `${FOLDER}/${uuid}/devices`;
    const devices = await machine.listFolder(where);
    if (devices.state === 'failed') unread.push(devices);
    for (const device of devices.state === 'ok' ? devices.value : []) {
      found.push({ device: device.replaceAll('!', '/'), uuid, where });
    }
  }
  return { found, unread };
}
