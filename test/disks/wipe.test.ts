// Signed wipes on real loop devices: whatever a disk held is gone and one new file system is there; and what
// is not the disk that was signed for keeps every byte.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { WipeKind } from '../../src/contracts/facts/operations.ts';
import type { FormatOrder } from '../../src/disks/format-order.ts';
import { run, whyNoLoop } from '../host/loop-device.ts';
import { noise } from './device-bytes.ts';
import { deviceStates } from './device-states.ts';
import { createJournal, field, format, orderFor } from './format-gear.ts';
import { findNotZero, lendDevice, writeAt, MIB } from './lent-device.ts';

const why = whyNoLoop('mkfs.ext4', 'mkfs.xfs', 'mkfs.btrfs', 'cryptsetup', 'pvcreate', 'partx', 'wipefs');

const withData = deviceStates.filter(({ wanted }) => wanted === 'data');

describe.skipIf(why !== undefined)('a signed wipe', () => {
  test.each(withData)('takes away: $name', async (state) => {
    const device = lendDevice(state);
    state.make?.(device);
    const order = await signedOrder(device.name, 'full');
    let left: number | undefined = -1;
    const journal = createJournal((stage) => {
      if (stage === 'mkfs') left = findNotZero(device.path);
    });
    expect(await format(order, journal)).toEqual({ state: 'done' });
    expect(left).toBeUndefined();
    expect(field(device.path, 'UUID')).toBe(order.fs_uuid);
  });
});

const signedOrder = async (name: string, wipe: WipeKind): Promise<FormatOrder> => ({
  ...(await orderFor(name)),
  wipe,
});
