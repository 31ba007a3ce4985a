// Storage pools: ZFS from the kernel's table with and without zpool, LVM from the real tools.
import { expect, onTestFinished, test } from 'vitest';
import type { RunTool } from '../../src/base/run-tool.ts';
import { parseLvm, readLvm } from '../../src/host/lvm.ts';
import { createMachine } from '../../src/host/machine.ts';
import { readZfs } from '../../src/host/zfs.ts';
import { parseZpoolList, parseZpoolStatus } from '../../src/host/zpool.ts';
import { attach, makeFolder, makeImage, quietly, run, whyNoLoop } from './loop-device.ts';
import { makeTree } from './temp-tree.ts';

const MIB = 1024 * 1024;
const signal = new AbortController().signal;

const STATUS = `  pool: rpool
 state: DEGRADED
status: One or more devices has experienced an unrecoverable error.
  scan: scrub repaired 0B in 00:10:11 with 0 errors on Sun Nov  8 00:34:12 2026
config:

\tNAME                              STATE     READ WRITE CKSUM
\trpool                             DEGRADED     0     0     0
\t  mirror-0                        DEGRADED     0     0     0
\t    ata-X_1-part3                 ONLINE       0     0     7
\t    ata-X_2-part3                 FAULTED     12     3     0  too many errors

errors: No known data errors

  pool: tank
 state: ONLINE
  scan: resilver in progress since Sun Nov 22 10:00:00 2026
\t1.00T scanned at 1.0G/s, 500G issued
\t10G resilvered, 50.0% done
config:

\tNAME        STATE     READ WRITE CKSUM
\ttank        ONLINE       0     0     0
\t  sdc       ONLINE       0     0     0
\tlogs
\t  sdd       ONLINE       1     0     0
\tspares
\t  sde       AVAIL

errors: No known data errors
`;

test('Errors of a pool are those of all its devices, also where the mirror itself shows none', () => {
  expect([...parseZpoolStatus(STATUS)]).toEqual([
    [
      'rpool',
      {
        read_errors: 12,
        write_errors: 3,
        checksum_errors: 7,
        scan: 'scrub repaired 0B in 00:10:11 with 0 errors on Sun Nov 8 00:34:12 2026',
      },
    ],
    [
      'tank',
      {
        read_errors: 1,
        write_errors: 0,
        checksum_errors: 0,
        scan: expect.stringMatching(/^resilver in progress .* 50\.0% done$/),
      },
    ],
  ]);
});

test('What a pool that is not online does not tell is null and not 0', () => {
  expect(parseZpoolList('gone\t-\t-\t-\t-\nrpool\t1000\t400\t600\t12\n').get('gone')).toEqual({
    size_bytes: null,
    allocated_bytes: null,
    free_bytes: null,
    fragmentation_percent: null,
  });
});

const KSTAT = {
  '/proc/spl/kstat/zfs/rpool/state': 'DEGRADED\n',
  '/proc/spl/kstat/zfs/stuck/state': 'SUSPENDED\n',
  '/proc/spl/kstat/zfs/arcstats': '13 1 0x01\n',
};

test('The kernel’s word on a pool stands when zpool hangs or is not installed', async () => {
  const hangs: RunTool = async () => Promise.resolve({ state: 'timeout', stdout: '', stuck: true });
  const root = makeTree(KSTAT);
  for (const machine of [createMachine({ root }), createMachine({ root, runTool: hangs })]) {
    expect(await readZfs(machine, undefined, signal)).toMatchObject({
      state: 'ok',
      value: {
        pools: [
          { name: 'rpool', state: 'DEGRADED', size_bytes: null, read_errors: null },
          { name: 'stuck', state: 'SUSPENDED', size_bytes: null, read_errors: null },
        ],
      },
    });
  }
  const answers: RunTool = async ({ args }) =>
    Promise.resolve({
      state: 'ended',
      code: 0,
      stderr: '',
      stdout: args[0] === 'list' ? 'rpool\t1000\t400\t600\t12\n' : STATUS,
    });
  expect(await readZfs(createMachine({ root, runTool: answers }), undefined, signal)).toMatchObject({
    value: { pools: [{ name: 'rpool', size_bytes: 1000, checksum_errors: 7 }, { name: 'stuck' }] },
  });
});

