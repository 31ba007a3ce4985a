// Every sign that a device holds something or is used: one table, the strongest first. A row says how it
// is seen and what it means; whatever is in the table travels by itself to verdict, screens and tests.
import type { SignalClass } from '../contracts/facts/disk-flags.ts';
import type { Missing } from '../contracts/reading.ts';
import type { DeviceReference, ReferenceSource } from '../host/device-references.ts';
import { SAME_IDENTITY } from '../host/durable-id.ts';
import { shellWord } from '../base/shell-word.ts';
import type { Look, SeenDevice } from './look.ts';
import { isNamedBy, leadsTo, mountsOf } from './matches.ts';
import { PLACE_HOLDERS } from './partition-tables.ts';
import { ERRNO } from './raw-probe.ts';

/** What a row saw on one device. */
export type Sighting = {
  readonly detail: string;
  readonly where: string;
  /** What ends it. */
  readonly release: string | null;
};

export type SignalRow = {
  readonly id: string;
  readonly class: SignalClass;
  /** What is true of `who` ("device", "partition sda1"): an English sentence without its subject. */
  readonly says: (detail: string) => string;
  readonly find: (seen: SeenDevice, look: Look) => readonly Sighting[];
  /**
   * Between a disk and its partitions: what is true of the disk may be true of each partition, and what is
   * true of one partition of the disk.
   */
  readonly spreads: 'both' | 'to-disk' | 'to-partitions' | 'nowhere';
};

const none: readonly Sighting[] = [];
const plain = (detail: string, where: string, release: string | null = null): Sighting => ({
  detail,
  where,
  release,
});
const always = (sentence: string) => () => sentence;

const held: readonly SignalRow[] = [
  {
    id: 'mounted',
    class: 'held',
    says: always('is mounted'),
    spreads: 'both',
    find: ({ device }, { around }) =>
      mountsOf(device, around.mounts.found).map(({ mountPoint, where }) => {
        const pid = /^\/proc\/(\d+)\//.exec(where)?.[1];
        const inside = pid === undefined ? '' : `nsenter --target ${pid} --mount `;
        return plain(mountPoint, where, `${inside}umount ${shellWord(mountPoint)}`);
      }),
  },
  {
    id: 'swap',
    class: 'held',
    says: always('is used as swap'),
    spreads: 'both',
    find: ({ device }, { around }) =>
      around.swaps.found
        .filter((area) => leadsTo(area, device))
        .map(({ path, where }) => plain(path, where, `swapoff ${shellWord(path)}`)),
  },
  {
    id: 'holder',
    class: 'held',
    says: (detail) => `is part of ${detail}`,
    spreads: 'both',
    find: ({ device }, { around }) =>
      around.holders.found
        .filter((holder) => holder.device === device.name)
        .map(({ kind, title, holder, where }) =>
          plain(`${HOLDER_WORDS[kind]} ${title}`, where, RELEASES[kind]?.(title, holder) ?? null),
        ),
  },
  {
    id: 'btrfs-member',
    class: 'held',
    says: always('belongs to a mounted btrfs'),
    spreads: 'both',
    find: ({ device }, { around }) =>
      around.btrfs.found
        .filter((member) => member.device === device.name)
        .map(({ uuid, where }) => plain(uuid, where)),
  },
  {
    id: 'zfs-imported',
    class: 'held',
    says: (detail) => `belongs to the imported ZFS pool ${detail}`,
    spreads: 'both',
    find: ({ device }, { around }) =>
      around.zfs.found
        .filter((member) => leadsTo(member, device))
        .map(({ pool, where }) => plain(pool, where, `zpool export ${shellWord(pool)}`)),
  },
  {
    id: 'lvm-active',
    class: 'held',
    says: (detail) => `belongs to the active volume group ${detail}`,
    spreads: 'both',
    find: ({ device }, { around }) =>
      around.lvm.found
        .filter((member) => leadsTo(member, device))
        .filter(({ groupUuid }) => around.activeGroups.found.includes(groupUuid))
        .map(({ group, where }) => plain(group, where, `vgchange -an ${shellWord(group)}`)),
  },
  {
    id: 'loop-backing',
    class: 'held',
    says: (detail) => `lies behind the loop device ${detail}`,
    spreads: 'both',
    find: ({ device }, { around, devices }) => {
      const byPath = around.loops.found.filter((backing) => leadsTo(backing, device));
      const byNumber = [...devices.values()].filter(
        ({ access }) => access?.state === 'ok' && access.value.loopOn === device.device_number,
      );
      const loops = new Set([...byPath.map(({ loop }) => loop), ...byNumber.map((seen) => seen.device.name)]);
      return [...loops].map((loop) => plain(loop, `losetup /dev/${loop}`, `losetup --detach /dev/${loop}`));
    },
  },
  {
    id: 'exported',
    class: 'held',
    says: (detail) => `is offered over the network by ${detail}`,
    spreads: 'both',
    find: ({ device }, { around }) =>
      around.exports.found
        .filter((exported) => leadsTo(exported, device))
        .map(({ server, where }) => plain(server, where)),
  },
  {
    id: 'open',
    class: 'held',
    says: (detail) => `is open in another program (${detail})`,
    spreads: 'both',
    find: ({ device }, { around }) =>
      around.openers.found
        .filter((opener) => opener.deviceNumber === device.device_number)
        .map(({ command, pid, where }) =>
          plain(`${command}, process ${pid}`, where, GUESTS.test(command) ? null : `kill ${pid}`),
        ),
  },
  {
    id: 'locked',
    class: 'held',
    says: always('is locked by another program'),
    spreads: 'both',
    find: ({ node }, { around }) =>
      node === null
        ? none
        : around.locks.found
            .filter(({ file }) => file === `${node.fileSystem} ${node.inode}`)
            .map(({ kind, pid, where }) => plain(pid > 0 ? `${kind}, process ${pid}` : kind, where)),
  },
  {
    id: 'exclusive',
    class: 'held',
    says: always('is held exclusively, by something that does not show itself'),
    // Whoever holds one partition holds the disk against all others, and no other partition.
    spreads: 'to-disk',
    find: ({ access }) =>
      access?.state === 'ok' && access.value.exclusive === 'busy' ? [plain('EBUSY', access.source)] : none,
  },
];

