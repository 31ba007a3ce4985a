// Load averages, from /proc/loadavg (proc_loadavg(5)).
import type { LoadFacts } from '../contracts/facts/cpu.ts';
import type { Reading } from '../contracts/reading.ts';
import type { Machine } from './machine.ts';
import { readFact } from './read-fact.ts';

export const readLoad = async (machine: Machine): Promise<Reading<LoadFacts>> =>
  readFact(machine, '/proc/loadavg', parseLoad);

const LINE = /^(\d+\.\d+) (\d+\.\d+) (\d+\.\d+) (\d+)\/(\d+) \d+\s*$/;

function parseLoad(text: string): LoadFacts | undefined {
  const match = LINE.exec(text);
  if (match === null) return undefined;
  const [, load1, load5, load15, runnable, entities] = match;
  return {
    load1: Number(load1),
    load5: Number(load5),
    load15: Number(load15),
    runnable: Number(runnable),
    entities: Number(entities),
  };
}
