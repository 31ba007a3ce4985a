// What SMART says of a block device; nothing when several disks hide behind one path, as none of
// their reports is then the device's own.
import type { SmartDisk } from './facts/smart.ts';

export function smartOf(path: string, disks: readonly SmartDisk[]): SmartDisk | undefined {
  const [first, second] = disks.filter(({ device }) => device === path);
  return second === undefined ? first : undefined;
}
