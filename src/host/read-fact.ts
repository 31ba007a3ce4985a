// Reads one file and parses it to a fact, so that every reader says the same of a missing,
// empty or unreadable one.
import { failed, ok, type Reading } from '../contracts/reading.ts';
import type { Machine, ReadOptions } from './machine.ts';

/** `parse` returns nothing for text that makes no sense; it may not throw. */
export async function readFact<T>(
  machine: Machine,
  path: string,
  parse: (text: string) => T | undefined,
  options?: ReadOptions,
): Promise<Reading<T>> {
  const text = await machine.readText(path, options);
  if (text.state !== 'ok') return text;
  if (text.value.trim() === '') return failed('empty', path, text.at);
  const value = parse(text.value);
  return value === undefined ? failed('garbage', path, text.at) : ok(value, path, text.at);
}

/** A whole number of a sysfs file, or nothing when it is missing or no number. */
export async function readNumber(
  machine: Machine,
  path: string,
  options?: ReadOptions,
): Promise<number | undefined> {
  const text = await machine.readText(path, options);
  if (text.state !== 'ok') return undefined;
  const trimmed = text.value.trim();
  return /^-?\d+$/.test(trimmed) ? Number(trimmed) : undefined;
}

/** One trimmed line of a sysfs file, or nothing when it is missing or empty. */
export async function readLine(
  machine: Machine,
  path: string,
  options?: ReadOptions,
): Promise<string | undefined> {
  const text = await machine.readText(path, options);
  if (text.state !== 'ok') return undefined;
  const line = text.value.trim();
  return line === '' ? undefined : line;
}
