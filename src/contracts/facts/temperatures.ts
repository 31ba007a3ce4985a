// Temperatures, from /sys/class/hwmon and /sys/class/thermal.
import { z } from 'zod';
import { REASON_CODES } from '../reading.ts';

export const temperatureSensor = z.object({
  /** hwmon's chip name or the thermal zone's type: coretemp, k10temp, nvme, drivetemp, x86_pkg_temp, … */
  chip: z.string(),
  label: z.string(),
  celsius: z.number(),
  high_celsius: z.number().nullable(),
  critical_celsius: z.number().nullable(),
  /** The block device it belongs to (nvme, drivetemp); null otherwise. */
  device: z.string().nullable(),
  /** When it was read, where that is earlier than the rest: disks are asked seldom, so that they can sleep. */
  read_at: z.number().optional(),
});
export type TemperatureSensor = z.infer<typeof temperatureSensor>;

/** A sensor that is there and did not say. */
export const unreadSensor = z.object({
  chip: z.string(),
  label: z.string(),
  device: z.string().nullable(),
  code: z.enum(REASON_CODES),
  detail: z.string(),
});
export type UnreadSensor = z.infer<typeof unreadSensor>;

export const temperatureFacts = z.object({
  /** The processor package's temperature; null when no sensor says. */
  cpu_temp_c: z.number().nullable(),
  sensors: z.array(temperatureSensor),
  unread: z.array(unreadSensor).optional(),
});
export type TemperatureFacts = z.infer<typeof temperatureFacts>;
