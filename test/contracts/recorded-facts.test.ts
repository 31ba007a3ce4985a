// What the readers say of the recorded machine is what the contracts promise, and survives JSON.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { allFacts } from '../../src/contracts/all-facts.ts';
import { readingOf } from '../../src/contracts/reading-schema.ts';
import { createMachine } from '../../src/host/machine.ts';
import { readSubject, subjectNames } from '../host/read-subject.ts';

const machine = createMachine({ root: join(import.meta.dirname, '../trees/firecracker-vm') });

test.each(subjectNames)(
  '%s is of its schema, with nothing that the schema does not know',
  async (subject) => {
    const reading = await readSubject(machine, subject);
    const document: unknown = JSON.parse(JSON.stringify(reading));
    expect(readingOf(allFacts[subject]).parse(document)).toEqual(document);
  },
);

/** Docker's, the disks', the agent's and the controller's. */
const READ_BY_OTHERS = ['containers', 'disk_flags', 'operations', 'guests', 'ledger', 'base_stack'];

test('every other subject is read from the host', () => {
  expect([...subjectNames, ...READ_BY_OTHERS].toSorted()).toEqual(Object.keys(allFacts).toSorted());
});
