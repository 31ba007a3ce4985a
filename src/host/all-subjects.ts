// Every subject that this machine can be asked about: how often, and who reads it.
import type { Facts, Subject } from '../contracts/all-facts.ts';
import type { Reading } from '../contracts/reading.ts';
import type { Machine } from './machine.ts';
import { readMemory } from './memory.ts';

export type HostSubject = Exclude<Subject, 'containers'>;

type Reader<S extends Subject> = {
  /** How often it is worth asking, in milliseconds. */
  readonly everyMs: number;
  /** `previous` is the last good value and its time, for rates. */
  readonly read: (
    machine: Machine,
    previous: { readonly value: Facts[S]; readonly at: number } | undefined,
    signal: AbortSignal,
  ) => Promise<Reading<Facts[S]>>;
};

export const allSubjects = {
  memory: { everyMs: 1000, read: readMemory },
} as const satisfies { readonly [S in HostSubject]?: Reader<S> };
