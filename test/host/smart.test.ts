// Health of disks: what smartctl's answers mean, the real program's and hand-made ones of each trap.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runTool, type RunTool } from '../../src/base/run-tool.ts';
import type { SmartFacts } from '../../src/contracts/facts/smart.ts';
import type { Ok } from '../../src/contracts/reading.ts';
import { createMachine } from '../../src/host/machine.ts';
import { parseSmartReport } from '../../src/host/smart-report.ts';
import { readSmart } from '../../src/host/smart.ts';
import { findProgram } from '../setup/find-program.ts';

const recorded = (name: string) =>
  readFileSync(join(import.meta.dirname, 'recordings', `smartctl-${name}.json`), 'utf8');

const DISK = { device: { name: '/dev/sda', type: 'sat' }, model_name: 'SOME DISK' };
const PASSED = { smart_status: { passed: true } };
const attribute = (id: number, name: string, raw: number, value = 100, more = {}) => ({
  id,
  name,
  value,
  worst: value,
  thresh: 10,
  when_failed: '',
  flags: { prefailure: true },
  raw: { value: raw, string: String(raw) },
  ...more,
});
const ata = (...table: readonly object[]) => ({ ...DISK, ...PASSED, ata_smart_attributes: { table } });

function reportOf(answer: object, status = 0) {
  const json = JSON.stringify({ smartctl: { exit_status: status }, ...answer });
  const reading = parseSmartReport(json, 'smartctl', 1);
  if (reading.state !== 'ok') throw new Error(`${reading.state} ${reading.code}`);
  return reading.value;
}

test.each([
  ['passed', { ...DISK, ...PASSED }, 0],
  ['passed', { ...DISK, ...PASSED }, 64],
  ['unknown', DISK, 4],
  ['failing', { ...DISK, smart_status: { passed: false } }, 0],
  ['failing', { ...DISK, ...PASSED }, 8],
  ['prefail', { ...DISK, ...PASSED }, 16],
  ['prefail', ata(attribute(5, 'Reallocated_Sector_Ct', 0, 5, { when_failed: 'past' })), 32],
  ['passed', ata(attribute(190, 'Airflow_Temperature_Cel', 40, 60, { when_failed: 'past', flags: {} })), 32],
  ['worn', ata(attribute(197, 'Current_Pending_Sector', 8)), 0],
  ['worn', ata(attribute(187, 'Reported_Uncorrect', 1)), 0],
  ['worn', { ...ata(attribute(5, 'Reallocated_Sector_Ct', 3)), rotation_rate: 7200 }, 0],
  ['passed', { ...ata(attribute(5, 'Reallocated_Sector_Ct', 3)), rotation_rate: 0 }, 0],
  ['worn', { ...DISK, ...PASSED, nvme_smart_health_information_log: { media_errors: 7 } }, 0],
  ['worn', { ...DISK, ...PASSED, nvme_smart_health_information_log: { percentage_used: 100 } }, 0],
  [
    'failing',
    {
      ...DISK,
      ...PASSED,
      nvme_smart_health_information_log: { available_spare: 4, available_spare_threshold: 10 },
    },
    0,
  ],
])('The verdict is %s', (verdict, answer, status) => {
  expect(reportOf(answer, status).verdict).toBe(verdict);
});

test.each([
  ['177 counts down', ata(attribute(177, 'Wear_Leveling_Count', 278, 81)), 19],
  ['231 counts in the raw value', ata(attribute(231, 'SSD_Life_Left', 74, 100)), 26],
  ['233 of another maker is no wear', ata(attribute(233, 'Flash_Writes_GiB', 979, 100)), null],
  ['202 of an old disk is no wear', ata(attribute(202, 'Data_Address_Mark_Errs', 0, 100)), null],
  [
    'a spinning disk has none',
    { ...ata(attribute(177, 'Wear_Leveling_Count', 1, 50)), rotation_rate: 5400 },
    null,
  ],
  ['NVMe says it outright', { ...DISK, nvme_smart_health_information_log: { percentage_used: 255 } }, 255],
])('Wear: %s', (_, answer, wear) => {
  expect(reportOf(answer).wear_percent).toBe(wear);
});

test.each([
  ['the field', { temperature: { current: 38 } }, 38],
  ['not the packed raw value', ata(attribute(194, 'Temperature_Celsius', 214_748_364_832)), null],
  ['0 is not reported', { temperature: { current: 0 } }, null],
  [
    'the sensor of a SAS disk',
    { temperature: { current: 0 }, scsi_environmental_reports: { temperature_1: { current: 38 } } },
    38,
  ],
])('Temperature: %s', (_, answer, celsius) => {
  expect(reportOf({ ...DISK, ...answer }).temperature_c).toBe(celsius);
});

