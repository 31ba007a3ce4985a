// One disk before a person, whose flag and identity the test decides and may change while it is looked at.
import { bareDevice } from '../contracts/bare-device.ts';
import type { Facts } from '../../src/contracts/all-facts.ts';
import type { DiskFlag } from '../../src/contracts/facts/disk-flags.ts';
import type { BlockDevice } from '../../src/contracts/facts/disks.ts';
import { ok } from '../../src/contracts/reading.ts';
import { INVENTED_AT, inventReadings } from './invented-facts.ts';

const TIB = 1024 ** 4;

const device: BlockDevice = {
  ...bareDevice('sdb'),
  device_number: '8:16',
  size_bytes: TIB,
  model: 'TOSHIBA MG08',
  serial: 'Z9A0A1B2F4XK',
  transport: 'sata',
  rotational: true,
  removable: false,
  durable_id: 'byid:wwn-0x5000039ddb108568',
};
const flag: DiskFlag = {
  name: 'sdb',
  data_bearing: false,
  verdict: 'blank_proven',
  reason: 'every byte is zero',
  signals: [],
  scan: null,
};

export const MOUNTED: Partial<DiskFlag> = {
  data_bearing: true,
  verdict: 'in_use',
  reason: 'device is mounted',
  signals: [
    {
      id: 'mounted',
      class: 'held',
      device: 'sdb1',
      detail: '/srv/customer',
      where: '/proc/1/mountinfo',
      release: 'umount /srv/customer',
    },
  ],
};

/** Facts of a machine with this one disk, asked anew at every poll. */
export function withDisk(start: {
  readonly device?: Partial<BlockDevice>;
  readonly flag?: Partial<DiskFlag>;
}) {
  const now = { device: { ...device, ...start.device }, flag: { ...flag, ...start.flag } };
  const others: { operations: Facts['operations']; allowLoop: boolean } = {
    operations: { operations: [] },
    allowLoop: false,
  };
  return {
    now,
    others,
    readings: {
      ...inventReadings(),
      get disks() {
        return ok({ devices: [{ ...now.device }] }, 'test', INVENTED_AT);
      },
      get disk_flags() {
        return ok({ flags: [{ ...now.flag }], allow_loop: others.allowLoop }, 'test', INVENTED_AT);
      },
      get operations() {
        return ok(others.operations, 'test', INVENTED_AT);
      },
    },
  };
}
