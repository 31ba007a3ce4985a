// Who may have how many disks read at once, and how.
import { expect, test } from 'vitest';
import { createScans } from '../../src/agent/scans.ts';
import type { DiskScan } from '../../src/contracts/facts/disk-flags.ts';
import { examinedDisk } from './fake-disks.ts';
import { refusalOf } from './open-agent.ts';

test('guests have disks read when nobody else wants to, and leave room for the host', async () => {
  const started: string[] = [];
  const scans = createScans({
    startScan: ({ device, idle }) => {
      started.push(`${device.name}${idle ? ' idle' : ''}`);
      return { done: new Promise<DiskScan>(() => {}), cancel: () => {} };
    },
    onChange: () => {},
    now: () => 1,
  });
  const start = async (name: string, kind: 'guest' | 'root' | 'group') =>
    refusalOf(Promise.resolve().then(() => scans.start(examinedDisk({ name }).device, kind)));
  for (const name of ['sda', 'sdb', 'sdc', 'sdd']) expect(await start(name, 'guest')).toBeUndefined();
  expect(started).toEqual(['sda idle', 'sdb idle', 'sdc idle', 'sdd idle']);
  expect((await start('sde', 'guest'))?.code).toBe('E_DEVICE_BUSY');
  expect(await start('sda', 'guest')).toBeUndefined();
  for (const name of ['sde', 'sdf', 'sdg', 'sdh']) expect(await start(name, 'root')).toBeUndefined();
  expect(started.slice(4)).toEqual(['sde', 'sdf', 'sdg', 'sdh']);
  expect((await start('sdi', 'group'))?.code).toBe('E_DEVICE_BUSY');
});
