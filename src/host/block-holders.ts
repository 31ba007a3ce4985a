// Devices that lie on a device and hold it: LVM, encryption, RAID, multipath, caches. From the
// `holders` folders of sysfs, with the device mapper's own word for what each is.
import type { Missing } from '../contracts/reading.ts';
import type { BlockNode } from './block-devices.ts';
import type { Machine } from './machine.ts';
import { readLine } from './read-fact.ts';
import type { Survey } from './survey.ts';

export type Holder = {
  /** Kernel name of what is held. */
  readonly device: string;
  /** Kernel name of what holds it. */
  readonly holder: string;
  readonly kind: 'lvm' | 'crypt' | 'multipath' | 'mapped' | 'raid' | 'bcache' | 'drbd' | 'other';
  /** The name that people gave it: a volume, a mapping. */
  readonly title: string;
  readonly where: string;
};

export async function readHolders(machine: Machine, nodes: readonly BlockNode[]): Promise<Survey<Holder>> {
  const found: Holder[] = [];
  const unread: Missing[] = [];
  for (const node of nodes) {
    const where = `${node.folder}/holders`;
    const names = await machine.listFolder(where);
    if (names.state === 'failed') unread.push(names);
    for (const name of names.state === 'ok' ? names.value : []) {
      found.push({ device: node.name, holder: name, where, ...(await describe(machine, name)) });
    }
    // A registered backing or cache device without a cache set has no holder yet.
    const cache = await machine.listFolder(`${node.folder}/bcache`);
    if (cache.state === 'failed') unread.push(cache);
    if (cache.state === 'ok') {
      found.push({
        device: node.name,
        holder: 'bcache',
        kind: 'bcache',
        title: 'bcache',
        where: `${node.folder}/bcache`,
      });
    }
  }
  return { found, unread };
}

/** The device mapper's users mark their devices by the beginning of the uuid (dmsetup(8)). */
const MAPPED_KINDS = [
  ['LVM-', 'lvm'],
  ['CRYPT-', 'crypt'],
  ['mpath-', 'multipath'],
] as const;

const OTHER_KINDS = [
  [/^md/, 'raid'],
  [/^bcache/, 'bcache'],
  [/^drbd/, 'drbd'],
] as const;

async function describe(machine: Machine, name: string): Promise<Pick<Holder, 'kind' | 'title'>> {
  if (!name.startsWith('dm-')) {
    return { kind: OTHER_KINDS.find(([pattern]) => pattern.test(name))?.[1] ?? 'other', title: name };
  }
  const uuid = (await readLine(machine, `/sys/block/${name}/dm/uuid`)) ?? '';
  const title = (await readLine(machine, `/sys/block/${name}/dm/name`)) ?? name;
  return { kind: MAPPED_KINDS.find(([prefix]) => uuid.startsWith(prefix))?.[1] ?? 'mapped', title };
}

/** UUIDs of volume groups of which any volume is active: `LVM-` and 32 letters of the group, 32 of the volume. */
export async function readActiveGroups(machine: Machine): Promise<Survey<string>> {
  const blocks = await machine.listFolder('/sys/block');
  if (blocks.state !== 'ok') return { found: [], unread: blocks.state === 'failed' ? [blocks] : [] };
  const found = new Set<string>();
  for (const name of blocks.value.filter((each) => each.startsWith('dm-'))) {
    const uuid = await readLine(machine, `/sys/block/${name}/dm/uuid`);
    const group = /^LVM-([0-9A-Za-z]{32})/.exec(uuid ?? '')?.[1];
    if (group !== undefined) found.add(group);
  }
  return { found: [...found], unread: [] };
}
