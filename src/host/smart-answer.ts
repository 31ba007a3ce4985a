// The JSON of smartctl (smartmontools 7 or newer) as it comes: every field may be missing, or of
// another type in another version. What does not fit its schema counts as not told.
import { z } from 'zod';

const told = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);
const number = told(z.number());
const text = told(z.string());
const bytes = told(z.looseObject({ bytes: number }));

const message = z.looseObject({ string: text, severity: text });
const attribute = z.looseObject({
  id: z.number(),
  name: text,
  value: number,
  worst: number,
  thresh: number,
  when_failed: text,
  flags: told(z.looseObject({ prefailure: told(z.boolean()) })),
  raw: told(z.looseObject({ value: number, string: text })),
});
export type AtaAttribute = z.infer<typeof attribute>;

const errorCounters = told(z.looseObject({ total_uncorrected_errors: number }));
const countedLog = told(z.looseObject({ count: number, error_count_total: number }));

export const smartAnswer = z.looseObject({
  smartctl: told(z.looseObject({ exit_status: number, messages: told(z.array(message)) })),
  device: told(z.looseObject({ name: text, type: text, protocol: text })),
  model_name: text,
  scsi_model_name: text,
  vendor: text,
  product: text,
  scsi_vendor: text,
  scsi_product: text,
  serial_number: text,
  firmware_version: text,
  revision: text,
  scsi_revision: text,
  user_capacity: bytes,
  nvme_total_capacity: number,
  nvme_namespaces: told(z.array(z.looseObject({ size: bytes, capacity: bytes }))),
  rotation_rate: number,
  smart_status: told(z.looseObject({ passed: told(z.boolean()) })),
  temperature: told(z.looseObject({ current: number })),
  scsi_environmental_reports: told(
    z.looseObject({ temperature_1: told(z.looseObject({ current: number })) }),
  ),
  power_on_time: told(z.looseObject({ hours: number })),
  power_cycle_count: number,
  endurance_used: told(z.looseObject({ current_percent: number })),
  scsi_percentage_used_endurance_indicator: number,
  ata_smart_attributes: told(z.looseObject({ table: told(z.array(attribute)) })),
  ata_smart_error_log: told(z.looseObject({ summary: countedLog, extended: countedLog })),
  ata_smart_self_test_log: told(z.looseObject({ standard: countedLog, extended: countedLog })),
  scsi_grown_defect_list: number,
  scsi_error_counter_log: told(
    z.looseObject({ read: errorCounters, write: errorCounters, verify: errorCounters }),
  ),
  nvme_smart_health_information_log: told(
    z.looseObject({
      critical_warning: number,
      percentage_used: number,
      available_spare: number,
      available_spare_threshold: number,
      media_errors: number,
      num_err_log_entries: number,
      power_on_hours: number,
      power_cycles: number,
    }),
  ),
});
export type SmartAnswer = z.infer<typeof smartAnswer>;

export const smartScan = z.looseObject({
  devices: told(z.array(z.looseObject({ name: z.string(), type: text }))),
});

/** Nothing when it is no JSON object at all. */
export function parseJson<T extends z.ZodType>(schema: T, json: string): z.infer<T> | undefined {
  try {
    return schema.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}