/** Killing a virtual machine is no way to release its disk. */
const GUESTS = /^(?:kvm|qemu)/;

const HOLDER_WORDS = {
  lvm: 'the LVM volume',
  crypt: 'the encrypted device',
  multipath: 'the multipath device',
  mapped: 'the mapped device',
  raid: 'the RAID',
  bcache: 'the cache',
  drbd: 'the DRBD',
  other: 'the device',
} as const satisfies Record<string, string>;

/** The device mapper doubles the hyphens of a name, and puts one between group and volume. */
const volumeOf = (title: string): string =>
  title
    .split(/(?<!-)-(?!-)/)
    .slice(0, 2)
    .map((part) => part.replaceAll('--', '-'))
    .join('/');

const RELEASES: { readonly [K in keyof typeof HOLDER_WORDS]?: (title: string, holder: string) => string } = {
  lvm: (title) => `lvchange -an ${shellWord(volumeOf(title))}`,
  crypt: (title) => `cryptsetup close ${shellWord(title)}`,
  multipath: (title) => `multipath -f ${shellWord(title)}`,
  mapped: (title) => `dmsetup remove ${shellWord(title)}`,
  raid: (_title, holder) => `mdadm --stop /dev/${holder}`,
};

const named: readonly SignalRow[] = (
  [
    ['guest-config', "is named in a guest's configuration"],
    ['storage-config', 'is named in the configuration of storages'],
    ['fstab', 'is named in fstab'],
    ['crypttab', 'is named in crypttab'],
    ['mdadm-config', 'is named in the configuration of RAID'],
    ['systemd-unit', 'is named in a systemd unit'],
    ['boot-config', 'is named in the configuration of the start'],
  ] as const satisfies readonly (readonly [ReferenceSource, string])[]
).map(([id, sentence]) => ({
  id,
  class: 'named',
  says: always(sentence),
  spreads: 'both',
  find: (seen, { around }) =>
    around.references.found
      .filter(({ source }) => source === id)
      .filter((reference) => isNamedBy(reference, seen, around.lvm.found))
      .map(tellReference),
}));

function tellReference({ file, line, section, text }: DeviceReference): Sighting {
  const place = `${file}:${line}`;
  return plain(section === '' ? text : `[${section}] ${text}`, place, `edit ${place}`);
}

const NETWORK_TRANSPORTS: ReadonlySet<string> = new Set(['iscsi', 'fc']);
const NETWORK_NAMES = /^(?:nbd|rbd|drbd|ublkb|aoe|etherd)/;

/**
 * Partitions over the bytes of this one: the kernel shows whatever a table says, and goes on showing what the
 * table of now says otherwise. What was signed for one of them would be written to the others, and who holds
 * it does not hold them.
 */
