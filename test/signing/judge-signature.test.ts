// What counts as an approval: every kind of key, and every refusal by its code.
import { expect, test } from 'vitest';
import { allowLine, GOOD_KINDS, makeKey, signByKeygen } from './keys.ts';
import { makeSecurityKey, PIN, signBySecurityKey, SK_KINDS, TOUCHED } from './make-sk.ts';
import { judgeTest, MESSAGE, trustOf } from './trust-folder.ts';

test.each(GOOD_KINDS)('a signature by %s counts, with either hash, and says who signed', async (kind) => {
  const key = makeKey(kind);
  const allowed = allowLine('anna@felhom.eu', key.line);
  const trust = await trustOf({ allowed });
  expect(trust.told.problems).toEqual([]);
  for (const hash of ['sha512', 'sha256']) {
    const armor = signByKeygen(key, MESSAGE, { hash });
    expect(await judgeTest({ armor, trust })).toEqual({
      state: 'good',
      principal: 'anna@felhom.eu',
      fingerprint: key.fingerprint,
      keyType: key.line.split(' ')[0],
      armor,
      signerLine: allowed.trimEnd(),
    });
  }
});

test.each(SK_KINDS)('a signature by %s counts when it was touched', async (kind) => {
  const key = makeSecurityKey(kind);
  const trust = await trustOf({ allowed: allowLine('anna', key.line) });
  const judged = async (flags: number) => judgeTest({ armor: signBySecurityKey(key, MESSAGE, flags), trust });
  expect(await judged(TOUCHED)).toMatchObject({ state: 'good', fingerprint: key.fingerprint });
  expect(await judged(TOUCHED | PIN)).toMatchObject({ state: 'good' });
  expect(await judged(0)).toMatchObject({ state: 'refused', code: 'E_SK_TOUCH' });
  expect(await judged(PIN)).toMatchObject({ state: 'refused', code: 'E_SK_TOUCH' });
  expect(await judged(TOUCHED | 0x80)).toMatchObject({ state: 'refused', code: 'E_SK_FLAGS' });
});
