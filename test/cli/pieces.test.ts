// The small pieces of the command line, each on its own.
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { nearest } from '../../src/cli/nearest.ts';
import { formatTable } from '../../src/cli/table.ts';
import { allCommands } from '../../src/cli/all-commands.ts';
import { formatPerfdatum } from '../../src/cli/perfdata.ts';

test.each([
  ['stat', 'status'],
  ['dotcor', 'doctor'],
  ['chek', 'check'],
  ['xyz', undefined],
  ['', undefined],
])('near %j is %j', (typed, expected) => {
  expect(nearest(typed, ['status', 'check', 'doctor'])).toBe(expected);
});

test('columns shrink to what they need at least, then the least important goes', () => {
  const columns = [
    { title: 'NAME', minWidth: 4 },
    { title: 'NOTE', minWidth: 6, dispensable: 1 },
    { title: 'N', align: 'right' as const },
  ];
  const rows = [['abcdefgh', 'a long note', '5']];
  expect(formatTable(columns, rows, 40)[1]).toBe('abcdefgh  a long note  5');
  expect(formatTable(columns, rows, 20)[1]).toBe('abcdef…  a long …  5');
  expect(formatTable(columns, rows, 12)[1]).toBe('abcdefgh  5');
  expect(formatTable(columns, rows, 3)[1]).toBe('ab…');
});

test('wide letters count as two cells', () => {
  const [, row = ''] = formatTable([{ title: 'N', minWidth: 3 }], [['日本語日本語']], 7);
  expect(stringWidth(row)).toBeLessThanOrEqual(7);
});

test.each(allCommands)('$name is listed under its own name', async ({ name, load }) => {
  expect((await load()).name).toBe(name);
});

test('figures leave out the limits that they do not have', () => {
  const figure = { label: 'a', value: 1.5, unit: '', warn: null, crit: null, min: null, max: null } as const;
  expect(formatPerfdatum(figure)).toBe("'a'=1.5");
  expect(formatPerfdatum({ ...figure, unit: '%', crit: 95, max: 100 })).toBe("'a'=1.5%;;95;;100");
});
