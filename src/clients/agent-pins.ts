// Which certificates of an agent are trusted: the pinned one, and one that the agent announced over a
// connection that was trusted already. No authority is asked.
import { plainFingerprint } from './agent-address.ts';

export type Pins = {
  readonly accepts: (fingerprint: string) => boolean;
  readonly accepted: () => readonly string[];
  /** The agent says which certificate comes next; null takes back what it said. */
  readonly announce: (next: string | null) => void;
  /** This one, and no other any more. */
  readonly repin: (fingerprint: string) => void;
};

/** Another certificate answers than the pinned one. */
export class WrongCertificate extends Error {
  readonly expected: readonly string[];
  readonly got: string;

  constructor(expected: readonly string[], got: string) {
    super(`certificate ${headOf(got)} instead of ${expected.map(headOf).join(' or ')}`);
    this.name = 'WrongCertificate';
    this.expected = expected;
    this.got = got;
  }
}

const HEAD_DIGITS = 16;
/** Enough to compare by eye. */
const headOf = (fingerprint: string): string =>
  fingerprint === '' ? 'none' : `${fingerprint.slice(0, HEAD_DIGITS)}…`;

/** A fingerprint that is none accepts nothing. */
export function createPins(fingerprint: string): Pins {
  const known = new Set<string>();
  const repin = (one: string) => {
    const plain = plainFingerprint(one);
    known.clear();
    if (plain !== undefined) known.add(plain);
  };
  repin(fingerprint);
  return {
    repin,
    accepts: (one) => known.has(plainFingerprint(one) ?? ''),
    accepted: () => [...known],
    announce: (next) => {
      const plain = next === null ? undefined : plainFingerprint(next);
      // What was announced once stays: after the switch nothing is announced any more, and it is in use.
      if (plain !== undefined) known.add(plain);
    },
  };
}
