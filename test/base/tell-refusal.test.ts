// Every code of the agent has words, in both languages, that say what to do.
import { expect, test } from 'vitest';
import { tellRefusal } from '../../src/base/texts/tell-refusal.ts';
import { createText, LANGUAGES, type Language } from '../../src/base/texts/text.ts';
import { API_CODES } from '../../src/contracts/api-error.ts';

test.each(LANGUAGES)('every code of the agent has words (%s)', (language: Language) => {
  const text = createText(language);
  const mute = Object.keys(API_CODES).filter((code) => tellRefusal(text, code) === undefined);
  expect(mute).toEqual([]);
});

test('a code of a newer agent has none, and does not fail', () => {
  const text = createText('en');
  expect(tellRefusal(text, 'E_FROM_TOMORROW')).toBeUndefined();
  expect(tellRefusal(text, undefined)).toBeUndefined();
});
