// What becomes of a request to format, cell by cell of the API's table, and around it.
import { describe, expect, test } from 'vitest';
import {
  decideFormat,
  isGranted,
  MAX_OPEN_OF_GUEST,
  type FormatQuestion,
} from '../../src/agent/operations/decide-format.ts';
import type { Operation, OperationState, Requester } from '../../src/contracts/facts/operations.ts';
import { examinedDisk, MOUNTED, signalOf, type DiskWish } from './fake-disks.ts';

const GUEST: Requester = { door: 'guest', vmid: 9200, name: null };
const OTHER_GUEST: Requester = { door: 'guest', vmid: 9300, name: null };
const ROOT: Requester = { door: 'root', vmid: null, name: null };
const GROUP: Requester = { door: 'group', vmid: null, name: 'anna' };

const operationOn = (wish: DiskWish, changes: Partial<Operation> = {}): Operation => {
  const { flag, device, disk, facts_sha256, confirm_word } = examinedDisk(wish);
  return {
    id: `op_${'0'.repeat(24)}`,
    op: 'storage_wipe',
    state: 'pending',
    host_scope: 'host',
    durable_id: device.durable_id ?? '',
    device: device.path,
    fstype: 'ext4',
    fs_uuid: 'uuid',
    data_bearing: flag.data_bearing,
    verdict: flag.verdict,
    reason: flag.reason,
    signals: flag.signals,
    disk,
    facts_sha256,
    confirm_word,
    requested_by: GUEST,
    approved_by: null,
    bytes: null,
    approvals: [],
    created: 0,
    updated: 0,
    expires: 1,
    stage: null,
    dirty: false,
    progress: null,
    ended: null,
    ...changes,
  };
};

type Asked = Partial<Omit<FormatQuestion, 'examined'>> & { readonly disk?: Partial<DiskWish> };
function decide({ disk, ...question }: Asked = {}): string {
  const examined = examinedDisk({ name: 'sdb', ...disk });
  const decision = decideFormat({
    examined,
    fstype: 'ext4',
    by: GUEST,
    word: undefined,
    grants: {},
    operations: [],
    starting: new Set(),
    devices: [examined.device],
    ...question,
  });
  if (decision.kind === 'refuse') return decision.code;
  const { next, same, supersede, invalidate } = decision;
  const told = [next, same === undefined ? 'new' : 'same'];
  if (supersede.length > 0) told.push(`supersedes ${supersede.length}`);
  if (invalidate.length > 0) told.push(`invalidates ${invalidate.length}`);
  return told.join(', ');
}

const GRANTED = { 9200: '*' } as const;
const NOT_READ = { verdict: 'unverified' } as const;
const PROVEN = { verdict: 'blank_proven' } as const;
const NAMED = { verdict: 'in_use', signals: [signalOf('fstab', 'named')] } as const;
const HELD = { verdict: 'in_use', signals: [signalOf('open', 'held')] } as const;
const CONTENT = { verdict: 'data', signals: [signalOf('signature', 'content')] } as const;
const UNREAD = { verdict: 'unknown', signals: [signalOf('tool', 'unread')] } as const;
const BARRED = { verdict: 'unknown', signals: [signalOf('read-only', 'barred')] } as const;

