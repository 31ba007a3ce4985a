// Temperatures, from /sys/class/hwmon and /sys/class/thermal.
import { z } from 'zod';

export const temperatureSensor = z.object({
  /** hwmon's chip name or the thermal zone's type: coretemp, k10temp, nvme, drivetemp, x86_pkg_temp, … */
  chip: z.string(),
  label: z.string(),
  celsius: z.number(),
  high_celsius: z.number().nullable(),
  critical_celsius: z.number().nullable(),
  /** The block device it belongs to (nvme, drivetemp); null otherwise. */
  device: z.string().nullable(),
});
export type TemperatureSensor = z.infer<typeof temperatureSensor>;

export const temperatureFacts = z.object({
  /** The processor package's temperature; null when no sensor says. */
  cpu_temp_c: z.number().nullable(),
  sensors: z.array(temperatureSensor),
});
export type TemperatureFacts = z.infer<typeof temperatureFacts>;
