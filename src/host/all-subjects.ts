// Every subject that this machine can be asked about: how often, and who reads it.
import type { Facts, Subject } from '../contracts/all-facts.ts';
import type { Reading } from '../contracts/reading.ts';
import type { Machine } from './machine.ts';
import { readMemory } from './memory.ts';

export type HostSubject = Exclude<Subject, 'containers'>;

export type Reader<S extends Subject> = {
  /** How often it is worth asking, in milliseconds. */
  readonly everyMs: number;
  /** `previous` is the last good value and its time, for rates. */
  readonly read: (
    machine: Machine,
    previous: { readonly value: Facts[S]; readonly at: number } | undefined,
    signal: AbortSignal,
  ) => Promise<Reading<Facts[S]>>;
};

export type HostSubjects = { readonly [S in HostSubject]?: Reader<S> };

/**
 * Made once for each machine that is watched: some readers (`create…Reader`) remember what is no
 * fact for anybody else, such as the ticks of every process at the last look.
 */
export function createSubjects(): HostSubjects {
  return {
    memory: { everyMs: 1000, read: readMemory },
  };
}
