// Which temperature sensors there are, with what does not change: chip, label, limits, device.
import type { Machine } from './machine.ts';
import { readLine, readNumber } from './read-fact.ts';

export type Sensor = {
  /** The file that says millidegrees. */
  readonly input: string;
  readonly chip: string;
  readonly label: string;
  readonly high: number | null;
  readonly critical: number | null;
  /** The block device it sits in. */
  readonly device: string | null;
  /** Reading it sends a command to a disk. */
  readonly asksDisk: boolean;
};

export async function findSensors(
  machine: Machine,
  chips: readonly string[],
  zones: readonly string[],
): Promise<readonly Sensor[]> {
  const found: Sensor[] = [];
  for (const chip of chips) found.push(...(await findChipSensors(machine, `/sys/class/hwmon/${chip}`)));
  // A thermal zone may have a hwmon chip made of it; hwmon names have no dashes.
  const shown = new Set(found.map(({ chip }) => chip));
  for (const zone of zones) {
    const sensor = await findZoneSensor(machine, `/sys/class/thermal/${zone}`);
    if (!shown.has(sensor.chip) && !shown.has(sensor.chip.replaceAll('-', '_'))) found.push(sensor);
  }
  return numberTwins(found);
}

async function findChipSensors(machine: Machine, chipFolder: string): Promise<readonly Sensor[]> {
  // Drivers of before hwmon's own registration keep their files in the device's folder.
  for (const folder of [chipFolder, `${chipFolder}/device`]) {
    const files = await machine.listFolder(folder);
    const numbers = files.state === 'ok' ? inputNumbers(files.value) : [];
    if (numbers.length === 0) continue;
    const name =
      (await readLine(machine, `${chipFolder}/name`)) ??
      (await readLine(machine, `${chipFolder}/device/name`));
    const chip = name ?? chipFolder.slice(chipFolder.lastIndexOf('/') + 1);
    const device = await findBlockDevice(machine, chip, `${chipFolder}/device`);
    const sensors: Sensor[] = [];
    for (const number of numbers) {
      const base = `${folder}/temp${number}`;
      sensors.push({
        input: `${base}_input`,
        chip,
        label: (await readLine(machine, `${base}_label`)) ?? `temp${number}`,
        high: toLimit(await readNumber(machine, `${base}_max`)),
        critical: toLimit(await readNumber(machine, `${base}_crit`)),
        device,
        asksDisk: chip === 'drivetemp',
      });
    }
    return sensors;
  }
  return [];
}

/** Gaps in the numbering are usual. */
const inputNumbers = (files: readonly string[]): readonly number[] =>
  files
    .flatMap((file) => /^temp(\d{1,3})_input$/.exec(file)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b);

async function findBlockDevice(machine: Machine, chip: string, device: string): Promise<string | null> {
  if (chip !== 'nvme' && chip !== 'drivetemp') return null;
  // A SCSI device has a folder `block`; an NVMe controller has its name spaces beside its files.
  const names = await machine.listFolder(chip === 'nvme' ? device : `${device}/block`);
  if (names.state !== 'ok') return null;
  if (chip === 'drivetemp') return names.value[0] ?? null;
  // With multipath the controller's own path to nvme0n1 is called nvme0c0n1.
  const space = names.value.find((name) => /^nvme\d+(c\d+)?n\d+$/.test(name));
  return space?.replace(/c\d+(?=n)/, '') ?? null;
}

const MAX_TRIPS = 12;

async function findZoneSensor(machine: Machine, zone: string): Promise<Sensor> {
  const limits = new Map<string, number | null>();
  for (let trip = 0; trip < MAX_TRIPS; trip += 1) {
    const type = await readLine(machine, `${zone}/trip_point_${trip}_type`);
    if (type === undefined) break;
    if (limits.has(type)) continue;
    limits.set(type, toLimit(await readNumber(machine, `${zone}/trip_point_${trip}_temp`)));
  }
  return {
    input: `${zone}/temp`,
    chip: (await readLine(machine, `${zone}/type`)) ?? 'thermal',
    label: zone.slice(zone.lastIndexOf('/') + 1),
    high: limits.get('hot') ?? limits.get('passive') ?? null,
    critical: limits.get('critical') ?? null,
    device: null,
    asksDisk: false,
  };
}

/** The same chip in two sockets has the same names: the second is told apart by a number. */
function numberTwins(sensors: readonly Sensor[]): readonly Sensor[] {
  const seen = new Map<string, number>();
  return sensors.map((sensor) => {
    const key = [sensor.chip, sensor.label, sensor.device ?? ''].join('\0');
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return count === 1 ? sensor : { ...sensor, label: `${sensor.label} (${count})` };
  });
}

/** Limits that nobody set are 0, below, or far above what silicon bears (NVMe's 65261 °C). */
const MAX_LIMIT_C = 150;
function toLimit(millidegrees: number | undefined): number | null {
  if (millidegrees === undefined) return null;
  const celsius = millidegrees / 1000;
  return celsius <= 0 || celsius > MAX_LIMIT_C ? null : celsius;
}