test('A sleeping disk is absent, one that cannot be opened or is refused is failed, each by its own code', () => {
  const said = (status: number, severity: string, string: string) =>
    JSON.stringify({
      smartctl: { exit_status: status, messages: [{ severity, string }] },
      device: DISK.device,
    });
  const codeOf = (json: string) => {
    const reading = parseSmartReport(json, 'smartctl', 1);
    return reading.state === 'ok' ? 'ok' : `${reading.state} ${reading.code}`;
  };
  expect(codeOf(said(3, 'information', 'Device is in STANDBY mode, exit(3)'))).toBe('absent asleep');
  expect(codeOf(said(2, 'information', 'Device is in STANDBY mode, exit(2)'))).toBe('absent asleep');
  expect(codeOf(said(2, 'error', 'Smartctl open device: /dev/sda failed: No such device'))).toBe(
    'failed tool-failed',
  );
  expect(codeOf(recorded('virtio'))).toBe('failed tool-failed');
  expect(codeOf(recorded('not-root'))).toBe('failed no-permission');
  expect(codeOf('smartctl: invalid option --json')).toBe('failed garbage');
  expect(codeOf('')).toBe('failed empty');
});

const SCAN = { devices: [{ name: '/dev/sda', type: 'scsi' }, ...[4, 5].map(raidDisk)] };
function raidDisk(number: number) {
  return { name: '/dev/bus/0', type: `megaraid,${number}` };
}

/** A machine with these disks; `asked` collects the arguments after the options that never change. */
function machineWith(sleeping: readonly string[], asked: string[] = []) {
  const fake: RunTool = async ({ args }) => {
    const name = args.at(-1) ?? '';
    const answer = args.includes('--scan')
      ? SCAN
      : sleeping.includes(name)
        ? { smartctl: { exit_status: 3 } }
        : { ...PASSED, device: { name, type: name === '/dev/sda' ? 'sat' : 'megaraid' } };
    if (!args.includes('--scan')) asked.push(args.slice(args.indexOf('standby,3') + 1).join(' '));
    return Promise.resolve({ state: 'ended', code: 0, stdout: JSON.stringify(answer), stderr: '' });
  };
  return createMachine({ root: import.meta.dirname, runTool: fake });
}

async function read(machine: ReturnType<typeof createMachine>, previous?: Ok<SmartFacts>) {
  const reading = await readSmart(machine, previous, new AbortController().signal);
  if (reading.state !== 'ok') throw new Error(`${reading.state} ${reading.code}`);
  return reading;
}

test('Disks behind one controller are told apart by type; a type once answered is said the next time', async () => {
  const asked: string[] = [];
  const first = await read(machineWith([], asked));
  expect(first.value.disks.map(({ device, type }) => `${device} ${type}`)).toEqual([
    '/dev/sda sat',
    '/dev/bus/0 megaraid,4',
    '/dev/bus/0 megaraid,5',
  ]);
  await read(machineWith([], asked), first);
  expect(asked).toEqual([
    '-- /dev/sda',
    '--device megaraid,4 -- /dev/bus/0',
    '--device megaraid,5 -- /dev/bus/0',
    '--device sat -- /dev/sda',
    '--device megaraid,4 -- /dev/bus/0',
    '--device megaraid,5 -- /dev/bus/0',
  ]);
});

test('A disk that fell asleep keeps its last report with its old time', async () => {
  const first = await read(machineWith([]));
  const later = await read(machineWith(['/dev/sda']), first);
  expect(later.value.disks[0]).toEqual(first.value.disks[0]);
  const never = await read(machineWith(['/dev/sda']));
  expect(never.value.disks[0]?.report).toMatchObject({
    state: 'absent',
    code: 'asleep',
  });
});

test('The real smartctl answers here; without it the subject is absent and nothing has failed', async (context) => {
  const without = createMachine({ root: import.meta.dirname });
  expect(await readSmart(without, undefined, new AbortController().signal)).toMatchObject({
    state: 'absent',
    code: 'no-tool',
  });
  if (findProgram('smartctl') === undefined) return context.skip('no smartctl (Debian: smartmontools)');
  const reading = await readSmart(createMachine({ runTool }), undefined, new AbortController().signal);
  expect(reading.state === 'ok' || reading.code === 'no-permission').toBe(true);
});
