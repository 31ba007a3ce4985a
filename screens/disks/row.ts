// A row of the disks screen: a device in its tree, with what SMART says of it.
import type { DiskVerdict } from '../../src/contracts/facts/disk-flags.ts';
import type { SmartDisk, SmartReport, SmartVerdict } from '../../src/contracts/facts/smart.ts';
import { listDiskTree } from '../../src/contracts/disk-tree.ts';
import { flaggedDevices, type FlaggedDevice } from '../../src/contracts/flagged-devices.ts';
import { valueOf } from '../../src/contracts/reading.ts';
import { smartOf } from '../../src/contracts/smart-of.ts';
import type { Tone } from '../draw/line.ts';
import { lastFacts, type Model } from '../draw/model.ts';

export type DiskRow = {
  readonly device: FlaggedDevice;
  /** The branch of the tree before the name. */
  readonly branch: string;
  readonly smart: SmartDisk | undefined;
};

export function listDiskRows(model: Model): readonly DiskRow[] {
  const { glyphs } = model;
  const disks = lastFacts(model, 'smart')?.disks ?? [];
  return listDiskTree(listFlagged(model)).map(({ device, depth, last }) => ({
    device,
    branch: depth === 0 ? '' : '  '.repeat(depth - 1) + (last ? glyphs.lastBranch : glyphs.branch),
    smart: smartOf(device.path, disks),
  }));
}

export const listFlagged = (model: Model): readonly FlaggedDevice[] =>
  flaggedDevices(lastFacts(model, 'disks')?.devices ?? [], lastFacts(model, 'disk_flags')?.flags ?? []);

export const reportOf = (row: DiskRow): SmartReport | undefined => valueOf(row.smart?.report);

export const verdictTone = {
  blank_proven: 'good',
  in_use: 'info',
  data: 'info',
  unverified: 'warn',
  unknown: 'warn',
} as const satisfies Record<DiskVerdict, Tone>;

export const smartTone = {
  passed: 'good',
  failing: 'bad',
  prefail: 'bad',
  worn: 'warn',
  unknown: 'dim',
} as const satisfies Record<SmartVerdict, Tone>;
