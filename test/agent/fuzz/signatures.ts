// Signatures for the fuzz to hand in: of a person who may approve, over something else; of somebody who may
// not, over the very bytes; and from callers without the right also the very ones that would approve.
import { signByNode, type TestKey } from '../../signing/keys.ts';
import type { Identity } from './callers.ts';
import type { Dice } from './dice.ts';
import { mutate } from './shape-values.ts';

export type Signatures = {
  /** Bytes that the agent gave to be signed. */
  readonly note: (id: string, message: string) => void;
  /** It will never wait again, whatever is signed for it. */
  readonly noteEnd: (id: string) => void;
  /** One that must not count when this caller hands it in for this operation. */
  readonly make: (id: string, by: Identity, dice: Dice) => string;
};

/** Signatures that are none. */
const JUNK = [
  '',
  'none',
  '-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n',
  '-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n',
  `-----BEGIN SSH SIGNATURE-----\n${'A'.repeat(20_000)}\n-----END SSH SIGNATURE-----\n`,
  'A'.repeat(40_000),
] as const;

/** In whole seconds, as the bytes themselves say. */
const createdOf = (message: string): string => /"created":"([^"]+)"/.exec(message)?.[1] ?? '';

export function createSignatures(signer: TestKey, stranger: TestKey): Signatures {
  const messages = new Map<string, readonly string[]>();
  const ended = new Set<string>();

  /** Bytes for which newer ones were made since: by their own time, as answers overtake each other. */
  const outdated = (id: string): readonly string[] => {
    const all = messages.get(id) ?? [];
    const newest = all.map(createdOf).toSorted().at(-1) ?? '';
    return all.filter((message) => createdOf(message) < newest);
  };
  const ofOthers = (id: string) => [...messages].flatMap(([one, all]) => (one === id ? [] : all.slice(-1)));

  return {
    note: (id, message) => {
      const all = messages.get(id) ?? [];
      if (!all.includes(message)) messages.set(id, [...all, message]);
    },
    noteEnd: (id) => void ended.add(id),
    make: (id, by, dice) => {
      const own = messages.get(id) ?? [];
      const others = ofOthers(id);
      const mayApprove = by.kind === 'root' || by.kind === 'group';
      // Never from who could approve with it.
      const fitting = !mayApprove || ended.has(id) ? own : outdated(id);
      const lot = dice.below(10);
      if (lot < 4 && fitting.length > 0) return signByNode(signer, dice.pick(fitting));
      if (lot < 6 && others.length > 0) return signByNode(signer, dice.pick(others));
      if (lot < 7 && own.length > 0) return signByNode(stranger, dice.pick(own));
      if (lot < 8 && own.length > 0) {
        const message = dice.pick(own);
        const other = mutate(message, dice);
        if (other !== message) return signByNode(signer, other);
      }
      if (lot < 9 && own.length > 0) return mutate(signByNode(stranger, dice.pick(own)), dice);
      return dice.pick(JUNK);
    },
  };
}
