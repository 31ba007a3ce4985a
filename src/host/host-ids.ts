// What tells this machine from a copy of it: the UUID of its board (DMI), and the machine id (machine-id(5)).
import type { Reading } from '../contracts/reading.ts';
import type { Machine } from './machine.ts';
import { readFact } from './read-fact.ts';

export type HostIds = {
  /** Absent on boards without DMI. */
  readonly board: Reading<string>;
  readonly machineId: Reading<string>;
};

export const readHostIds = async (machine: Machine): Promise<HostIds> => ({
  board: await readFact(machine, '/sys/class/dmi/id/product_uuid', parseBoard),
  machineId: await readFact(machine, '/etc/machine-id', parseMachineId),
});

/** A UUID as a rule; what a board says instead is as good, as long as it always says it. */
const parseBoard = (text: string): string | undefined =>
  /^[\x21-\x7e]{1,64}$/.exec(text.trim())?.[0].toLowerCase();

/** `uninitialized` stands there before the first boot has ended. */
const parseMachineId = (text: string): string | undefined => /^[0-9a-f]{32}$/.exec(text.trim())?.[0];
