// Temperatures from hwmon and thermal zones (kernel's Documentation/hwmon/sysfs-interface.rst).
import type { TemperatureFacts, TemperatureSensor, UnreadSensor } from '../contracts/facts/temperatures.ts';
import { absent, failed, ok, type Missing, type Reading } from '../contracts/reading.ts';
import { cpuTemperature } from './cpu-temperature.ts';
import type { Machine } from './machine.ts';
import { readFact } from './read-fact.ts';
import { findSensors, type Sensor } from './temperature-sensors.ts';

type Value = Reading<number>;

/** Labels and limits hardly change; a new disk brings a new folder and is seen at once. */
const SENSORS_FRESH_MS = 60_000;
/** Asking a spinning disk starts its timer to standby anew: it would never sleep. */
const DISK_EVERY_MS = 300_000;

/** Remembers the sensors that were found, and what the disks said. */
export function createTemperatureReader() {
  let sensors: readonly Sensor[] = [];
  let folders = '';
  let foundAt = Number.NEGATIVE_INFINITY;
  const disks = new Map<string, { readonly at: number; readonly value: Value }>();

  const readSensor = async (machine: Machine, sensor: Sensor): Promise<Value> => {
    const known = disks.get(sensor.input);
    if (known !== undefined && machine.clock.monotonic() - known.at < DISK_EVERY_MS) return known.value;
    const value = await readFact(machine, sensor.input, parseCelsius, { slow: true });
    if (sensor.asksDisk && value.state === 'ok') {
      disks.set(sensor.input, { at: machine.clock.monotonic(), value });
    }
    return value;
  };

  return async (machine: Machine): Promise<Reading<TemperatureFacts>> => {
    const [hwmon, thermal] = await Promise.all([
      machine.listFolder('/sys/class/hwmon'),
      machine.listFolder('/sys/class/thermal'),
    ]);
    const failure = [hwmon, thermal].find((reading) => reading.state === 'failed');
    if (failure?.state === 'failed') return failure;
    const chips = hwmon.state === 'ok' ? hwmon.value : [];
    const zones =
      thermal.state === 'ok' ? thermal.value.filter((name) => /^thermal_zone\d+$/.test(name)) : [];
    const now = machine.clock.monotonic();
    const names = [...chips, ...zones].join('/');
    if (names !== folders || now - foundAt >= SENSORS_FRESH_MS) {
      sensors = await findSensors(machine, chips, zones);
      folders = names;
      foundAt = now;
      for (const input of disks.keys())
        if (!sensors.some((sensor) => sensor.input === input)) disks.delete(input);
    }
    const values = await Promise.all(sensors.map(async (sensor) => readSensor(machine, sensor)));
    return combine(sensors, values, machine.clock.now());
  };
}

const SOURCE = '/sys/class/hwmon';

function combine(
  sensors: readonly Sensor[],
  values: readonly Value[],
  at: number,
): Reading<TemperatureFacts> {
  const read: TemperatureSensor[] = [];
  const unread: UnreadSensor[] = [];
  let firstFailure: Missing | undefined;
  for (const [index, sensor] of sensors.entries()) {
    const value = values[index];
    if (value === undefined) continue;
    const { chip, label, device, high, critical } = sensor;
    if (value.state === 'ok') {
      const row = {
        chip,
        label,
        celsius: value.value,
        high_celsius: high,
        critical_celsius: critical,
        device,
      };
      read.push(sensor.asksDisk ? { ...row, read_at: value.at } : row);
    } else {
      unread.push({ chip, label, device, code: value.code, detail: value.detail });
      if (value.state === 'failed') firstFailure ??= value;
    }
  }
  if (read.length === 0 && firstFailure !== undefined) {
    return failed(firstFailure.code, firstFailure.source, at, firstFailure.detail);
  }
  if (read.length === 0) return absent('not-here', SOURCE, at, 'no sensor');
  return ok({ cpu_temp_c: cpuTemperature(read), sensors: read, unread }, SOURCE, at);
}

/** Beyond these no sensor of a computer that runs tells the truth: not connected, or not set up. */
const MIN_C = -100;
const MAX_C = 250;

/** Millidegrees. */
function parseCelsius(text: string): number | undefined {
  const trimmed = text.trim();
  if (!/^-?\d{1,9}$/.test(trimmed)) return undefined;
  const celsius = Number(trimmed) / 1000;
  return celsius < MIN_C || celsius > MAX_C ? undefined : celsius;
}
