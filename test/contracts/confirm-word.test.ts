// The word that is typed before something happens to a disk.
import { expect, test } from 'vitest';
import { confirmWordOf } from '../../src/contracts/confirm-word.ts';

const WWN = 'byid:wwn-0x5000039ddb108568';

test.each<[string, { serial: string | null; durable_id: string | null }, string]>([
  ["is the serial's tail", { serial: 'Z9A0A1B2F4XK', durable_id: WWN }, 'F4XK'],
  ["or the durable id's, without a serial", { serial: null, durable_id: WWN }, '8568'],
  ['or that of a loop device', { serial: null, durable_id: 'byid:loop-felhom-test' }, 'test'],
  [
    "never the disk's for one of its partitions",
    { serial: 'Z9A0A1B2F4XK', durable_id: `${WWN}-part2` },
    '8568-part2',
  ],
  ['skips a serial that ends in what nobody can type', { serial: 'S12\u001b[31m', durable_id: WWN }, '8568'],
  ['skips a serial that is too short to tell disks apart', { serial: '01', durable_id: WWN }, '8568'],
  ['reads a serial that is padded', { serial: '  WD-WCC4E1234567  ', durable_id: WWN }, '4567'],
  ["is the kernel's name, where there is nothing else", { serial: '', durable_id: null }, 'sdb'],
])('%s', (_what, names, word) => {
  expect(confirmWordOf({ name: 'sdb', ...names })).toBe(word);
});
