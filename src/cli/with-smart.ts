// Block devices with what SMART says of each in two fields, as the table and the document show them.
import type { SmartDisk } from '../contracts/facts/smart.ts';
import type { FlaggedDevice } from '../contracts/flagged-devices.ts';
import type { DisksListOutput } from '../contracts/outputs.ts';
import { valueOf } from '../contracts/reading.ts';
import { smartOf } from '../contracts/smart-of.ts';

export const withSmart = (
  devices: readonly FlaggedDevice[],
  disks: readonly SmartDisk[],
): DisksListOutput['devices'] =>
  devices.map((device) => {
    const { verdict = null, temperature_c = null } = valueOf(smartOf(device.path, disks)?.report) ?? {};
    return { ...device, smart_verdict: verdict, temperature_c };
  });