test('A machine without ZFS and LVM has neither, and nothing has failed', async () => {
  const machine = createMachine({ root: makeTree({ '/sys/block/sda/size': '1\n' }) });
  expect(await readZfs(machine, undefined, signal)).toMatchObject({ state: 'absent', code: 'not-here' });
  expect(await readLvm(machine, undefined, signal)).toMatchObject({ state: 'absent', code: 'not-here' });
  const mapped = createMachine({ root: makeTree({ '/sys/block/dm-0/size': '1\n' }) });
  expect(await readLvm(mapped, undefined, signal)).toMatchObject({ state: 'absent', code: 'no-tool' });
});

const json = (name: string, ...rows: readonly object[]) => JSON.stringify({ report: [{ [name]: rows }] });

test('Of the volumes only thin pools are told; an inactive one has no fill', () => {
  const group = { vg_name: 'pve', vg_size: '62914560', vg_free: '54525952', vg_missing_pv_count: '1' };
  const volume = (name: string, attributes: string, data: string, metadata: string) => ({
    vg_name: 'pve',
    lv_name: name,
    lv_size: '8388608',
    lv_attr: attributes,
    data_percent: data,
    metadata_percent: metadata,
  });
  const volumes = json(
    'lv',
    volume('root', '-wi-ao----', '', ''),
    volume('data', 'twi-aotz--', '91.25', '3.10'),
    volume('asleep', 'twi---tz--', '', ''),
    volume('vm-100-disk-0', 'Vwi-aotz--', '12.00', ''),
  );
  expect(parseLvm(json('vg', group), volumes, 'x', 1)).toMatchObject({
    value: {
      groups: [{ name: 'pve', size_bytes: 62_914_560, free_bytes: 54_525_952, missing_volumes: 1 }],
      thin_pools: [
        { name: 'data', data_percent: 91.25, metadata_percent: 3.1 },
        { name: 'asleep', data_percent: null, metadata_percent: null },
      ],
    },
  });
  expect(parseLvm('{', volumes, 'x', 1)).toMatchObject({ state: 'failed', code: 'garbage' });
});

test('Without rights the tools find nothing and call it a success: that is a failure', async () => {
  const refused: RunTool = async () =>
    Promise.resolve({
      state: 'ended',
      code: 0,
      stdout: json('vg'),
      stderr: '  WARNING: Running as a non-root user. Functionality may be unavailable.\n',
    });
  const machine = createMachine({ root: makeTree({ '/sys/block/dm-0/size': '1\n' }), runTool: refused });
  expect(await readLvm(machine, undefined, signal)).toMatchObject({ state: 'failed', code: 'no-permission' });
});

test('A real volume group is told with its real sizes', async (context) => {
  const reason = whyNoLoop('vgcreate', 'vgs', 'lvs');
  if (reason !== undefined) return context.skip(reason);
  const device = attach(makeImage(makeFolder(), 'pv.img', 64 * MIB));
  const name = `felhom-test-${process.pid}`;
  try {
    run('vgcreate', '-q', name, device);
  } catch {
    return context.skip('LVM takes no loop devices here');
  }
  // Runs before the device goes: what was made last is undone first.
  onTestFinished(() => quietly('vgremove', '-fy', name));
  const reading = await readLvm(createMachine(), undefined, signal);
  expect(reading).toMatchObject({ state: 'ok' });
  const group = reading.state === 'ok' ? reading.value.groups.find((each) => each.name === name) : undefined;
  expect(group).toEqual({ name, size_bytes: 60 * MIB, free_bytes: 60 * MIB, missing_volumes: 0 });
});