function findOverlaps({ device, attachment }: SeenDevice, { devices }: Look): readonly string[] {
  const start = attachment?.start ?? null;
  if (device.kind !== 'partition' || start === null) return [];
  const shares = (from: number, size: number) => from < start + device.size_bytes && from + size > start;
  const disk = devices.get(device.parents[0] ?? '');
  const shown = [...devices.values()].filter(
    (one) =>
      one.device.name !== device.name &&
      one.device.kind === 'partition' &&
      one.device.parents[0] === disk?.device.name &&
      shares(one.attachment?.start ?? Infinity, one.device.size_bytes),
  );
  const written = (disk?.content?.tables ?? [])
    .filter(({ kind, sectorBytes }) => kind !== 'gpt-backup' && sectorBytes === attachment?.logicalBytes)
    .flatMap(({ partitions }) => partitions)
    .filter(({ type }) => !PLACE_HOLDERS.has(type))
    .filter((one) => shares(one.start, one.size))
    .filter((one) => one.start !== start || one.size !== device.size_bytes);
  return [
    ...shown.map((one) => one.device.name),
    ...written.map(({ number }) => `partition ${number} of the table`),
  ];
}

const barred: readonly SignalRow[] = [
  {
    id: 'gone',
    class: 'barred',
    says: always('is not there'),
    spreads: 'to-partitions',
    find: ({ device, attachment, access }) => {
      if (attachment === null) return [plain(device.name, device.path)];
      if (access?.state !== 'ok') return none;
      const { opened } = access.value;
      if ('errno' in opened) {
        const { errno } = opened;
        const isGone = errno === ERRNO.ENOENT || errno === ERRNO.ENXIO || errno === ERRNO.ENODEV;
        return isGone ? [plain(`errno ${errno}`, access.source)] : none;
      }
      return opened.number === device.device_number
        ? none
        : [plain(`its path leads to ${opened.number ?? 'no block device'}`, device.path)];
    },
  },
  {
    id: 'no-medium',
    class: 'barred',
    says: always('has no medium, or a size of 0'),
    spreads: 'to-partitions',
    find: ({ device, access, attachment }) => {
      const probe = access?.state === 'ok' ? access.value : undefined;
      if (probe !== undefined && 'errno' in probe.opened && probe.opened.errno === ERRNO.ENOMEDIUM) {
        return [plain('no medium', device.path)];
      }
      const isEmpty = device.size_bytes <= 0 || probe?.sizeBytes === 0;
      return isEmpty && attachment !== null ? [plain('0 bytes', device.path)] : none;
    },
  },
  {
    id: 'multipath',
    class: 'barred',
    says: (detail) => `is one of several ways to the same disk (${detail})`,
    spreads: 'to-partitions',
    find: ({ device, twins, attachment }, { around }) => {
      const mapped = around.holders.found.filter(
        ({ device: name, kind }) => name === device.name && kind === 'multipath',
      );
      const controllers = attachment?.controllers.length ?? 0;
      return [
        ...twins.map((twin) => plain(twin, `${device.path}, /dev/${twin}`)),
        ...mapped.map(({ title, where }) => plain(title, where)),
        ...(controllers > 1 ? [plain(`${controllers} controllers`, device.path)] : none),
      ];
    },
  },
  {
    id: 'shared',
    class: 'barred',
    says: (detail) => `is reached over a network (${detail})`,
    spreads: 'to-partitions',
    find: ({ device, attachment }) => {
      const { transport, name } = device;
      const fabrics = attachment?.controllers.filter((each) => each !== 'pcie') ?? [];
      const all = [
        ...(transport !== null && NETWORK_TRANSPORTS.has(transport) ? [transport] : []),
        ...(NETWORK_NAMES.test(name) ? [name] : []),
        ...fabrics,
      ];
      return all.map((how) => plain(how, device.path));
    },
  },
  {
    id: 'loop-device',
    class: 'barred',
    says: always('is a loop device, and those take no part here'),
    spreads: 'to-partitions',
    find: ({ device }, { allowLoop }) =>
      device.kind === 'loop' && !allowLoop ? [plain(device.backing_file ?? '', device.path)] : none,
  },
  {
    id: 'not-a-disk',
    class: 'barred',
    says: always('is no disk of its own'),
    spreads: 'nowhere',
    find: ({ device }) =>
      TAKE_PART.has(device.kind) && !/^zd\d/.test(device.name) ? none : [plain(device.kind, device.path)],
  },
  {
    id: 'identity-ambiguous',
    class: 'barred',
    says: always('has the same identity as another one'),
    spreads: 'to-partitions',
    find: ({ device }) =>
      device.durable_id === null && device.durable_id_reason?.startsWith(SAME_IDENTITY) === true
        ? [plain(device.durable_id_reason, device.path)]
        : none,
  },
  {
    id: 'overlap',
    class: 'barred',
    says: (detail) => `shares bytes with another partition (${detail})`,
    spreads: 'nowhere',
    find: (seen, look) => findOverlaps(seen, look).map((other) => plain(other, seen.device.path)),
  },
  {
    id: 'no-durable-id',
    class: 'barred',
    says: always('has no durable name'),
    spreads: 'nowhere',
    find: ({ device }) =>
      device.durable_id === null ? [plain(device.durable_id_reason ?? '', device.path)] : none,
  },
  {
    id: 'read-only',
    class: 'barred',
    says: always('is read-only'),
    spreads: 'both',
    find: ({ device, access }) =>
      device.read_only === true || (access?.state === 'ok' && access.value.readOnly === true)
        ? [plain('', device.path)]
        : none,
  },
  {
    id: 'read-error',
    class: 'barred',
    says: always('could not be read'),
    spreads: 'to-disk',
    find: ({ content, access }) => {
      const found: Sighting[] = [];
      for (const probe of [content?.probe, access ?? undefined]) {
        const errors = probe?.state === 'ok' ? probe.value.readErrors : [];
        const [first] = errors;
        if (first === undefined || probe === undefined) continue;
        const more = errors.length > 1 ? `, and at ${errors.length - 1} other places` : '';
        found.push(plain(`errno ${first.errno} at byte ${first.offset}${more}`, probe.source));
      }
      return found;
    },
  },
  {
    id: 'zoned',
    class: 'barred',
    says: always('is divided into zones that must be written in order'),
    spreads: 'to-partitions',
    find: ({ device, attachment }) => {
      const zoned = attachment?.zoned ?? 'none';
      return zoned === 'none' ? none : [plain(zoned, device.path)];
    },
  },
];

