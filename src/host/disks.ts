// Block devices with their partitions: the same set as lsblk(8), joined with udev's database,
// mounts, swap, traffic and a durable name.
import type { BlockDevice, DiskFacts } from '../contracts/facts/disks.ts';
import { ok, valueOf, type Reading } from '../contracts/reading.ts';
import { readBlockDevices, type BlockNode } from './block-devices.ts';
import { readHardware, type Hardware } from './block-hardware.ts';
import { parseDiskstats, rateDisk } from './block-io.ts';
import { isSource, mountedType, mountsOn, parseSwaps } from './block-mounts.ts';
import {
  parseUdevRecord,
  udevLabel,
  udevModel,
  udevName,
  udevSerial,
  UDEV_FOLDER,
  type UdevRecord,
} from './block-udev.ts';
import { nameDurably } from './durable-id.ts';
import type { Machine } from './machine.ts';
import { parseMountinfo } from './mountinfo.ts';
import { readFact, readLine } from './read-fact.ts';

type Previous = { readonly value: DiskFacts; readonly at: number } | undefined;
type Device = {
  readonly node: BlockNode;
  readonly hardware: Hardware;
  readonly udev: UdevRecord | undefined;
};

/** Remembers what each attached disk said of itself. */
export function createDisksReader(): (machine: Machine, previous: Previous) => Promise<Reading<DiskFacts>> {
  const known = new Map<string, Hardware>();

  // Without a sequence another disk could hide behind the old name.
  const recall = async (
    machine: Machine,
    node: BlockNode,
    sequence: string | undefined,
  ): Promise<Hardware> => {
    const key = sequence === undefined ? undefined : `${sequence} ${node.diskFolder} ${node.kind}`;
    const remembered = key === undefined ? undefined : known.get(key);
    if (remembered !== undefined) return remembered;
    const hardware = await readHardware(machine, node);
    if (key !== undefined) {
      if (known.size > MAX_KNOWN) known.clear();
      known.set(key, hardware);
    }
    return hardware;
  };

  return async (machine, previous) => {
    const nodes = await readBlockDevices(machine);
    if (nodes.state !== 'ok') return nodes;
    const sequences = await readSequences(machine, nodes.value);
    const records = await readUdevRecords(machine, nodes.value);
    const devices = await Promise.all(
      nodes.value.map(async (node) => ({
        node,
        hardware: await recall(machine, node, sequences.get(node.diskFolder)),
        udev: records.get(node.device_number),
      })),
    );
    const mounts = valueOf(await readFact(machine, '/proc/self/mountinfo', parseMountinfo)) ?? [];
    const swaps = valueOf(await readFact(machine, '/proc/swaps', parseSwaps)) ?? [];
    const links = await readByIdLinks(machine);
    const names = nameDurably(
      devices.map(({ node, hardware, udev }) => ({
        node,
        hardware,
        links: [...new Set([...(links.get(node.name) ?? []), ...(udev?.byIdLinks ?? [])])],
      })),
    );
    const traffic = await readFact(machine, '/proc/diskstats', parseDiskstats);
    const at = traffic.state === 'ok' ? traffic.at : nodes.at;
    const passedMs = previous === undefined ? 0 : at - previous.at;
    const before = new Map(previous?.value.devices.map((device) => [device.device_number, device]));
    const describe = ({ node, hardware, udev }: Device): BlockDevice => {
      const mounted = mountsOn(mounts, node);
      const counters = valueOf(traffic)?.get(node.device_number);
      const earlier = before.get(node.device_number);
      const told = tellsHardware(node);
      const name = names.get(node.name);
      return {
        ...pickFacts(node),
        model: (told ? ((udev && udevModel(udev)) ?? hardware.model) : undefined) ?? null,
        serial: (told ? ((udev && udevSerial(udev)) ?? hardware.serial) : undefined) ?? null,
        transport: hardware.transport ?? null,
        rotational: hardware.rotational ?? null,
        removable: hardware.removable ?? null,
        durable_id: name?.id ?? null,
        durable_id_reason: name?.reason ?? null,
        fs_type: udev?.properties.get('ID_FS_TYPE') ?? mountedType(mounted) ?? null,
        label: (udev && udevLabel(udev)) ?? null,
        uuid: udev?.properties.get('ID_FS_UUID') ?? null,
        mount_points: mounted.map((mount) => mount.mountPoint),
        swap: swaps.some((path) => isSource(path, node)),
        io:
          counters === undefined
            ? null
            : rateDisk(
                counters,
                earlier?.name === node.name ? (earlier.io ?? undefined) : undefined,
                passedMs,
              ),
      };
    };
    return ok({ devices: devices.map(describe) }, nodes.source, at);
  };
}

const MAX_KNOWN = 1000;

/** Partitions and what lies on other devices have no model of their own. */
const tellsHardware = (node: BlockNode): boolean => node.kind !== 'partition' && node.parents.length === 0;

const pickFacts = (node: BlockNode) => ({
  name: node.name,
  path: node.path,
  device_number: node.device_number,
  kind: node.kind,
  parents: [...node.parents],
  size_bytes: node.size_bytes,
  read_only: node.read_only,
  backing_file: node.backing_file,
});

/** Disk's folder → its number in the count of all attachments since boot. */
async function readSequences(
  machine: Machine,
  nodes: readonly BlockNode[],
): Promise<ReadonlyMap<string, string | undefined>> {
  const folders = [...new Set(nodes.map((node) => node.diskFolder))];
  const read = async (folder: string) => [folder, await readLine(machine, `${folder}/diskseq`)] as const;
  return new Map(await Promise.all(folders.map(read)));
}

/** Device number → what udev noted of it. */
async function readUdevRecords(
  machine: Machine,
  nodes: readonly BlockNode[],
): Promise<ReadonlyMap<string, UdevRecord>> {
  const names = new Set(valueOf(await machine.listFolder(UDEV_FOLDER)));
  const records = new Map<string, UdevRecord>();
  for (const { device_number: number } of nodes) {
    if (!names.has(udevName(number))) continue;
    const record = await readFact(machine, `${UDEV_FOLDER}/${udevName(number)}`, parseUdevRecord);
    if (record.state === 'ok') records.set(number, record.value);
  }
  return records;
}

/** Kernel name → names below /dev/disk/by-id that lead to it. */
async function readByIdLinks(machine: Machine): Promise<ReadonlyMap<string, readonly string[]>> {
  const folder = '/dev/disk/by-id';
  const byName = new Map<string, string[]>();
  const names = await machine.listFolder(folder);
  for (const name of names.state === 'ok' ? names.value : []) {
    const target = valueOf(await machine.readLink(`${folder}/${name}`));
    const kernelName = target?.replace(/^(?:\.\.\/\.\.\/|\/dev\/)/, '');
    if (kernelName === undefined) continue;
    byName.set(kernelName, [...(byName.get(kernelName) ?? []), name]);
  }
  return byName;
}
