// One disk's health from smartctl's answer about it.
import type { SmartAttribute, SmartReport } from '../contracts/facts/smart.ts';
import { absent, failed, ok, type Reading } from '../contracts/reading.ts';
import { parseJson, smartAnswer, type AtaAttribute, type SmartAnswer } from './smart-answer.ts';
import { judgeSmart } from './smart-verdict.ts';
import { wearPercent } from './smart-wear.ts';

/** What smartctl is told to exit with for a sleeping disk; no other state gives this (smartctl(8), EXIT STATUS). */
export const ASLEEP_STATUS = 3;

/** The exit status is a bit mask; only these two mean that there is no report. */
const COMMAND_LINE = 1;
const NOT_OPENED = 2;
/** Errors in the log of self-tests. */
const SELF_TEST_LOG = 128;

export function parseSmartReport(json: string, source: string, at: number): Reading<SmartReport> {
  const answer = parseJson(smartAnswer, json);
  if (answer === undefined) return failed(json.trim() === '' ? 'empty' : 'garbage', source, at);
  const status = answer.smartctl?.exit_status ?? 0;
  if (isAsleep(answer, status)) return absent('asleep', source, at);
  const complaint = answer.smartctl?.messages?.find((message) => message.severity === 'error')?.string;
  const silent = answer.smart_status === undefined && answer.ata_smart_attributes === undefined;
  if ((status & (COMMAND_LINE | NOT_OPENED)) !== 0 && silent) {
    return explain(complaint ?? `exit status ${status}`, source, at);
  }
  if (answer.device === undefined && answer.smart_status === undefined) return failed('garbage', source, at);
  return ok(toReport(answer, status), source, at);
}

/** Older smartctl, or one that was not told: status 2 as for a disk that cannot be opened, and a word about the mode. */
function isAsleep(answer: SmartAnswer, status: number): boolean {
  if (status === ASLEEP_STATUS) return true;
  if (status !== NOT_OPENED) return false;
  const messages = answer.smartctl?.messages ?? [];
  return messages.some(
    (message) =>
      message.severity !== 'error' && /\b(?:STANDBY|SLEEP|IDLE)\w* .*mode/i.test(message.string ?? ''),
  );
}

function explain(complaint: string, source: string, at: number): Reading<SmartReport> {
  if (/Permission denied|Operation not permitted/.test(complaint)) {
    return failed('no-permission', source, at, complaint);
  }
  // A bridge or a virtual disk that passes no SMART on.
  if (/Unknown USB bridge|Please specify device type/i.test(complaint)) {
    return absent('not-here', source, at, complaint);
  }
  return failed('tool-failed', source, at, complaint);
}

function toReport(answer: SmartAnswer, status: number): SmartReport {
  const attributes = answer.ata_smart_attributes?.table ?? [];
  const nvme = answer.nvme_smart_health_information_log;
  const counters = {
    reallocated_sectors: rawOf(attributes, 5) ?? answer.scsi_grown_defect_list ?? null,
    pending_sectors: rawOf(attributes, 197) ?? null,
    uncorrectable_errors: uncorrectable(answer, attributes) ?? null,
    media_errors: nvme?.media_errors ?? null,
  };
  const wear = wearPercent(answer, attributes) ?? null;
  return {
    model: modelOf(answer) ?? null,
    serial: named(answer.serial_number) ?? null,
    firmware: named(answer.firmware_version) ?? named(answer.scsi_revision ?? answer.revision) ?? null,
    capacity_bytes: capacityOf(answer) ?? null,
    rotation_rate_rpm: answer.rotation_rate ?? null,
    verdict: judgeSmart(answer, status, { ...counters, wear_percent: wear }),
    passed: answer.smart_status?.passed ?? null,
    temperature_c: temperatureOf(answer) ?? null,
    power_on_hours: answer.power_on_time?.hours ?? nvme?.power_on_hours ?? null,
    power_cycles: answer.power_cycle_count ?? nvme?.power_cycles ?? null,
    wear_percent: wear,
    available_spare_percent: nvme?.available_spare ?? null,
    ...counters,
    error_log_entries:
      answer.ata_smart_error_log?.summary?.count ??
      answer.ata_smart_error_log?.extended?.count ??
      nvme?.num_err_log_entries ??
      null,
    self_test_failed: selfTestFailed(answer, status) ?? null,
    exit_status: status,
    attributes: attributes.map(toAttribute),
  };
}

/** A failed test stands in the log until newer ones push it out; nothing when there is no log. */
function selfTestFailed(answer: SmartAnswer, status: number): boolean | undefined {
  if ((status & SELF_TEST_LOG) !== 0) return true;
  const log = answer.ata_smart_self_test_log;
  if (log === undefined) return undefined;
  return (log.standard?.error_count_total ?? log.extended?.error_count_total ?? 0) > 0;
}

const named = (text: string | undefined): string | undefined => {
  const trimmed = text?.replace(/\s+/g, ' ').trim();
  return trimmed === '' ? undefined : trimmed;
};

function modelOf(answer: SmartAnswer): string | undefined {
  const vendor = answer.scsi_vendor ?? answer.vendor;
  const product = answer.scsi_product ?? answer.product;
  const parts = [named(vendor), named(product)].filter((part) => part !== undefined).join(' ');
  return named(answer.model_name) ?? named(answer.scsi_model_name) ?? named(parts);
}

function capacityOf(answer: SmartAnswer): number | undefined {
  const namespace = answer.nvme_namespaces?.[0];
  return [
    answer.user_capacity?.bytes,
    answer.nvme_total_capacity,
    namespace?.size?.bytes,
    namespace?.capacity?.bytes,
  ].find((bytes) => bytes !== undefined && bytes > 0);
}

/** A SAS disk's own sensor counts before the general field, where 0 stands for "not reported". */
function temperatureOf(answer: SmartAnswer): number | undefined {
  const sensors = [answer.scsi_environmental_reports?.temperature_1?.current, answer.temperature?.current];
  return sensors.find((celsius) => celsius !== undefined && celsius !== 0 && celsius > -40 && celsius < 120);
}

const rawOf = (attributes: readonly AtaAttribute[], id: number): number | undefined =>
  attributes.find((attribute) => attribute.id === id)?.raw?.value;

/** Sectors and commands that could not be corrected: ATA 198 and 187, SCSI's three counters. */
function uncorrectable(answer: SmartAnswer, attributes: readonly AtaAttribute[]): number | undefined {
  const log = answer.scsi_error_counter_log;
  const counts = [
    rawOf(attributes, 198),
    rawOf(attributes, 187),
    log?.read?.total_uncorrected_errors,
    log?.write?.total_uncorrected_errors,
    log?.verify?.total_uncorrected_errors,
  ].filter((count) => count !== undefined);
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}

function toAttribute(attribute: AtaAttribute): SmartAttribute {
  const when = attribute.when_failed;
  return {
    id: attribute.id,
    name: attribute.name ?? `Attribute_${attribute.id}`,
    value: attribute.value ?? null,
    worst: attribute.worst ?? null,
    threshold: attribute.thresh ?? null,
    raw: attribute.raw?.string ?? String(attribute.raw?.value ?? ''),
    when_failed:
      when === 'now' || when === 'FAILING_NOW'
        ? 'now'
        : when === 'past' || when === 'In_the_past'
          ? 'past'
          : '',
  };
}
