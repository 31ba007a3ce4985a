// Block devices with their flags: how every screen, text, JSON and the agent's API join the two.
import type { DiskFlag } from './facts/disk-flags.ts';
import type { BlockDevice } from './facts/disks.ts';

export type FlaggedDevice = BlockDevice & Omit<DiskFlag, 'name'>;

/** Whoever was not looked at counts as full. */
const NOT_INSPECTED = {
  data_bearing: true,
  verdict: 'unverified',
  reason: 'not inspected yet',
  signals: [],
  scan: null,
} as const satisfies Omit<DiskFlag, 'name'>;

export function flaggedDevices(
  devices: readonly BlockDevice[],
  flags: readonly DiskFlag[],
): readonly FlaggedDevice[] {
  const byName = new Map(flags.map((flag) => [flag.name, flag]));
  return devices.map((device) => ({
    ...device,
    ...NOT_INSPECTED,
    ...byName.get(device.name),
    name: device.name,
  }));
}