const TAKE_PART: ReadonlySet<string> = new Set(['disk', 'partition', 'loop']);

const content: readonly SignalRow[] = [
  {
    id: 'signature',
    class: 'content',
    says: (detail) => `holds ${detail}`,
    spreads: 'to-disk',
    find: ({ content }) => {
      if (content === null) return none;
      const { blkid, wipefs } = content;
      const found: Sighting[] = [];
      if (blkid.state === 'ok') {
        const type = blkid.value.values.get('TYPE');
        if (type !== undefined) found.push(plain(tellType(blkid.value.values, type), blkid.source));
        const table = blkid.value.values.get('PTTYPE');
        if (table !== undefined) found.push(plain(`a partition table (${table})`, blkid.source));
        // Anything said is something found; what a partition's table says of it is not on it.
        const others = [...blkid.value.values.keys()].filter((key) => !isAboutPlace(key));
        if (found.length === 0 && others.length > 0) found.push(plain(others.join(', '), blkid.source));
      }
      if (wipefs.state === 'ok') {
        for (const { type, offset } of wipefs.value) {
          if (!found.some(({ detail }) => detail.includes(type))) {
            found.push(plain(`${type} (at ${offset})`, wipefs.source));
          }
        }
      }
      return found;
    },
  },
  {
    id: 'ambivalent',
    class: 'content',
    says: always('holds signatures that contradict each other'),
    spreads: 'to-disk',
    find: ({ content }) =>
      content?.blkid.state === 'ok' && content.blkid.value.ambivalent
        ? [plain('exit 8', content.blkid.source)]
        : none,
  },
  {
    id: 'partition-table',
    class: 'content',
    says: (detail) => `has a partition table (${detail})`,
    spreads: 'to-disk',
    find: ({ device, content }) =>
      (content?.tables ?? []).map(({ kind, sectorBytes, partitions, offset }) =>
        plain(
          `${kind}, ${partitions.length} partitions, sectors of ${sectorBytes}`,
          `${device.path} at byte ${offset}`,
        ),
      ),
  },
  {
    id: 'partitions',
    class: 'content',
    says: always('has partitions'),
    spreads: 'to-disk',
    find: ({ device }, { devices }) => {
      const partitions = [...devices.values()].filter(
        (seen) => seen.device.kind === 'partition' && seen.device.parents.includes(device.name),
      );
      return partitions.map((seen) => plain(seen.device.name, device.path));
    },
  },
  {
    id: 'hidden-partition',
    class: 'content',
    says: always('has partitions that the kernel does not show'),
    spreads: 'to-disk',
    find: ({ device, content }) =>
      (content?.hidden ?? []).map(({ number, start, blkid }) => {
        const type = blkid.state === 'ok' ? blkid.value.values.get('TYPE') : undefined;
        return plain(`partition ${number}: ${type ?? 'unknown'}`, `${device.path} at byte ${start}`);
      }),
  },
  {
    id: 'not-zero',
    class: 'content',
    says: (detail) => `holds bytes that are not zero (${detail})`,
    spreads: 'to-disk',
    find: ({ content, scan }) => {
      const found: Sighting[] = [];
      if (scan?.state === 'not-zero') found.push(plain(scan.detail, 'zero scan'));
      if (content?.probe.state === 'ok') {
        const piece = content.probe.value.pieces.find(({ bytes }) => bytes !== null);
        if (piece?.bytes) {
          const first = piece.offset + piece.bytes.findIndex((byte) => byte !== 0);
          found.push(plain(`at byte ${first}`, content.probe.source));
        }
      }
      return found;
    },
  },
];

