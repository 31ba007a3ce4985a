// What a SMART report is called: the device's path, with smartctl's type where several disks
// share one path behind a RAID controller.
import type { SmartDisk } from '../contracts/facts/smart.ts';

export const smartSubject = (disk: SmartDisk, all: readonly SmartDisk[]): string =>
  all.some((other) => other !== disk && other.device === disk.device)
    ? `${disk.device} [${disk.type}]`
    : disk.device;
