// Seconds since the start, from /proc/uptime (proc_uptime(5)); in an LXC guest lxcfs counts from the guest's own.
import type { UptimeFacts } from '../contracts/facts/identity.ts';
import type { Reading } from '../contracts/reading.ts';
import type { Machine } from './machine.ts';
import { readFact } from './read-fact.ts';

export const readUptime = async (machine: Machine): Promise<Reading<UptimeFacts>> =>
  readFact(machine, '/proc/uptime', parseUptime);

export function parseUptime(text: string): UptimeFacts | undefined {
  const seconds = /^(\d+(?:\.\d+)?)(?:\s|$)/.exec(text)?.[1];
  return seconds === undefined ? undefined : { uptime_s: Number(seconds) };
}
