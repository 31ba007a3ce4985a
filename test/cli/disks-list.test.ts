// The table of disks: a tree, never wider than the terminal, and honest about what is not proven.
import { bareDevice } from '../contracts/bare-device.ts';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import type { BlockDevice } from '../../src/contracts/facts/disks.ts';
import { allOutputs } from '../../src/contracts/outputs.ts';
import { failed } from '../../src/contracts/reading.ts';
import type { FactMap } from '../../src/doctor/rule.ts';
import * as make from '../doctor/facts.ts';
import { runHere } from './run.ts';

const device = (name: string, change: Partial<BlockDevice> = {}): BlockDevice => ({
  ...bareDevice(name),
  size_bytes: 4e12,
  model: 'WDC WD40EFRX-68N32N0',
  serial: 'WD-WCC7K0123456',
  transport: 'sata',
  rotational: true,
  removable: false,
  durable_id: 'byid:wwn-0x5000039ddb108568',
  ...change,
});
const facts: FactMap = {
  disks: make.good({
    devices: [
      device('sda1', {
        kind: 'partition',
        parents: ['sda'],
        fs_type: 'ext4',
        label: '日本語のラベル',
        mount_points: ['/srv/data'],
      }),
      device('sda'),
      device('dm-0', { kind: 'dm', parents: ['sda1'] }),
      device('loop0', { kind: 'loop', size_bytes: 0 }),
      device('sdb', { serial: null }),
    ],
  }),
  ...make.smart({ verdict: 'prefail', temperature_c: 41 }),
};

test('partitions stand below their disk, and a loop device without a file not at all', async () => {
  const { out, code } = await runHere(['disks', 'list'], { facts, columns: 200 });
  expect(code).toBe(0);
  const lines = out.trimEnd().split('\n');
  expect(lines.map((line) => line.slice(0, 8).trimEnd())).toEqual([
    'DEVICE',
    'sda',
    '  sda1',
    '    dm-0',
    'sdb',
  ]);
  expect(lines[1]).toContain('UNKNOWN');
  expect(lines[1]).toMatch(/41 °C/);
});

test.each([200, 120, 100, 80, 60, 40, 20])('no line is wider than %i cells', async (columns) => {
  const { out } = await runHere(['disks', 'list'], { facts, columns });
  const widths = out
    .trimEnd()
    .split('\n')
    .map((line) => stringWidth(line));
  expect(widths).toHaveLength(5);
  expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
});

test('without a terminal it is cut to 80, and keeps the verdict', async () => {
  const { out } = await runHere(['disks', 'list'], { facts });
  const lines = out.trimEnd().split('\n');
  expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(80);
  expect(lines.slice(1).every((line) => line.includes('UNKNOWN'))).toBe(true);
});

test('as JSON it is whole and of its schema', async () => {
  const { out } = await runHere(['disks', 'list', '--json'], { facts });
  const document = allOutputs['disks-list'].parse(JSON.parse(out));
  expect(document.devices.map(({ name }) => name)).toEqual(['sda1', 'sda', 'dm-0', 'loop0', 'sdb']);
  expect(document.devices[1]).toMatchObject({ smart_verdict: 'prefail', temperature_c: 41 });
  expect(document.devices[4]).toMatchObject({ serial: null, smart_verdict: null });
});

test('disks that could not be read are a failure with its reason', async () => {
  const broken = { ...make.smart({}), disks: failed('no-permission', 'sysfs', make.NOW) };
  const ran = await runHere(['disks', 'list'], { facts: broken });
  expect(ran).toMatchObject({ code: 5, out: '' });
  expect(ran.err).toContain('The disks could not be read: no permission.');
});
