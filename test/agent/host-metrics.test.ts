// What guests are told of their host: the field's names, and null with a reason for what is not known.
import { bareDevice } from '../contracts/bare-device.ts';
import { expect, test } from 'vitest';
import { composeHostMetrics, type MetricFacts } from '../../src/agent/host-metrics.ts';
import { hostMetrics } from '../../src/contracts/routes.ts';
import { absent, failed, ok } from '../../src/contracts/reading.ts';
import { parseStoragePlaces } from '../../src/host/storage-config.ts';

const NOW = 1_700_000_000_000;
const timed = <T>(value: T, everyMs = 2000, ageMs = 0) => ({
  reading: ok(value, 'test', NOW - ageMs),
  everyMs,
});
const none = { reading: absent('not-here', 'test', NOW, 'no Proxmox VE'), everyMs: 60_000 };

const disk = (name: string, device_number: string, parents: string[]) => ({
  ...bareDevice(name),
  device_number,
  parents,
  size_bytes: 1e12,
  transport: 'usb',
  rotational: true,
  removable: false,
  kind: parents.length === 0 ? ('disk' as const) : ('partition' as const),
});
const mount = (mount_point: string, device_number: string) => ({
  mount_point,
  device_number,
  device: '/dev/x',
  fs_type: 'ext4',
  read_only: false,
  fill: ok(
    {
      size_bytes: 93_900_000_000,
      used_bytes: 9_859_500_000,
      available_bytes: 80_000_000_000,
      used_share: 0.105,
      inodes_total: null,
      inodes_used: null,
    },
    'statfs',
    NOW,
  ),
});
const smart = (device: string, temperature_c: number | null) => ({
  device,
  type: 'sat',
  report: ok(
    {
      model: null,
      serial: null,
      firmware: null,
      capacity_bytes: null,
      rotation_rate_rpm: null,
      verdict: 'passed' as const,
      passed: true,
      power_on_hours: null,
      power_cycles: null,
      wear_percent: null,
      available_spare_percent: null,
      reallocated_sectors: null,
      pending_sectors: null,
      exit_status: 0,
      uncorrectable_errors: null,
      media_errors: null,
      error_log_entries: null,
      self_test_failed: null,
      temperature_c,
      attributes: [],
    },
    'smartctl',
    NOW,
  ),
});
const storage = (name: string, type: string) => ({
  name,
  type,
  enabled: true,
  active: true,
  content: [],
  available_bytes: 1,
  size_bytes: 983_350_000_000,
  used_bytes: 8_555_000_000,
});

const facts: MetricFacts = {
  memory: timed({
    memory_total: 16_537_989_120,
    memory_available: 14_047_989_120,
    memory_used: 2_490_000_000,
    memory_free: 1,
    buffers: 1,
    cached: 1,
    swap_total: 0,
    swap_used: 0,
    arc_size: null,
  }),
  load: timed({ load1: 0.4, load5: 0.3, load15: 0.2, runnable: 1, entities: 200 }),
  uptime: timed({ uptime_s: 324_255 }),
  temperatures: timed({ cpu_temp_c: 46, sensors: [] }),
  filesystems: timed({ filesystems: [mount('/', '8:2'), mount('/mnt/felhom-usb', '8:17')] }),
  disks: timed({ devices: [disk('sda', '8:0', []), disk('sdb', '8:16', []), disk('sdb1', '8:17', ['sdb'])] }),
  proxmox: timed({
    node: 'pve',
    version: '9',
    guests: [],
    tasks: [],
    last_backup: null,
    last_good_backup: null,
    storages: [storage('felhom-usb', 'dir'), storage('local-lvm', 'lvmthin')],
  }),
  smart: timed({ disks: [smart('/dev/sda', 40), smart('/dev/sdb', 31)] }),
  places: ok(
    parseStoragePlaces(
      'dir: felhom-usb\n\tpath /mnt/felhom-usb\n\tcontent backup\n\nlvmthin: local-lvm\n\tthinpool data\n\tvgname pve\n',
    ),
    '/etc/pve/storage.cfg',
    NOW,
  ),
};

test('all of it has the names and the values of the field', () => {
  const answer = hostMetrics.parse(composeHostMetrics(facts, 2, NOW));
  expect(answer).toMatchObject({
    at: NOW,
    every_s: 2,
    memory_total: 16_537_989_120,
    memory_used: 2_490_000_000,
    load1: 0.4,
    uptime_s: 324_255,
    cpu_temp_c: 46,
    disk_total: 93_900_000_000,
    disk_used_percent: 10.5,
    storages: [
      { name: 'felhom-usb', type: 'dir', active: true, total: 983_350_000_000, smart_temperature_c: 31 },
      { name: 'local-lvm', smart_temperature_c: null },
    ],
    missing: { 'storages.local-lvm.smart_temperature_c': 'it lies on no single disk that storage.cfg tells' },
  });
});

test('what is not known is null, never 0, and says why', () => {
  const broken = failed('io-error', '/proc/meminfo', NOW, 'EIO');
  const answer = composeHostMetrics(
    {
      ...facts,
      memory: { reading: broken, everyMs: 1000 },
      proxmox: none,
      temperatures: timed({ cpu_temp_c: null, sensors: [] }),
    },
    2,
    NOW,
  );
  expect(answer).toMatchObject({ memory_total: null, memory_used: null, cpu_temp_c: null, storages: [] });
  expect(answer.missing).toEqual({
    memory_total: 'io-error: EIO',
    memory_used: 'io-error: EIO',
    cpu_temp_c: 'no sensor of this machine tells it',
    storages: 'not-here: no Proxmox VE',
  });
});

test('a value that was read too long ago is missing, not the last one dressed as fresh', () => {
  const old = timed({ load1: 9, load5: 9, load15: 9, runnable: 1, entities: 1 }, 2000, 11_000);
  const answer = composeHostMetrics({ ...facts, load: old }, 2, NOW);
  expect(answer).toMatchObject({ load1: null, missing: { load1: 'last read 11 s ago' } });
});

test('a file system that did not answer is missing, with the rest told', () => {
  const hung = { ...mount('/', '8:2'), fill: failed('hung', '/', NOW, 'ext4') };
  const answer = composeHostMetrics({ ...facts, filesystems: timed({ filesystems: [hung] }) }, 2, NOW);
  expect(answer).toMatchObject({ disk_total: null, memory_total: 16_537_989_120 });
  expect(answer.missing['disk_total']).toBe('hung: ext4');
});
