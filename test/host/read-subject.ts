// Asks one subject the way a source does.
import type { Facts } from '../../src/contracts/all-facts.ts';
import type { Ok, Reading } from '../../src/contracts/reading.ts';
import { createSubjects, type HostSubject, type HostSubjects } from '../../src/host/all-subjects.ts';
import type { Machine } from '../../src/host/machine.ts';

export async function readSubject<S extends HostSubject>(
  machine: Machine,
  subject: S,
  previous?: Ok<Facts[S]>,
  subjects: HostSubjects = createSubjects(),
): Promise<Reading<Facts[S]>> {
  const reader = subjects[subject];
  if (reader === undefined) throw new Error(`nobody reads ${subject}`);
  return reader.read(machine, previous, new AbortController().signal);
}

export const subjectNames: readonly HostSubject[] = (() => {
  const names: HostSubject[] = [];
  const made: Readonly<Record<string, unknown>> = createSubjects();
  const isSubject = (name: string): name is HostSubject => name in made;
  for (const name of Object.keys(made)) if (isSubject(name)) names.push(name);
  return names;
})();
