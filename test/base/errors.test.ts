// Errors that a person can act on have an exit code of their own; all others are bugs.
import { open } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { ActionableError, errnoOf, exitCodeOf, messageOf } from '../../src/base/errors.ts';

test.each([
  ['usage', 2],
  ['settings', 2],
  ['unreachable', 3],
  ['failed', 5],
  ['not-found', 6],
] as const)('%s ends with %i', (kind, code) => {
  expect(exitCodeOf(new ActionableError(kind, 'x'))).toBe(code);
});

test.each([new Error('x'), 'a string', undefined, null])('%s is a bug and ends with 70', (thrown) => {
  expect(exitCodeOf(thrown)).toBe(70);
});

test('the error of a system call has its name, any other has none', async () => {
  const refused: unknown = await open('/nothing/here').catch((error: unknown) => error);
  expect(errnoOf(refused)).toBe('ENOENT');
  expect(errnoOf(new Error('ENOENT'))).toBeUndefined();
  expect(errnoOf({ code: 'ENOENT' })).toBeUndefined();
  expect(errnoOf(Object.assign(new Error('x'), { code: 5 }))).toBeUndefined();
});

test('whatever is thrown has a message, and what caused an error is kept', () => {
  expect(messageOf(new Error('why'))).toBe('why');
  expect(messageOf(42)).toBe('42');
  const cause = new Error('below');
  expect(new ActionableError('failed', 'x', { cause }).cause).toBe(cause);
});
