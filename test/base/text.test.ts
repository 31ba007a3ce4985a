// Texts with their placeholders, and the language that a locale asks for.
import { expect, test } from 'vitest';
import { tellMissing } from '../../src/base/texts/tell-missing.ts';
import { tell } from '../../src/base/texts/tell.ts';
import { createText, languageOf } from '../../src/base/texts/text.ts';

const en = createText('en');
const hu = createText('hu');

test('placeholders are filled, in each language in its own words', () => {
  expect(en('toast.saved', { path: '/a' })).toBe('Settings saved to /a');
  expect(hu('toast.saved', { path: '/a' })).toContain('/a');
  expect(hu('toast.saved', { path: '/a' })).not.toBe(en('toast.saved', { path: '/a' }));
});

test('a value that looks like a placeholder, or like a replacement pattern, stays as it is', () => {
  expect(en('small.too-small', { columns: '{rows}', rows: '$&' })).toBe(
    'Too small ({rows}x$&): at least 40x10.',
  );
});

test('a placeholder without a value stays visible', () => {
  expect(en('toast.saved', {})).toBe('Settings saved to {path}');
});

test.each([
  [{ LANG: 'hu_HU.UTF-8' }, 'hu'],
  [{ LANG: 'hu' }, 'hu'],
  [{ LANG: 'HU_hu' }, 'hu'],
  [{ LANG: 'hu@latin' }, 'hu'],
  [{ LANG: 'hungarian' }, 'en'],
  [{ LANG: 'C.UTF-8' }, 'en'],
  [{}, 'en'],
  [{ LANG: 'hu_HU', LC_MESSAGES: 'en_US' }, 'en'],
  [{ LANG: 'en_US', LC_ALL: 'hu_HU', LC_MESSAGES: 'en_US' }, 'hu'],
  [{ LANG: 'hu_HU', LC_ALL: '' }, 'hu'],
] as const)('%j asks for %s', (env, language) => {
  expect(languageOf(env)).toBe(language);
});

test('the end of a name tells its unit', () => {
  const params = { used_bytes: 1536, size_bytes: 2048, available_bytes: 0 };
  expect(tell(hu, { text: 'rule.disk-full.space', params })).toContain('1,5 KiB');
});

test('a message of a newer peer is shown as its key', () => {
  expect(tell(en, { text: 'rule.of-tomorrow.what', params: {} })).toBe('rule.of-tomorrow.what');
});

test('what is missing has its reason, and its detail behind it where there is one', () => {
  expect(tellMissing(en, { code: 'timeout', detail: '' })).toBe('no answer in time');
  expect(tellMissing(en, { code: 'io-error', detail: 'EIO' })).toBe('could not be read (EIO)');
});
