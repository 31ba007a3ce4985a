// Who an examined device is and what lies on it, in the words of operations, with the digest of all that a
// person agrees to.
import { sha256 } from '../base/digest.ts';
import type { OperationDisk } from '../contracts/facts/operations.ts';
import type { Machine } from '../host/machine.ts';
import { readBacking } from './backing-file.ts';
import type { DiskIdentity } from './examined-disk.ts';
import type { LastMounted } from './last-mounted.ts';
import type { HiddenPartition, Look, SeenDevice } from './look.ts';
import type { BlkidAnswer, WipefsSignature } from './signatures.ts';
import type { Reading } from '../contracts/reading.ts';

/** The disk itself for a disk, its disk for a partition. */
const diskOf = (seen: SeenDevice, look: Look): SeenDevice =>
  look.devices.get(seen.device.kind === 'partition' ? (seen.device.parents[0] ?? '') : '') ?? seen;

const partitionsOf = (seen: SeenDevice, look: Look): readonly SeenDevice[] =>
  [...look.devices.values()]
    .filter(({ device }) => device.kind === 'partition' && device.parents.includes(seen.device.name))
    .toSorted((a, b) => (a.attachment?.start ?? 0) - (b.attachment?.start ?? 0));

const said = (answer: Reading<BlkidAnswer> | undefined, key: string): string | null =>
  answer?.state === 'ok' ? (answer.value.values.get(key) ?? null) : null;

/** Nothing where a part of it is not known: then no operation is possible. */
export async function identify(
  machine: Machine,
  seen: SeenDevice,
  look: Look,
  bootId: string | undefined,
): Promise<DiskIdentity | null> {
  const { device, attachment } = seen;
  const disk = diskOf(seen, look);
  if (device.durable_id === null || attachment === null || bootId === undefined) return null;
  const { logicalBytes, physicalBytes } = attachment;
  if (logicalBytes === null || physicalBytes === null) return null;
  const number = Number(/(\d+)$/.exec(device.name)?.[1] ?? 0);
  if (device.kind === 'partition' && attachment.start === null) return null;
  return {
    durable_id: device.durable_id,
    device_number: device.device_number,
    boot_id: bootId,
    diskseq: attachment.diskseq,
    wwid: seen.wwid,
    serial: disk.device.serial,
    model: disk.device.model,
    transport: disk.device.transport,
    size_bytes: device.size_bytes,
    logical_block_bytes: logicalBytes,
    physical_block_bytes: physicalBytes,
    backing_file: (await readBacking(machine, disk.device))?.place ?? null,
    partition:
      device.kind === 'partition'
        ? { number, start: attachment.start ?? 0, uuid: said(seen.content?.blkid, 'PART_ENTRY_UUID') }
        : null,
  };
}

export function describeDisk(seen: SeenDevice, look: Look): OperationDisk {
  const { device: disk } = diskOf(seen, look);
  return {
    model: disk.model,
    serial: disk.serial,
    transport: disk.transport,
    size_bytes: seen.device.size_bytes,
    content: [
      contentOf(seen),
      ...partitionsOf(seen, look).map(contentOf),
      ...(seen.content?.hidden ?? []).map((hidden) => hiddenContent(seen, hidden)),
    ],
  };
}

function contentOf({ device, content }: SeenDevice): OperationDisk['content'][number] {
  const blkid = content?.blkid;
  const [sign] = signsOf(content);
  return {
    device: device.name,
    size_bytes: device.size_bytes,
    fs_type: said(blkid, 'TYPE') ?? said(blkid, 'PTTYPE') ?? sign?.type ?? null,
    label: said(blkid, 'LABEL'),
    uuid: said(blkid, 'UUID'),
    ...tellLastMounted(blkid, content?.lastMounted),
  };
}

