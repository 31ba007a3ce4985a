// The word that is typed before something happens to a disk.
import { expect, test } from 'vitest';
import { confirmWordOf } from '../../src/contracts/confirm-word.ts';

const WWN = 'byid:wwn-0x5000039ddb108568';
const disk = { kind: 'disk', name: 'sdb', serial: 'Z9A0A1B2F4XK', durable_id: WWN } as const;
const second = { kind: 'partition', name: 'sdb2', serial: null, durable_id: `${WWN}-part2` } as const;

test.each<[string, Parameters<typeof confirmWordOf>, string]>([
  ["is the serial's tail", [disk], 'B2F4XK'],
  ["or the durable id's, without a serial", [{ ...disk, serial: null }], '108568'],
  ["has the partition's number, and its disk's serial", [second, disk], 'B2F4XK-part2'],
  ['leaves out of a serial what nobody can type', [{ ...disk, serial: ' WD-1\u001b[3\u202e4 ' }], 'WD134'],
  ['skips a serial that is too short to tell disks apart', [{ ...disk, serial: '01' }], '108568'],
  ["is the kernel's name, where there is nothing else", [{ ...disk, serial: '', durable_id: null }], 'sdb'],
])('%s', (_what, names, word) => {
  expect(confirmWordOf(...names)).toBe(word);
});
