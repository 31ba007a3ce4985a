// The message that is signed: only its one spelling is one, and what is foreign in it comes out as it went in.
import { expect, test } from 'vitest';
import {
  formatApproval,
  fromPrintable,
  MAX_MESSAGE_BYTES,
  parseApproval,
  toPrintable,
  type ApprovalPayload,
} from '../../src/contracts/approval-payload.ts';
import { pseudoRandom } from './pseudo-random.ts';
import { MESSAGE, PAYLOAD } from '../signing/trust-folder.ts';

test('a message is one line of printable ASCII, and is read back as what it was made of', () => {
  expect(MESSAGE).toMatch(/^[\x20-\x7e]+\n$/);
  expect(parseApproval(MESSAGE)).toEqual(PAYLOAD);
  const least: ApprovalPayload = { ...PAYLOAD, device: { bytes: 0, on_it: [], more: 0 } };
  expect(parseApproval(formatApproval(least))).toEqual(least);
});

const text = MESSAGE.trimEnd();
const swap = (from: string, to: string) => {
  const changed = MESSAGE.replace(from, to);
  expect(changed).not.toBe(MESSAGE);
  return changed;
};

test.each([
  ['nothing', () => ''],
  ['no line end', () => text],
  ['two of them', () => `${MESSAGE}\n`],
  ['one of Windows', () => `${text}\r\n`],
  ['a blank before', () => ` ${MESSAGE}`],
  ['a blank inside', () => swap('":', '": ')],
  ['a byte order mark', () => `\ufeff${MESSAGE}`],
  ['something behind', () => `${text} {}\n`],
  ['a member that is not known', () => swap('"v":1}', '"v":1,"w":1}')],
  ['a member that is not known, inside', () => swap('"more":0', '"more":0,"z":1')],
  ['a member twice', () => swap('"v":1}', '"v":1,"v":1}')],
  [
    'a member twice, the first of them another',
    () => swap('"fstype":"ext4"', '"fstype":"xfs","fstype":"ext4"'),
  ],
  [
    'another order',
    () => swap('"threshold":1,"type":"felhom.pending-op"', '"type":"felhom.pending-op","threshold":1'),
  ],
  ['a member too few', () => swap('"threshold":1,', '')],
  ['null for what is missing', () => swap('"model":"ST4000VN008"', '"model":null')],
  ['1.0', () => swap('"v":1}', '"v":1.0}')],
  ['1e0', () => swap('"v":1}', '"v":1e0}')],
  ['1e3 bytes', () => swap('"bytes":4000787030016,"model"', '"bytes":1e3,"model"')],
  ['-0', () => swap('"more":0', '"more":-0')],
  ['a negative size', () => swap('"bytes":4000787030016,"model"', '"bytes":-1,"model"')],
  ['a number that is a text', () => swap('"more":0', '"more":"0"')],
  ['a number that no double holds', () => swap('"more":0', '"more":9007199254740993')],
  ['a letter beyond ASCII', () => swap('ST4000VN008', 'ST4000VN00\u00e9')],
  ['a letter in another spelling', () => swap('ST4000VN008', String.raw`ST4000VN00\u0038`)],
  ['an escaped slash', () => swap('sata', String.raw`sa\/ta`)],
  ['an escape of a control', () => swap('ST4000VN008', String.raw`ST\u001b[2J`)],
  ['another type', () => swap('felhom.pending-op', 'felhom.other')],
  ['another intent', () => swap('"intent":"approve"', '"intent":"deny"')],
  ['another operation', () => swap('"op":"storage_wipe"', '"op":"storage_keep"')],
  ['another version', () => swap('"v":1}', '"v":2}')],
  ['a file system that is not made', () => swap('"fstype":"ext4"', '"fstype":"ntfs"')],
  ['a wipe that is none', () => swap('"wipe":"full"', '"wipe":"none"')],
  ['an id in capitals', () => swap('op_0123456789abcdef', 'op_0123456789ABCDEF')],
  ['a time with fractions', () => swap('12:30:00Z', '12:30:00.000Z')],
  ['a local time', () => swap('12:30:00Z', '12:30:00+02:00')],
  ['a time that is none', () => swap('T12:30:00Z', 'T99:30:00Z')],
  ['a threshold of nobody', () => swap('"threshold":1', '"threshold":0')],
  ['another door', () => swap('"door":"guest"', '"door":"hub"')],
  ['a list', () => '[]\n'],
  ['null', () => 'null\n'],
  ['no JSON', () => '{\n'],
  ['brackets without end', () => `${'['.repeat(MAX_MESSAGE_BYTES - 1)}\n`],
])('%s is no such message', (_what, make) => {
  expect(parseApproval(make())).toBeUndefined();
});

test('the longest message has 4096 bytes; one more cannot be made, and is not read', () => {
  const room = MAX_MESSAGE_BYTES - MESSAGE.length;
  const long = (more: number): ApprovalPayload => ({
    ...PAYLOAD,
    host_scope: `${PAYLOAD.host_scope}${'x'.repeat(more)}`,
  });
  const longest = formatApproval(long(room));
  expect(longest).toHaveLength(MAX_MESSAGE_BYTES);
  expect(parseApproval(longest)).toEqual(long(room));
  expect(() => formatApproval(long(room + 1))).toThrow(/4097 bytes/);
  expect(parseApproval(longest.replace('demo-felhom', 'demo-felhomx'))).toBeUndefined();
});

test('what is not of the profile cannot be formatted', () => {
  expect(() => formatApproval({ ...PAYLOAD, host_scope: 'k\u00e9p' })).toThrow(TypeError);
  expect(() => formatApproval({ ...PAYLOAD, threshold: 1.5 })).toThrow(TypeError);
});

test('foreign text goes in as printable ASCII and comes out as it was', () => {
  expect(toPrintable('k\u00e9p 100%')).toBe('k%C3%A9p 100%25');
  expect(toPrintable('\u001b[2J\u202e"\\')).toBe('%1B[2J%E2%80%AE"\\');
  const random = pseudoRandom(3986);
  for (let round = 0; round < 5000; round += 1) {
    const foreign = Array.from({ length: random(20) }, () =>
      String.fromCodePoint(
        random(3) === 0 ? random(0xd800) : random(3) === 0 ? 0x10000 + random(0x1000) : random(128),
      ),
    ).join('');
    const printable = toPrintable(foreign);
    expect(printable).toMatch(/^[\x20-\x7e]*$/);
    expect(fromPrintable(printable)).toBe(foreign);
  }
});

test('nothing that is foreign vanishes: no percent sign passes for an encoding, no mark for nothing', () => {
  for (const foreign of [
    '%41',
    '%2541',
    '%',
    '%%',
    '\ufeff',
    '\ufeff\ufeffA',
    '%4',
    '%zz',
    '%c3%a9',
    '100%25',
  ]) {
    expect(fromPrintable(toPrintable(foreign))).toBe(foreign);
  }
  expect(toPrintable('%41')).not.toBe(toPrintable('A'));
});

test('what is no encoding stays as it is, and broken UTF-8 shows', () => {
  expect(fromPrintable('50% of it')).toBe('50% of it');
  expect(fromPrintable('%e9')).toBe('%e9');
  expect(fromPrintable('%C3')).toBe('\ufffd');
});