const word = '-sdb';
const TABLE: readonly [string, Asked, string][] = [
  ['not read, granted', { disk: NOT_READ, grants: GRANTED }, 'run-granted, new'],
  ['blank, granted', { disk: PROVEN, grants: GRANTED }, 'run-granted, new'],
  ['not read, not granted', { disk: NOT_READ }, 'confirm, new'],
  ['blank, not granted', { disk: PROVEN }, 'confirm, new'],
  ['blank, granted to another', { disk: PROVEN, grants: { 9300: '*' } }, 'confirm, new'],
  ['not read, root with the word', { disk: NOT_READ, by: ROOT, word }, 'run-confirmed, new'],
  ['blank, group with the word', { disk: PROVEN, by: GROUP, word }, 'run-confirmed, new'],
  ['blank, root without a word', { disk: PROVEN, by: ROOT }, 'confirm, new'],
  ['blank, root with another word', { disk: PROVEN, by: ROOT, word: 'sdb' }, 'E_WORD'],
  ['blank, root with an empty word', { disk: PROVEN, by: ROOT, word: '' }, 'E_WORD'],
  ['a word of a guest counts for nothing', { disk: PROVEN, word }, 'confirm, new'],
  [
    'a grant is no word of the host',
    { disk: PROVEN, by: { ...ROOT, vmid: 9200 }, grants: GRANTED },
    'confirm, new',
  ],
  ...[MOUNTED, NAMED, HELD, CONTENT, UNREAD].flatMap((disk): [string, Asked, string][] => {
    const name = disk.signals[0].id;
    return [
      [`${name}, granted`, { disk, grants: GRANTED }, 'signature, new'],
      [`${name}, not granted`, { disk }, 'signature, new'],
      [`${name}, root with the word`, { disk, by: ROOT, word }, 'signature, new'],
    ];
  }),
  ['barred, granted', { disk: BARRED, grants: GRANTED }, 'E_DEVICE_BARRED'],
  ['barred, root with the word', { disk: BARRED, by: ROOT, word }, 'E_DEVICE_BARRED'],
  ['no durable id', { disk: { durableId: null }, grants: GRANTED }, 'E_DEVICE_BARRED'],
  ['called blank, but with a signal', { disk: { ...CONTENT, ...PROVEN }, grants: GRANTED }, 'signature, new'],
  ['unknown without a signal', { disk: { verdict: 'unknown' }, grants: GRANTED }, 'signature, new'],
  ['data without a signal', { disk: { verdict: 'data' }, grants: GRANTED }, 'signature, new'],
];

test.each(TABLE)('%s', (_name, asked, expected) => {
  expect(decide(asked)).toBe(expected);
});

