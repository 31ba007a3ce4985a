// Readings of facts as the agent sends them: parsed by the subject's schema; what does not fit is a
// reading that failed.
import type { z } from 'zod';
import { allFacts, type Facts, type Subject } from '../contracts/all-facts.ts';
import { failed, ok, type Reading } from '../contracts/reading.ts';
import { placeOf } from './place-of.ts';

const SCHEMAS: { readonly [S in Subject]: z.ZodType<Facts[S]> } = allFacts;

export function parseReading<S extends Subject>(subject: S, reading: Reading<unknown>): Reading<Facts[S]> {
  if (reading.state !== 'ok') return reading;
  try {
    return ok(SCHEMAS[subject].parse(reading.value), reading.source, reading.at);
  } catch (error) {
    return failed('garbage', reading.source, reading.at, `${subject}: ${placeOf(error)}`);
  }
}
