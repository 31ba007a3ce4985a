// Temperatures: chips in all their disorder, disks that may sleep, the processor's own.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSubjects } from '../../src/host/all-subjects.ts';
import { cpuTemperature } from '../../src/host/cpu-temperature.ts';
import { createMachine } from '../../src/host/machine.ts';
import { INVENTED_HOST } from './invented-host.ts';
import { readSubject } from './read-subject.ts';
import { makeTree, writeTree } from './temp-tree.ts';

async function sensorsOf(root: string) {
  const reading = await readSubject(createMachine({ root }), 'temperatures');
  if (reading.state !== 'ok') throw new Error(reading.code);
  return reading.value;
}

test('Numbers with gaps, two chips of one name and negative degrees are all there, once each', async () => {
  const { sensors } = await sensorsOf(makeTree(INVENTED_HOST));
  expect(sensors.map(({ chip, label, celsius }) => `${chip} ${label} ${celsius}`)).toEqual([
    'coretemp Package id 0 48',
    'coretemp Core 0 45',
    'coretemp Core 4 47',
    'coretemp Package id 0 (2) 48',
    'coretemp Core 0 (2) 45',
    'coretemp Core 4 (2) 47',
    'nvme Composite 38.85',
    'nvme Sensor 2 -2',
    'drivetemp temp1 31',
    'acpitz temp1 27.8',
    'x86_pkg_temp thermal_zone1 49',
  ]);
});

test('A limit that nobody set is no limit', async () => {
  const { sensors } = await sensorsOf(makeTree(INVENTED_HOST));
  const limits = sensors.map(({ high_celsius: high, critical_celsius: critical }) => [high, critical]);
  expect(limits[0]).toEqual([80, 100]);
  expect(limits[7]).toEqual([null, null]);
  expect(limits[8]).toEqual([null, null]);
  expect(limits.at(-1)).toEqual([null, 99]);
});

test("A disk's temperature names its block device", async () => {
  const { sensors } = await sensorsOf(makeTree(INVENTED_HOST));
  expect(sensors.flatMap(({ chip, device }) => (device === null ? [] : [`${chip} ${device}`]))).toEqual([
    'nvme nvme0n1',
    'nvme nvme0n1',
    'drivetemp sda',
  ]);
});

test('A sensor that is not connected is named with the reason, and is no temperature', async () => {
  const { unread } = await sensorsOf(makeTree(INVENTED_HOST));
  expect(unread).toEqual([{ chip: 'it87', label: 'temp1', device: null, code: 'garbage', detail: '' }]);
});

test('A disk is asked every five minutes, and its row says when; the processor every time', async () => {
  const root = makeTree(INVENTED_HOST);
  let now = 1_000_000;
  const machine = createMachine({ root, clock: { now: () => now, monotonic: () => now } });
  const subjects = createSubjects();
  const read = async () => {
    const reading = await readSubject(machine, 'temperatures', undefined, subjects);
    if (reading.state !== 'ok') throw new Error(reading.code);
    return {
      cpu: reading.value.cpu_temp_c,
      disk: reading.value.sensors.find(({ device }) => device === 'sda'),
    };
  };
  await read();
  writeTree(root, {
    '/sys/class/hwmon/hwmon0/temp1_input': '60000\n',
    '/sys/class/hwmon/hwmon4/temp1_input': '40000\n',
  });
  now += 3000;
  expect(await read()).toMatchObject({ cpu: 60, disk: { celsius: 31, read_at: 1_000_000 } });
  now += 300_000;
  expect(await read()).toMatchObject({ disk: { celsius: 40, read_at: 1_303_000 } });
});

test('A disk that is pulled is gone at the next look', async () => {
  const root = makeTree(INVENTED_HOST);
  const machine = createMachine({ root });
  const subjects = createSubjects();
  await readSubject(machine, 'temperatures', undefined, subjects);
  rmSync(join(root, 'sys/class/hwmon/hwmon4'), { recursive: true });
  const reading = await readSubject(machine, 'temperatures', undefined, subjects);
  if (reading.state !== 'ok') throw new Error(reading.code);
  expect(reading.value.sensors.some(({ device }) => device === 'sda')).toBe(false);
});

const row = (chip: string, label: string, celsius: number) => ({ chip, label, celsius });

test.each([
  [
    'the hotter of two sockets',
    [row('coretemp', 'Package id 0', 40), row('coretemp', 'Package id 1', 50)],
    50,
  ],
  [
    'the package, not a hotter core',
    [row('coretemp', 'Core 0', 60), row('coretemp', 'Package id 0', 55)],
    55,
  ],
  ['Tdie before Tctl with its offset', [row('k10temp', 'Tctl', 77), row('k10temp', 'Tdie', 50)], 50],
  ['Tctl where it is alone', [row('k10temp', 'Tctl', 61), row('k10temp', 'Tccd1', 70)], 61],
  [
    'the hottest core of a processor without a package',
    [row('coretemp', 'Core 0', 60), row('coretemp', 'Core 1', 62)],
    62,
  ],
  [
    'a zone of a board',
    [row('gpu-thermal', 'thermal_zone1', 80), row('cpu-thermal', 'thermal_zone0', 52)],
    52,
  ],
  ['none of disks and boards', [row('nvme', 'Composite', 70), row('acpitz', 'temp1', 27)], null],
])('The processor is %s', (_, sensors, wanted) => {
  expect(cpuTemperature(sensors)).toBe(wanted);
});

test('A machine without sensors is absent; one whose only sensor fails says why', async () => {
  expect(await readSubject(createMachine({ root: makeTree({}) }), 'temperatures')).toMatchObject({
    state: 'absent',
    code: 'not-here',
  });
  const root = makeTree({ '/sys/class/hwmon/hwmon0/temp1_input': '' });
  expect(await readSubject(createMachine({ root }), 'temperatures')).toMatchObject({
    state: 'failed',
    code: 'empty',
    source: '/sys/class/hwmon/hwmon0/temp1_input',
  });
});
