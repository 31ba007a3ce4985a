// One text for one value (RFC 8785) in a closed profile: what is signed must have only one spelling, and no
// spelling that two readers read differently.

/** No null, no fraction, no letter beyond printable ASCII. */
export type CanonicalValue =
  | boolean
  | number
  | string
  | readonly CanonicalValue[]
  | { readonly [name: string]: CanonicalValue | undefined };

const PRINTABLE = /^[\x20-\x7e]*$/;

/** Throws a TypeError for what has no place in the profile. A member that is undefined is left out. */
export function formatCanonical(value: CanonicalValue): string {
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || Object.is(value, -0))
      throw new TypeError(`${value} is no whole number`);
    return String(value);
  }
  if (typeof value === 'string') {
    if (!PRINTABLE.test(value)) throw new TypeError('a text holds more than printable ASCII');
    return JSON.stringify(value);
  }
  if (isList(value)) return `[${value.map(formatCanonical).join(',')}]`;
  const members = Object.entries(value)
    .flatMap(([name, member]) => (member === undefined ? [] : [[name, member] as const]))
    // By UTF-16 code units, which for ASCII is by letters.
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => `${formatCanonical(name)}:${formatCanonical(member)}`);
  return `{${members.join(',')}}`;
}

const isList = (value: CanonicalValue): value is readonly CanonicalValue[] => Array.isArray(value);
