// What every answer of every reader must be, whatever the machine looks like.
import { allFacts, type Facts, type Subject } from '../../src/contracts/all-facts.ts';
import { REASON_CODES, type Reading } from '../../src/contracts/reading.ts';

/** Sentences about what is wrong with the answer; none when it is sound. */
export function faultsOf<S extends Subject>(subject: S, reading: Reading<Facts[S]>): readonly string[] {
  if (!Number.isFinite(reading.at)) return ['has no time'];
  if (reading.source === '') return ['does not say where it was read'];
  if (reading.state !== 'ok') {
    return REASON_CODES.includes(reading.code) ? [] : [`has an unknown reason ${reading.code}`];
  }
  const checked = allFacts[subject].safeParse(reading.value);
  return [...(checked.success ? [] : [checked.error.message]), ...badNumbers(reading.value, subject)];
}

function badNumbers(value: unknown, where: string): readonly string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [`${where} is ${value}`];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => badNumbers(inner, `${where}.${key}`));
}
