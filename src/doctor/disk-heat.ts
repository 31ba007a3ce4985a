// How hot each disk is: from its own sensor, and for those without one from SMART.
import type { SmartDisk } from '../contracts/facts/smart.ts';
import type { TemperatureSensor } from '../contracts/facts/temperatures.ts';
import { smartSubject } from './smart-subject.ts';

export type DiskHeat = Pick<TemperatureSensor, 'celsius' | 'high_celsius' | 'critical_celsius'> & {
  /** Device path, with the type where several disks share one. */
  readonly subject: string;
  readonly spinning: boolean;
};

export function listDiskHeat(
  sensors: readonly TemperatureSensor[],
  disks: readonly SmartDisk[],
): readonly DiskHeat[] {
  const hottest = new Map<string, DiskHeat>();
  for (const sensor of sensors) {
    if (sensor.device === null) continue;
    const subject = pathOf(sensor.device);
    // An NVMe disk has several sensors; its composite comes first and carries the limits.
    if (hottest.has(subject)) continue;
    const { celsius, high_celsius, critical_celsius } = sensor;
    hottest.set(subject, {
      subject,
      celsius,
      high_celsius,
      critical_celsius,
      spinning: isSpinning(disks, subject),
    });
  }
  for (const disk of disks) {
    const celsius = disk.report.state === 'ok' ? disk.report.value.temperature_c : null;
    if (celsius === null || hottest.has(disk.device)) continue;
    const subject = smartSubject(disk, disks);
    const spinning = isSpinning([disk], disk.device);
    hottest.set(subject, { subject, celsius, high_celsius: null, critical_celsius: null, spinning });
  }
  return [...hottest.values()];
}

const pathOf = (device: string): string => (device.startsWith('/') ? device : `/dev/${device}`);

const isSpinning = (disks: readonly SmartDisk[], device: string): boolean =>
  disks.some(
    (disk) =>
      disk.device === device && disk.report.state === 'ok' && (disk.report.value.rotation_rate_rpm ?? 0) > 0,
  );
