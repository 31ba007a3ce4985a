// Settings that people type: whatever is wrong with them is told with its line.
import { expect, test } from 'vitest';
import { formatYaml, parseYaml } from '../../src/base/yaml-text.ts';

test('what is written is read back the same', () => {
  const value = { theme: 'dark', refresh_s: 2, list: ['a: b', '- c', 'no', ''], nested: { ő: null } };
  expect(parseYaml(formatYaml(value))).toMatchObject({ value, problems: [] });
});

test('a value is found by its line, in lists and below others too', () => {
  const { lineOf } = parseYaml('# a comment\ntheme: dark\n\nlist:\n  - one\n  - two:\n      three: 3\n');
  expect(lineOf(['theme'])).toBe(2);
  expect(lineOf(['list', 0])).toBe(5);
  expect(lineOf(['list', 1, 'two', 'three'])).toBe(7);
});

test('what is not there counts as the first line', () => {
  const { lineOf } = parseYaml('theme: dark\n');
  expect(lineOf(['nothing'])).toBe(1);
  expect(lineOf([])).toBe(1);
});

test.each([
  ['a: 1\nb: [1, 2\nc: 3\n', 3],
  ['a: 1\n\tb: 2\n', 2],
  ['a: 1\nb: 2\na: 3\n', 3],
  ['a: "never closed\n', 2],
])('%j has a problem on line %i, and no value', (text, line) => {
  const { problems, value } = parseYaml(text);
  expect(problems[0]?.line).toBe(line);
  expect(problems[0]?.message).not.toBe('');
  expect(value).toBeUndefined();
});

test('an empty file is no problem and has no value', () => {
  expect(parseYaml('')).toMatchObject({ problems: [], value: null });
});

test('a file that would grow by its own aliases is a problem on the line of the first, and no crash', () => {
  const bomb = ['a: &a [x, x, x]', 'b: &b [*a, *a, *a]', 'c: [*b, *b, *b]'].join('\n');
  expect(parseYaml(bomb)).toMatchObject({ value: undefined, problems: [{ line: 2 }] });
});

test('thousands of brackets in each other are a problem, and no crash', () => {
  const { value, problems } = parseYaml('['.repeat(20_000));
  expect(value).toBeUndefined();
  expect(problems.length).toBeGreaterThan(0);
});

test('tens of thousands of keys are read in a moment, also when the last of them stands there twice', () => {
  const keys = Array.from({ length: 30_000 }, (_, index) => `k${index}:`);
  const began = performance.now();
  expect(parseYaml(keys.join('\n')).problems).toEqual([]);
  expect(parseYaml([...keys, 'k29999:'].join('\n'))).toMatchObject({
    value: undefined,
    problems: [{ line: 30_001 }],
  });
  expect(performance.now() - began).toBeLessThan(3000);
});

test.each(['a: {b: 1, c: 2, b: 3}', '- a: 1\n  "a": 2', '1: x\n"1": y'])(
  'one key twice is a problem wherever it stands: %j',
  (text) => {
    expect(parseYaml(text).value).toBeUndefined();
  },
);
