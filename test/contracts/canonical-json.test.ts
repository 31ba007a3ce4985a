// One text for one value: RFC 8785 as far as the profile goes, and nothing beyond it.
import { expect, test } from 'vitest';
import { formatCanonical, type CanonicalValue } from '../../src/contracts/canonical-json.ts';
import { pseudoRandom } from './pseudo-random.ts';

test.each<readonly [string, CanonicalValue, string]>([
  // RFC 8785, sections 3.2.2 and 3.2.3, without what the profile leaves out.
  [
    'literals and a text',
    { literals: [true, false], string: '$\u000f'[0] },
    '{"literals":[true,false],"string":"$"}',
  ],
  [
    'members by their letters',
    { '10': {}, '1': { f: { f: 'hi', F: 5 } }, a: {}, '': 'empty' },
    '{"":"empty","1":{"f":{"F":5,"f":"hi"}},"10":{},"a":{}}',
  ],
  // "weird.json" and "arrays.json" of its test data, as far as ASCII goes.
  [
    'members that look like others',
    { '1': 1, '\\': 2, '</script>': 3, '"': 4 },
    '{"\\"":4,"1":1,"</script>":3,"\\\\":2}',
  ],
  ['a list as it stands', [56, { d: true, '10': [], '1': [] }], '[56,{"1":[],"10":[],"d":true}]'],
  ['quotes and backslashes only', ' !"#/\\~', '" !\\"#/\\\\~"'],
  ['the largest whole numbers', [2 ** 53 - 1, -(2 ** 53 - 1), 0], '[9007199254740991,-9007199254740991,0]'],
  ['a large number without an exponent', 1e15, '1000000000000000'],
  ['nothing for what is undefined', { b: undefined, a: 1 }, '{"a":1}'],
  ['a member of that name', JSON.parse('{"__proto__":1,"constructor":2}'), '{"__proto__":1,"constructor":2}'],
])('%s', (_what, value, text) => {
  expect(formatCanonical(value)).toBe(text);
});

test.each<readonly [string, CanonicalValue]>([
  ['a fraction', 1.5],
  ['minus zero', -0],
  ['no number', Number.NaN],
  ['no end', Number.POSITIVE_INFINITY],
  ['a number that doubles do not tell from its neighbour', 2 ** 53],
  ['a letter beyond ASCII', 'k\u00e9p'],
  ['a control', 'a\nb'],
  ['delete', '\u007f'],
  ['half a letter', '\ud800'],
  ['a name beyond ASCII', { '\u00e9': 1 }],
  ['one of these deep inside', [{ a: [{ b: '\u202e' }] }]],
])('%s has no place in the profile', (_what, value) => {
  expect(() => formatCanonical(value)).toThrow(TypeError);
});

test('null has none either', () => {
  expect(() => formatCanonical(JSON.parse('{"a":null}'))).toThrow(TypeError);
});

test('whatever order members come in, the text is the same, and it is read back as the value', () => {
  const random = pseudoRandom(8785);
  const letters = () =>
    Array.from({ length: random(6) }, () => String.fromCodePoint(0x20 + random(95))).join('');
  const make = (depth: number): CanonicalValue => {
    const kind = random(depth > 3 ? 3 : 5);
    if (kind === 0) return random(2) === 0;
    if (kind === 1) return random(2 ** 31) - 2 ** 30;
    if (kind === 2) return letters();
    const list = Array.from({ length: random(5) }, () => make(depth + 1));
    return kind === 3 ? list : Object.fromEntries(list.map((value) => [letters(), value]));
  };
  for (let round = 0; round < 2000; round += 1) {
    const value = make(0);
    const text = formatCanonical(value);
    const again: CanonicalValue = JSON.parse(text);
    expect(again).toEqual(value);
    expect(formatCanonical(turned(again))).toBe(text);
    expect(text).toMatch(/^[\x20-\x7e]*$/);
  }
});

/** With the members of every object the other way round. */
function turned(value: CanonicalValue): CanonicalValue {
  if (typeof value !== 'object') return value;
  if (isList(value)) return value.map(turned);
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, member]) => [name, member === undefined ? member : turned(member)]),
  );
}

const isList = (value: CanonicalValue): value is readonly CanonicalValue[] => Array.isArray(value);