const isAboutPlace = (key: string): boolean => key === 'DEVNAME' || key.startsWith('PART_ENTRY_');

function tellType(values: ReadonlyMap<string, string>, type: string): string {
  const label = values.get('LABEL');
  return label === undefined ? type : `${type} "${label}"`;
}

const unread: readonly SignalRow[] = [
  {
    id: 'unread',
    class: 'unread',
    says: (detail) => `could not be examined (${detail})`,
    spreads: 'both',
    // Rights are what is missing most often, and explain the rest.
    find: (seen, look) =>
      [...unreadOnDevice(seen), ...unreadAround(look)]
        .toSorted((a, b) => Number(b.code === 'no-permission') - Number(a.code === 'no-permission'))
        .map(tellMissing),
  },
  {
    id: 'unlooked',
    class: 'unread',
    says: always('was not looked into'),
    spreads: 'nowhere',
    find: ({ content, device }) => (content === null ? [plain('', device.path)] : none),
  },
  {
    id: 'scan-failed',
    class: 'unread',
    says: (detail) => `could not be read to its end (${detail})`,
    spreads: 'to-disk',
    find: ({ scan }) => (scan?.state === 'failed' ? [plain(scan.detail, 'zero scan')] : none),
  },
];

function unreadOnDevice({ device, content, access, attachment }: SeenDevice): readonly Missing[] {
  const hidden = content?.hidden.map(({ blkid }) => blkid) ?? [];
  const readings = [content?.probe, content?.blkid, content?.wipefs, access, ...hidden];
  const found = readings
    .filter((reading) => reading !== null && reading !== undefined)
    .filter((reading) => reading.state !== 'ok');
  if (access?.state !== 'ok' || content === null) return found;
  const { opened, exclusive, flushErrno, sizeBytes, readOnly } = access.value;
  const say = (detail: string, code: Missing['code'] = 'io-error'): Missing => ({
    state: 'failed',
    code,
    detail,
    at: access.at,
    source: access.source,
  });
  if ('errno' in opened) {
    const isDenied = opened.errno === ERRNO.EACCES || opened.errno === ERRNO.EPERM;
    return [...found, say(`errno ${opened.errno}`, isDenied ? 'no-permission' : 'io-error')];
  }
  const doubts: readonly (readonly [boolean, string])[] = [
    [exclusive !== null && typeof exclusive === 'object', 'whether it is held exclusively'],
    [flushErrno !== null, `flushing: errno ${flushErrno ?? 0}`],
    [readOnly === null, 'whether it is read-only'],
    [sizeBytes !== device.size_bytes, `its size is ${sizeBytes ?? 'unknown'}`],
    [attachment === null || attachment.logicalBytes === null, 'its sector size'],
  ];
  return [...found, ...doubts.filter(([isSo]) => isSo).map(([, detail]) => say(detail))];
}

const unreadAround = ({ around }: Look): readonly Missing[] =>
  Object.values(around).flatMap(({ unread }) => unread);

const tellMissing = ({ code, detail, source }: Missing): Sighting =>
  plain(detail === '' ? code : `${code}: ${detail}`, source);

/** The strongest first. */
export const signalRows: readonly SignalRow[] = [...held, ...named, ...barred, ...content, ...unread];