describe('another operation on the disk', () => {
  const sdb = { name: 'sdb' };
  const open = operationOn(sdb);
  const disk = examinedDisk(sdb).device;
  const part = { name: 'sdb1', parents: ['sdb'], durableId: `${disk.durable_id}-part1` };
  const strangePart = { name: 'sdb1', parents: ['sdb'], durableId: 'byid:ata-by-another-rule' };

  test.each<OperationState>(['pending', 'approved'])('%s: who asks again gets the same one', (state) => {
    expect(decide({ operations: [{ ...open, state }] })).toBe('confirm, same');
    expect(decide({ operations: [{ ...open, state }], disk: CONTENT })).toBe('signature, same');
    const own = { ...open, state, requested_by: GROUP };
    expect(decide({ operations: [own], by: ROOT, word })).toBe('run-confirmed, same');
  });

  test.each<[string, Requester]>([
    ['guest', GUEST],
    ['root', ROOT],
  ])('claimed: nobody can ask, %s neither', (_name, by) => {
    for (const disk of [PROVEN, CONTENT]) {
      const operations = [operationOn(sdb, { state: 'claimed' })];
      expect(decide({ disk, operations, by, word, grants: GRANTED })).toBe('E_DEVICE_BUSY');
    }
  });

  test('approved and just starting counts as running', () => {
    const operations = [operationOn(sdb, { state: 'approved' })];
    expect(decide({ operations, starting: new Set([open.id]), by: ROOT, word })).toBe('E_DEVICE_BUSY');
  });

  test('of another guest, or of the host: 409 for a guest, superseded on the host', () => {
    for (const requested_by of [OTHER_GUEST, ROOT, GROUP]) {
      expect(decide({ operations: [{ ...open, requested_by }], grants: GRANTED })).toBe('E_OP_OPEN');
    }
    expect(decide({ operations: [open], by: GROUP, word })).toBe('run-confirmed, new, supersedes 1');
    expect(decide({ operations: [open], by: ROOT, disk: CONTENT })).toBe('signature, new, supersedes 1');
  });

  test('for another file system it is another one', () => {
    expect(decide({ operations: [open], fstype: 'xfs' })).toBe('E_OP_OPEN');
    const own = { ...open, requested_by: ROOT };
    expect(decide({ operations: [own], fstype: 'xfs', by: ROOT })).toBe('confirm, new, supersedes 1');
  });

  test.each([part, strangePart])('a partition and its disk are one ($durableId)', (wish) => {
    const devices = [disk, examinedDisk(wish).device];
    expect(decide({ disk: wish, devices, operations: [open] })).toBe('E_OP_OPEN');
    expect(decide({ devices, operations: [operationOn(wish)] })).toBe('E_OP_OPEN');
    const running = [operationOn(wish, { state: 'claimed' })];
    expect(decide({ devices, operations: running, by: ROOT, word })).toBe('E_DEVICE_BUSY');
  });

  test('two partitions of one disk share it; another disk does not', () => {
    const second = { name: 'sdb2', parents: ['sdb'], durableId: 'byid:ata-second' };
    const devices = [disk, examinedDisk(strangePart).device, examinedDisk(second).device];
    expect(decide({ disk: second, devices, operations: [operationOn(strangePart)] })).toBe('E_OP_OPEN');
    expect(decide({ operations: [operationOn({ name: 'sdc' })] })).toBe('confirm, new');
  });

  test('what has ended is in nobody’s way', () => {
    const ended: readonly OperationState[] = ['denied', 'superseded', 'expired', 'invalid', 'done', 'failed'];
    expect(decide({ operations: ended.map((state) => ({ ...open, state })) })).toBe('confirm, new');
  });

  test('the disk is not what it was: the old one is invalid, whoever asks', () => {
    const operations = [operationOn({ name: 'sdb', facts: 'before' })];
    expect(decide({ operations })).toBe('confirm, new, invalidates 1');
    expect(decide({ operations, by: ROOT, word })).toBe('run-confirmed, new, invalidates 1');
  });

  test('a guest has at most four open ones; who asks again is not one more', () => {
    const others = Array.from({ length: MAX_OPEN_OF_GUEST }, (_, index) =>
      operationOn({ name: `sd${'cdefgh'.charAt(index)}` }),
    );
    expect(decide({ operations: others })).toBe('E_OP_LIMIT');
    expect(decide({ operations: others.slice(1) })).toBe('confirm, new');
    expect(decide({ operations: [...others.slice(1), open] })).toBe('confirm, same');
    expect(decide({ operations: others, by: OTHER_GUEST })).toBe('confirm, new');
    expect(decide({ operations: others, by: ROOT })).toBe('confirm, new');
  });
});

describe('a byte that is not zero, found by a run', () => {
  const ended = { at: 1, code: 'E_NOT_BLANK', detail: 'byte 4096 is not zero' };
  const before = operationOn({ name: 'sdb' }, { state: 'invalid', ended });

  test('the next request hears that there is data', () => {
    expect(decide({ operations: [before], grants: GRANTED })).toBe('signature, new');
    expect(decide({ operations: [before], by: ROOT, word })).toBe('signature, new');
  });

  test('another disk in its place, or every byte read since, is another matter', () => {
    expect(decide({ operations: [before], grants: GRANTED, disk: { facts: 'another' } })).toBe(
      'run-granted, new',
    );
    expect(decide({ operations: [before], grants: GRANTED, disk: PROVEN })).toBe('run-granted, new');
  });
});

test('grants are for the VMID and the very durable id that they name', () => {
  const grants = { 9200: ['byid:a'], 9300: '*' } as const;
  expect(isGranted(grants, 9200, 'byid:a')).toBe(true);
  expect(isGranted(grants, 9200, 'byid:a-part1')).toBe(false);
  expect(isGranted(grants, 9200, 'byid:A')).toBe(false);
  expect(isGranted(grants, 9300, 'byid:b')).toBe(true);
  expect(isGranted(grants, 9301, 'byid:a')).toBe(false);
  expect(isGranted(grants, null, 'byid:a')).toBe(false);
  expect(isGranted(JSON.parse('{"__proto__":{"9200":"*"}}'), 9200, 'byid:a')).toBe(false);
});
