// Where Proxmox's storages lie on this machine: /etc/pve/storage.cfg (Proxmox VE Administration Guide,
// "Storage Configuration"): a line `TYPE: NAME`, then indented lines `KEY VALUE`.
import { ok, type Reading } from '../contracts/reading.ts';
import type { Machine } from './machine.ts';

export type StoragePlace = {
  readonly name: string;
  readonly type: string;
  /** The folder it uses; null for pools, groups and storages on the network. */
  readonly path: string | null;
};

const PATH = '/etc/pve/storage.cfg';

export async function readStoragePlaces(machine: Machine): Promise<Reading<readonly StoragePlace[]>> {
  const text = await machine.readText(PATH);
  return text.state === 'ok' ? ok(parseStoragePlaces(text.value), PATH, text.at) : text;
}

export function parseStoragePlaces(text: string): readonly StoragePlace[] {
  const places: { name: string; type: string; path: string | null }[] = [];
  for (const line of text.split('\n')) {
    const head = /^([a-z0-9]+):\s*(\S+)\s*$/.exec(line);
    const path = /^\s+path\s+(\/.*?)\s*$/.exec(line)?.[1];
    const current = places.at(-1);
    if (head?.[1] !== undefined && head[2] !== undefined) {
      places.push({ name: head[2], type: head[1], path: null });
    } else if (path !== undefined && current !== undefined) current.path = path;
  }
  return places;
}
