// What SMART says of a block device; nothing when several disks hide behind one path.
import type { SmartDisk, SmartReport } from '../contracts/facts/smart.ts';

export function smartOf(path: string, disks: readonly SmartDisk[]): SmartReport | undefined {
  const [first, second] = disks.filter(({ device }) => device === path);
  return first?.report.state === 'ok' && second === undefined ? first.report.value : undefined;
}