/** Named as the kernel would. */
const hiddenContent = (
  { device }: SeenDevice,
  { number, size, blkid, lastMounted }: HiddenPartition,
): OperationDisk['content'][number] => ({
  device: `${device.name}${/\d$/.test(device.name) ? 'p' : ''}${number}`,
  size_bytes: size,
  fs_type: said(blkid, 'TYPE'),
  label: said(blkid, 'LABEL'),
  uuid: said(blkid, 'UUID'),
  ...tellLastMounted(blkid, lastMounted),
});

/** Of the file system that blkid finds there, not of an older one's rest. */
function tellLastMounted(blkid: Reading<BlkidAnswer> | undefined, last: LastMounted | undefined) {
  const isExt = /^ext[234]/.test(said(blkid, 'TYPE') ?? '');
  return { last_mounted: (isExt && last?.at) || null, last_mounted_on: (isExt && last?.on) || null };
}

type Content = SeenDevice['content'];

const signsOf = (content: Content) => (content?.wipefs.state === 'ok' ? content.wipefs.value : []);

const digestSigns = (signs: readonly WipefsSignature[]) =>
  signs.map(({ type, offset, uuid, label }) => [type, offset, uuid, label]);

/** Of a partition what wipefs finds besides what blkid tells of: one lies below another, or they contradict. */
function signsBeside(content: Content) {
  const told = ['TYPE', 'PTTYPE'].map((key) => said(content?.blkid, key));
  return digestSigns(signsOf(content).filter(({ type }) => !told.includes(type)));
}

/**
 * Over all that must still be so when the device is written: this boot and this attachment, who it is, its
 * partition table with every entry, and on the device and each partition the type, UUID and label of a file
 * system. Not over who uses it, how full it is, and names like sdX. Partitions are told the same whether the
 * kernel shows them or not, unless there is more on one than blkid tells.
 */
export async function digestFacts(
  machine: Machine,
  seen: SeenDevice,
  look: Look,
  bootId: string | undefined,
): Promise<string> {
  const disk = diskOf(seen, look);
  const { device, attachment, content } = seen;
  const file = (answer: Reading<BlkidAnswer> | undefined) => [
    ...['TYPE', 'UUID', 'LABEL', 'PTTYPE', 'PTUUID'].map((key) => said(answer, key)),
    answer?.state === 'ok' && answer.value.ambivalent,
  ];
  const partitions = [
    ...partitionsOf(seen, look).map((one) => ({
      start: one.attachment?.start ?? null,
      size: one.device.size_bytes,
      uuid: said(one.content?.blkid, 'PART_ENTRY_UUID'),
      number: Number(/(\d+)$/.exec(one.device.name)?.[1] ?? 0),
      file: [...file(one.content?.blkid), ...signsBeside(one.content)],
    })),
    ...(content?.hidden ?? []).map(({ start, size, uuid, number, blkid }) => ({
      start,
      size,
      uuid,
      number,
      file: file(blkid),
    })),
  ].toSorted((a, b) => (a.start ?? 0) - (b.start ?? 0));
  const facts = [
    ['boot', bootId ?? null, attachment?.diskseq ?? null],
    ['disk', seen.wwid, disk.device.serial, disk.device.model, disk.device.transport],
    ['name', device.durable_id],
    ['backing', (await readBacking(machine, disk.device))?.place ?? null],
    ['size', device.size_bytes, attachment?.logicalBytes ?? null, attachment?.physicalBytes ?? null],
    ['place', attachment?.start ?? null, said(content?.blkid, 'PART_ENTRY_UUID')],
    [
      'tables',
      ...(content?.tables ?? []).map(({ kind, sectorBytes, id, partitions: entries }) => [
        kind,
        sectorBytes,
        id,
        ...entries.map(({ number, start, size, uuid, type }) => [number, start, size, uuid, type]),
      ]),
    ],
    ['content', ...file(content?.blkid)],
    ['signs', ...digestSigns(signsOf(content))],
    [
      'partitions',
      ...partitions.map(({ number, start, size, uuid, file }) => [number, start, size, uuid, ...file]),
    ],
  ];
  return sha256('felhom/disk-facts/1', JSON.stringify(facts));
}
