// What an examination under the claim must find so that a format goes on: the same device, used by nobody;
// what may lie on it depends on whether an operator signed.
import { expect, test } from 'vitest';
import type { DiskSignal, DiskVerdict, SignalClass } from '../../src/contracts/facts/disk-flags.ts';
import type { DiskIdentity, ExaminedDisk } from '../../src/disks/examined-disk.ts';
import { FormatEnded } from '../../src/disks/format-ended.ts';
import type { FormatOrder } from '../../src/disks/format-order.ts';
import { recheck } from '../../src/disks/recheck.ts';
import { judge } from '../../src/disks/verdict.ts';

const identity: DiskIdentity = {
  durable_id: 'byid:wwn-0x5000039ddb108568',
  device_number: '8:0',
  boot_id: 'b',
  diskseq: '9',
  wwid: 'naa.5000039ddb108568',
  serial: 'S1',
  model: 'M',
  transport: 'sata',
  size_bytes: 4096,
  logical_block_bytes: 512,
  physical_block_bytes: 4096,
  backing_file: null,
  partition: null,
};
const orderOf = (wipe: FormatOrder['wipe']): FormatOrder => ({
  identity,
  fstype: 'ext4',
  fs_uuid: '00000000-0000-4000-8000-000000000000',
  facts_sha256: 'a'.repeat(64),
  allow_loop: false,
  wipe,
});

const IDS = {
  held: 'mounted',
  named: 'fstab',
  barred: 'read-error',
  content: 'signature',
  unread: 'unread',
} as const satisfies Record<SignalClass, string>;
const signal = (kind: SignalClass): DiskSignal => ({
  id: IDS[kind],
  class: kind,
  device: 'sda',
  detail: kind,
  where: 'w',
  release: null,
});

const seenWith = (...classes: readonly SignalClass[]): ExaminedDisk => ({
  device: {
    name: 'sda',
    path: '/dev/sda',
    kind: 'disk',
    device_number: '8:0',
    durable_id: identity.durable_id,
    durable_id_reason: null,
    size_bytes: 4096,
    fs_type: null,
    label: null,
    uuid: null,
    model: 'M',
    serial: 'S1',
    transport: 'sata',
    rotational: null,
    removable: null,
    read_only: false,
    parents: [],
    mount_points: [],
    swap: false,
    backing_file: null,
    io: null,
  },
  flag: judge('sda', classes.map(signal), null, false),
  identity,
  disk: { model: 'M', serial: 'S1', transport: 'sata', size_bytes: 4096, content: [] },
  facts_sha256: 'a'.repeat(64),
  confirm_word: 'S1',
});

function endOf(order: FormatOrder, now: ExaminedDisk): string {
  try {
    recheck(order, now);
    return 'goes on';
  } catch (error) {
    if (!(error instanceof FormatEnded)) throw error;
    return 'code' in error.end ? `${error.end.state} ${error.end.code}` : error.end.state;
  }
}

const rows: readonly {
  readonly seen: readonly SignalClass[];
  readonly unsigned: string;
  readonly signed: string;
}[] = [
  { seen: [], unsigned: 'goes on', signed: 'goes on' },
  { seen: ['content'], unsigned: 'invalid E_NOT_BLANK', signed: 'goes on' },
  { seen: ['held'], unsigned: 'held', signed: 'held' },
  { seen: ['named'], unsigned: 'held', signed: 'held' },
  { seen: ['content', 'held'], unsigned: 'held', signed: 'held' },
  { seen: ['content', 'named'], unsigned: 'held', signed: 'held' },
  { seen: ['barred'], unsigned: 'invalid E_DEVICE_BARRED', signed: 'invalid E_DEVICE_BARRED' },
  {
    seen: ['content', 'barred', 'held'],
    unsigned: 'invalid E_DEVICE_BARRED',
    signed: 'invalid E_DEVICE_BARRED',
  },
  { seen: ['unread'], unsigned: 'failed E_READ', signed: 'failed E_READ' },
  // What was found does not hide what was not read: that may be somebody who uses it.
  { seen: ['content', 'unread'], unsigned: 'invalid E_NOT_BLANK', signed: 'failed E_READ' },
];

test.each(rows)('with $seen: $unsigned; signed: $signed', ({ seen, unsigned, signed }) => {
  expect(endOf(orderOf('none'), seenWith(...seen))).toBe(unsigned);
  expect(endOf(orderOf('full'), seenWith(...seen))).toBe(signed);
  expect(endOf(orderOf('quick'), seenWith(...seen))).toBe(signed);
});

test.each(['in_use', 'unknown'] as const satisfies readonly DiskVerdict[])(
  'a verdict of %s without a signal ends a signed one as well',
  (verdict) => {
    const seen = seenWith('content');
    const now = { ...seen, flag: { ...seen.flag, verdict } };
    expect(endOf(orderOf('full'), now)).toMatch(/^(?:held|failed E_READ)$/);
  },
);

test('another device, or other facts, are invalid before anything else is looked at', () => {
  const seen = seenWith('content', 'held');
  const changed = 'invalid E_DEVICE_CHANGED';
  for (const [key, value] of Object.entries({
    serial: 'S2',
    wwid: null,
    model: 'N',
    diskseq: '10',
    boot_id: 'c',
  })) {
    expect(endOf(orderOf('full'), { ...seen, identity: { ...identity, [key]: value } })).toBe(changed);
  }
  const part = { number: 1, start: 0, uuid: null };
  expect(endOf(orderOf('full'), { ...seen, identity: { ...identity, partition: part } })).toBe(changed);
  expect(endOf(orderOf('full'), { ...seen, facts_sha256: 'b'.repeat(64) })).toBe(changed);
  expect(endOf(orderOf('full'), { ...seen, identity: null })).toBe('invalid E_DEVICE_BARRED');
});
