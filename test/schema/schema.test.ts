// The published schemas are those of the code.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { allSchemas, SCHEMA_FOLDER } from './all-schemas.ts';

test.each(allSchemas())(
  'docs/schema/$file is what the code says (else: npm run schema)',
  ({ file, text }) => {
    expect(readFileSync(`${SCHEMA_FOLDER}/${file}`, 'utf8')).toBe(text);
  },
);

test('docs/schema holds nothing else', () => {
  const expected = allSchemas().map(({ file }) => file);
  expect(readdirSync(SCHEMA_FOLDER).toSorted()).toEqual(expected.toSorted());
});
