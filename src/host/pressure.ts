// Pressure stall information, from /proc/pressure (kernel's Documentation/accounting/psi).
import type { PressureFacts, PressureLine } from '../contracts/facts/memory.ts';
import { absent, ok, type Reading } from '../contracts/reading.ts';
import type { Machine } from './machine.ts';
import { readFact } from './read-fact.ts';

type Resource = NonNullable<PressureFacts['cpu']>;

/** Absent where the kernel has none; a resource that should be there and cannot be read fails the whole. */
export async function readPressure(machine: Machine): Promise<Reading<PressureFacts>> {
  const [cpu, memory, io] = await Promise.all([
    readResource(machine, 'cpu'),
    readResource(machine, 'memory'),
    readResource(machine, 'io'),
  ]);
  const all = [cpu, memory, io];
  const failure = all.find((reading) => reading.state === 'failed');
  if (failure?.state === 'failed') return failure;
  const value = { cpu: valueOrNull(cpu), memory: valueOrNull(memory), io: valueOrNull(io) };
  if (cpu.state !== 'ok' && value.memory === null && value.io === null) return cpu;
  return ok(value, '/proc/pressure', cpu.at);
}

async function readResource(machine: Machine, name: string): Promise<Reading<Resource>> {
  const reading = await readFact(machine, `/proc/pressure/${name}`, parsePressure);
  // A kernel that was booted with psi=0, or built so, has the files and refuses to read them.
  if (reading.state === 'failed' && /^(EOPNOTSUPP|ENOTSUP)$/.test(reading.detail)) {
    return absent('not-here', reading.source, reading.at, reading.detail);
  }
  return reading;
}

const valueOrNull = (reading: Reading<Resource>): Resource | null =>
  reading.state === 'ok' ? reading.value : null;

export function parsePressure(text: string): Resource | undefined {
  const some = parseLine(text, 'some');
  return some === undefined ? undefined : { some, full: parseLine(text, 'full') ?? null };
}

const LINE = /^(some|full) avg10=(\d+\.\d+) avg60=(\d+\.\d+) avg300=(\d+\.\d+) total=(\d+)$/gm;

function parseLine(text: string, kind: 'some' | 'full'): PressureLine | undefined {
  for (const [, name, avg10, avg60, avg300, total] of text.matchAll(LINE)) {
    if (name === kind) {
      return {
        avg10: Number(avg10),
        avg60: Number(avg60),
        avg300: Number(avg300),
        total_us: Number(total),
      };
    }
  }
  return undefined;
}
